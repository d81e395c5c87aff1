import { describe, expect, it } from 'vitest';
import { systemClock } from '../time/clock.ts';
import { Outbox } from './outbox.ts';

function recorded(): { outbox: Outbox<string>; posted: { messages: readonly string[]; moved: number }[] } {
  const posted: { messages: readonly string[]; moved: number }[] = [];
  const port = {
    postMessage: (messages: readonly string[], transfer: readonly ArrayBuffer[]) =>
      void posted.push({ messages, moved: transfer.length }),
  };
  return { outbox: new Outbox(port, systemClock), posted };
}

describe('Outbox', () => {
  it('sends what comes within a turn as one message, in order, with all its buffers', async () => {
    const { outbox, posted } = recorded();
    outbox.send('a', [new ArrayBuffer(1)]);
    await Promise.resolve();
    outbox.send('b');
    outbox.send('c', [new ArrayBuffer(1), new ArrayBuffer(1)]);
    expect(posted).toEqual([]);
    await systemClock.turn();
    expect(posted).toEqual([{ messages: ['a', 'b', 'c'], moved: 3 }]);
  });

  it('sends what comes later apart, and nothing twice', async () => {
    const { outbox, posted } = recorded();
    outbox.send('a');
    await systemClock.turn();
    outbox.send('b');
    await systemClock.turn();
    await systemClock.turn();
    expect(posted.map(({ messages }) => messages)).toEqual([['a'], ['b']]);
  });
});
