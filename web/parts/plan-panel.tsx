import { useState } from 'preact/hooks';
import { useServices } from '../services.ts';
import { PlanDrawing } from './plan-drawing.tsx';

/** How the text would run, before anything does: drawn, or in words. */
export function PlanPanel() {
  const { workbench } = useServices();
  const [asText, setAsText] = useState(false);
  const plan = workbench.checked.plan.value;
  const validation = workbench.checked.validation.value;
  const isOld = validation !== null && !validation.ok;
  return (
    <section class={`panel plan-panel ${isOld ? 'old' : ''}`} aria-label="Plan">
      <header>
        <h2>Plan</h2>
        {isOld && plan && <span class="dim">of the last right text</span>}
        <span class="spacer" />
        {plan && (
          <div class="segments" role="group" aria-label="Shown as">
            <button type="button" aria-pressed={!asText} onClick={() => setAsText(false)}>
              Drawing
            </button>
            <button type="button" aria-pressed={asText} onClick={() => setAsText(true)}>
              Text
            </button>
          </div>
        )}
      </header>
      {!plan && <p class="empty">The plan of a query is drawn here while you write it.</p>}
      {plan && !asText && <PlanDrawing operators={plan.operators} label="Plan of the query" />}
      {plan && asText && (
        <pre class="code" tabIndex={0} aria-label="Plan in words">
          {plan.text}
        </pre>
      )}
    </section>
  );
}
