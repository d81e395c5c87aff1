import type { FrameFormat } from './response-sink.ts';

/** One frame per line. */
export function lineFormat(): FrameFormat {
  return { mediaType: 'application/x-ndjson', opening: '', before: () => '', after: '\n' };
}

/** After so long a reader that lost its connection comes back by itself. */
const RETRY_MS = 1000;

/**
 * Server-sent events: `event` is the frame's type, `id` is `instance:seq` where a reader can go on after the frame. After
 * a reset it cannot until the snapshot has ended: the id says that a snapshot is wanted.
 */
export function eventFormat(): FrameFormat {
  let instance = '';
  return {
    mediaType: 'text/event-stream',
    opening: `retry: ${RETRY_MS}\n\n`,
    before(head, seq) {
      const type = typeOf(head);
      if (type === 'schema' || type === 'reset') instance = (JSON.parse(head) as { instance: string }).instance;
      const id = seq !== null ? `id: ${instance}:${seq}\n` : type === 'reset' ? `id: ${instance}:snapshot\n` : '';
      return `event: ${type}\n${id}data: `;
    },
    after: '\n\n',
  };
}

/** `type` comes first in every frame. */
function typeOf(head: string): string {
  const start = '{"type":"'.length;
  return head.slice(start, head.indexOf('"', start));
}
