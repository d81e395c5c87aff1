import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ErrorList } from '../parts/error-list.tsx';
import { Icon } from '../parts/icon.tsx';
import { TrialRows } from '../parts/trial-rows.tsx';
import { TrialStepper } from '../parts/trial-stepper.tsx';
import { useServices } from '../services.ts';
import { TrialBench } from '../state/trial-bench.ts';
import { feedingStreams, type TrialPlan } from '../state/trial-steps.ts';
import '../styles/trial.css';

/** Tries the query of the workbench on given rows, batch by batch, before anything runs. */
export function TryPanel({ onClose }: { onClose: () => void }) {
  const { api, workbench } = useServices();
  const bench = useMemo(() => new TrialBench(api), [api]);
  const place = useRef<HTMLElement>(null);
  const [plan, setPlan] = useState<TrialPlan>({ size: 20, startsAt: Date.now(), everyMs: 1000, ends: true });
  const streams = useFeeding();
  const sql = workbench.checked.text.value;
  const outcome = bench.outcome.value;
  const isGiven = streams.some(({ name }) => (bench.texts.value[name] ?? '').trim() !== '');
  useEffect(() => place.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' }), []);
  const run = (): void => void bench.run(sql.trim().replace(/;\s*$/, ''), streams, plan);
  return (
    <section class="panel trial" aria-label="Try before run" ref={place}>
      <header>
        <h2>Try before run</h2>
        <span class="dim">on rows of your choice; nothing is kept</span>
        <span class="spacer" />
        <button type="button" class="quiet icon" aria-label="Close" title="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {streams.length === 0 ? (
        <p class="empty">Write a query that reads a stream or a view: what feeds it takes rows here.</p>
      ) : (
        <>
          <TrialRows bench={bench} streams={streams} />
          <footer class="trial-bar">
            <PlanFields plan={plan} onPlan={setPlan} />
            <span class="spacer" />
            <button type="button" class="primary" disabled={!isGiven || bench.trying.value} onClick={run}>
              <Icon name="steps" /> {bench.trying.value ? 'Trying…' : outcome ? 'Try again' : 'Try'}
            </button>
          </footer>
        </>
      )}
      <ErrorList text={sql} errors={bench.errors.value} onPlace={() => {}} />
      {outcome && <TrialStepper bench={bench} outcome={outcome} streams={streams} />}
    </section>
  );
}

/** The streams and tables that the query reads, as the last right text had it. */
function useFeeding() {
  const { status, workbench } = useServices();
  const { views = [], streams = [] } = status.status.value ?? {};
  const operators = workbench.checked.plan.value?.operators ?? [];
  const known = streams.map(({ item }) => item);
  const made = views.map(({ item: { name, plan } }) => ({ name, operators: plan.operators }));
  const names = feedingStreams(operators, known, made);
  return known.filter(({ name }) => names.includes(name));
}

/** How the rows are cut, and what the clock says meanwhile. */
function PlanFields({ plan, onPlan }: { plan: TrialPlan; onPlan: (plan: TrialPlan) => void }) {
  const { size, startsAt, everyMs, ends } = plan;
  return (
    <>
      <label>
        Rows per batch
        <input
          type="number"
          min={1}
          value={size}
          onInput={({ currentTarget: { valueAsNumber: next } }) =>
            next >= 1 && onPlan({ ...plan, size: Math.floor(next) })
          }
        />
      </label>
      <label>
        Clock, UTC
        <input
          type="datetime-local"
          step={1}
          value={new Date(startsAt).toISOString().slice(0, 19)}
          onInput={({ currentTarget: { value } }) => {
            const next = Date.parse(`${value}Z`);
            if (!Number.isNaN(next)) onPlan({ ...plan, startsAt: next });
          }}
        />
      </label>
      <label>
        Seconds per batch
        <input
          type="number"
          min={0}
          step="any"
          value={everyMs / 1000}
          onInput={({ currentTarget: { valueAsNumber: next } }) =>
            next >= 0 && onPlan({ ...plan, everyMs: Math.round(next * 1000) })
          }
        />
      </label>
      <label class="check" title="Behind the last batch all streams end, so that every window closes">
        <input
          type="checkbox"
          checked={ends}
          onChange={({ currentTarget }) => onPlan({ ...plan, ends: currentTarget.checked })}
        />
        End the input
      </label>
    </>
  );
}
