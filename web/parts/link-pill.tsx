import type { LinkState } from '../net/link.ts';
import { useServices } from '../services.ts';

/** Whether what is on screen is live, in one word. */
export function LinkPill() {
  const { access, link } = useServices();
  const [tone, word] = look(access.wanted.value ? { kind: 'unauthorized' } : link.state.value);
  return (
    <span class={`pill ${tone}`} role="status" data-link={link.state.value.kind}>
      <i aria-hidden="true" />
      {word}
    </span>
  );
}

function look(state: LinkState): readonly [tone: string, word: string] {
  switch (state.kind) {
    case 'connecting':
      return ['warn', state.first ? 'Connecting' : 'Reconnecting'];
    case 'open':
      return ['good', 'Live'];
    case 'waiting':
      return ['bad', state.stopped ? 'Server stopped' : 'Reconnecting'];
    case 'unauthorized':
      return ['bad', 'Token needed'];
  }
}
