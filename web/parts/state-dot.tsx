import type { ViewJson } from '../../server/protocol.ts';

const TONES: Readonly<Record<ViewJson['state'], string>> = {
  running: 'good',
  backfilling: 'warn',
  paused: 'warn',
  failed: 'bad',
};

/** The state of a query as a dot, and as a word where it is not simply running. */
export function StateDot({ state }: { state: ViewJson['state'] }) {
  return (
    <span class={`state ${TONES[state]}`} title={state}>
      <i aria-hidden="true" />
      <span class={state === 'running' ? 'sr-only' : ''}>{state}</span>
    </span>
  );
}
