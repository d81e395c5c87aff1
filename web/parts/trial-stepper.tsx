import type { StreamJson } from '../../server/protocol.ts';
import { plainText } from '../state/cell-order.ts';
import { timeText } from '../state/format.ts';
import type { TrialBench, TrialOutcome, TriedStep } from '../state/trial-bench.ts';
import { TrialChanges } from './trial-changes.tsx';
import { TrialStepRows } from './trial-step-rows.tsx';

interface TrialStepperProps {
  readonly bench: TrialBench;
  readonly outcome: TrialOutcome;
  readonly streams: readonly StreamJson[];
}

/** One batch after the other: what went in, what it changed. Arrows go from one to the next. */
export function TrialStepper({ bench, outcome, streams }: TrialStepperProps) {
  const { steps, columns, errors } = outcome;
  const at = bench.at.value;
  const step = steps[at];
  if (!step) return <p class="empty">There was no row to try with.</p>;
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: steps.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    bench.go(to);
  };
  return (
    <div class="stepper" role="group" aria-label="Batches" onKeyDown={onKeyDown}>
      <div class="step-bar">
        <button type="button" disabled={at === 0} onClick={() => bench.go(at - 1)}>
          Previous
        </button>
        <StepStrip steps={steps} at={at} onGo={(to) => bench.go(to)} />
        <button type="button" disabled={at === steps.length - 1} onClick={() => bench.go(at + 1)}>
          Next
        </button>
      </div>
      <p class="step-facts" role="status">
        <b>{step.end ? 'End of input' : `Batch ${at + 1} of ${steps.filter(({ end }) => !end).length}`}</b>
        {!step.end && steps.at(-1)!.end && <span>then the end of input</span>}
        <span>clock {timeText(step.now)}</span>
        <span>watermark {step.watermark === null ? 'none' : timeText(step.watermark)}</span>
      </p>
      <div class="step">
        <TrialStepRows step={step} streams={streams} />
        <TrialChanges changes={step.changes} columns={columns} />
      </div>
      {errors.length > 0 && (
        <ul class="trial-errors" aria-label="What could not be computed, over all batches">
          {errors.map(([, , code, message, row], index) => (
            <li class="note bad" key={index}>
              <b>{plainText(code ?? '')}</b> {plainText(message ?? '')} <code>{JSON.stringify(row)}</code>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface StepStripProps {
  readonly steps: readonly TriedStep[];
  readonly at: number;
  readonly onGo: (at: number) => void;
}

/** All batches at a glance: as high as they changed rows, marked where rows were late or refused. */
function StepStrip({ steps, at, onGo }: StepStripProps) {
  const most = Math.max(1, ...steps.map(({ changes }) => changes.length));
  return (
    <ol class="step-strip">
      {steps.map((step, index) => (
        <li key={index}>
          <button
            type="button"
            aria-label={stepLabel(step, index)}
            title={stepLabel(step, index)}
            aria-current={index === at ? 'step' : undefined}
            tabIndex={index === at ? 0 : -1}
            data-trouble={hasTrouble(step)}
            data-end={step.end}
            onClick={() => onGo(index)}
          >
            <i style={{ height: `${(100 * step.changes.length) / most}%` }} />
          </button>
        </li>
      ))}
    </ol>
  );
}

function hasTrouble({ inserted, late }: TriedStep): boolean {
  return Object.keys(late).length > 0 || Object.values(inserted).some(({ rejected }) => rejected > 0);
}

function stepLabel({ end, changes }: TriedStep, index: number): string {
  return `${end ? 'End of input' : `Batch ${index + 1}`}, ${changes.length} ${changes.length === 1 ? 'change' : 'changes'}`;
}
