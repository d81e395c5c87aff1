import { ErrorList } from '../parts/error-list.tsx';
import { PlanDrawing } from '../parts/plan-drawing.tsx';
import { SqlEditor } from '../parts/sql-editor.tsx';
import { StatementResults } from '../parts/statement-results.tsx';
import { WatchedQuery } from '../parts/watched-query.tsx';
import { useServices } from '../services.ts';
import { EXAMPLES } from '../sql/examples.ts';
import type { Workbench } from '../state/workbench.ts';

/** Where SQL is written, checked while one writes, run and watched. */
export function SqlPanel() {
  const { workbench } = useServices();
  const outcome = workbench.outcome.value;
  const watched = workbench.watched.value;
  return (
    <div class="workbench">
      <h1 class="sr-only">SQL</h1>
      <Examples workbench={workbench} />
      <div class="bench">
        <Written workbench={workbench} />
        <Plan workbench={workbench} />
      </div>
      <div aria-live="polite">{outcome && <StatementResults outcome={outcome} />}</div>
      {watched && <WatchedQuery key={JSON.stringify(watched)} subject={watched} />}
    </div>
  );
}

function Examples({ workbench }: { workbench: Workbench }) {
  return (
    <p class="examples">
      <span class="dim">Start from</span>
      {EXAMPLES.map(({ title, sql }) => (
        <button key={title} type="button" class="chip" onClick={() => (workbench.text.value = sql)}>
          {title}
        </button>
      ))}
    </p>
  );
}

/** The editor, its buttons and what is wrong with the text. */
function Written({ workbench }: { workbench: Workbench }) {
  const text = workbench.text.value;
  const validation = workbench.validation.value;
  const errors = workbench.errors.value;
  return (
    <section class="panel editor-panel" aria-label="Statement">
      <SqlEditor
        text={text}
        errors={errors}
        onText={(next) => (workbench.text.value = next)}
        onRun={() => void workbench.run()}
        onWatch={() => workbench.watch()}
      />
      <ErrorList text={text} errors={errors} />
      <footer class="actions">
        <button type="button" class="primary" disabled={workbench.running.value} onClick={() => void workbench.run()}>
          {workbench.running.value ? 'Running…' : 'Run'} <kbd aria-hidden="true">Ctrl ↵</kbd>
        </button>
        <button type="button" onClick={() => workbench.watch()} title="Follow the rows of a SELECT live, under no name">
          Watch <kbd aria-hidden="true">Shift Ctrl ↵</kbd>
        </button>
        <button type="button" onClick={() => void workbench.explain()}>
          Explain
        </button>
        <span class="verdict" role="status">
          {errors.length === 0 && validation?.ok && verdict(validation)}
        </span>
      </footer>
    </section>
  );
}

/** How the text would run, drawn before anything does; the last one that was known while it is checked again. */
function Plan({ workbench }: { workbench: Workbench }) {
  const operators = workbench.operators.value;
  return (
    <section class="panel plan-panel" aria-label="Plan">
      {operators.length === 0 ? (
        <p class="empty">The plan of a query is drawn here while you write it.</p>
      ) : (
        <PlanDrawing operators={operators} label="Plan of the query" />
      )}
    </section>
  );
}

function verdict({ mode, key, columns, warnings }: NonNullable<Workbench['validation']['value']>): string {
  if (mode === null || columns.length === 0) return 'valid';
  const keyed = key.length > 0 ? `, key ${key.join(', ')}` : '';
  const warned = warnings.map(({ message }) => ` · ${message}`).join('');
  return `valid: ${columns.length} columns, ${mode}${keyed}${warned}`;
}
