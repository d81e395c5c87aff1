import { expect, test } from 'vitest';
import { Pace } from './pace.ts';

test('counts what happened and what was sent, over the last two seconds', () => {
  const pace = new Pace();
  for (let at = 0; at < 10_000; at += 100) pace.note(500, 50, at);
  expect(pace.now(9900)).toEqual({ changes: 5000, received: 500, frames: 10 });
});

test('nothing is left of what was long ago', () => {
  const pace = new Pace();
  pace.note(500, 50, 0);
  expect(pace.now(5000)).toEqual({ changes: 0, received: 0, frames: 0 });
});
