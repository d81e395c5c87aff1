import type { ValidationJson } from '../../server/protocol.ts';
import { useServices } from '../services.ts';
import { statementKind } from '../sql/statement-kind.ts';
import { Icon } from './icon.tsx';
import { Keys } from './keys.tsx';

interface RunBarProps {
  readonly canSave: boolean;
  readonly onSave: () => void;
  /** Whether it is being tried on given rows. */
  readonly trying: boolean;
  readonly onTry: () => void;
}

/** Run, try, answer once, save; and what the text would make. */
export function RunBar({ canSave, onSave, trying, onTry }: RunBarProps) {
  const { workbench } = useServices();
  const isRunning = workbench.running.value;
  const kind = statementKind(workbench.checked.text.value);
  return (
    <footer class="run-bar">
      <button
        type="button"
        class="primary"
        disabled={isRunning || kind === 'nothing'}
        onClick={() => void workbench.run()}
      >
        <Icon name="play" />
        {isRunning ? 'Running…' : 'Run'} <Keys keys="mod+enter" />
      </button>
      {kind === 'follow' && (
        <button
          type="button"
          disabled={isRunning}
          title="The rows that are there now, at one epoch"
          onClick={() => void workbench.answer()}
        >
          Answer once
        </button>
      )}
      {canSave && (
        <button type="button" aria-pressed={trying} onClick={onTry} title="Run it over rows you give, batch by batch">
          <Icon name="steps" /> Try
        </button>
      )}
      {canSave && (
        <button type="button" onClick={onSave} title="Make a materialized view that goes on running">
          <Icon name="save" /> Save as view
        </button>
      )}
      <span class="verdict" role="status">
        <Verdict />
      </span>
    </footer>
  );
}

function Verdict() {
  const { workbench } = useServices();
  const validation = workbench.checked.validation.value;
  if (workbench.checked.checking.value) return <>checking…</>;
  if (!validation?.ok || workbench.errors.value.length > 0) return null;
  return <>{verdict(validation)}</>;
}

function verdict({ mode, key, columns, warnings }: ValidationJson): string {
  if (mode === null || columns.length === 0) return 'valid';
  const keyed = key.length > 0 ? ` by ${key.join(', ')}` : '';
  const warned = warnings.map(({ message }) => ` · ${message}`).join('');
  return `${columns.length} ${columns.length === 1 ? 'column' : 'columns'}, ${mode}${keyed}${warned}`;
}
