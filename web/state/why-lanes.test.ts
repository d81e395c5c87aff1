import { expect, test } from 'vitest';
import type { WhyJson } from '../../server/protocol.ts';
import { whyLanes } from './why-lanes.ts';

type Input = WhyJson['inputs'][number];

const at = (second: number): string => new Date(second * 1000).toISOString();
const partition = (name: string, second: number, idle = false) => ({
  name,
  watermark: at(second),
  lastRowAt: null,
  idle,
});

function input(relation: string, watermark: string | null, partitions: Input['partitions'] = []): Input {
  const counts = { rowsIn: 0, rowsLate: 0, rowsRejected: 0, delayMs: 0, idleTimeoutMs: null };
  return { relation, kind: 'stream', timed: true, watermark, partitions, ...counts };
}

function why(inputs: readonly Input[], heldBackBy: WhyJson['heldBackBy'], end: string | null): WhyJson {
  const nextWindow = end === null ? null : { operator: 1, end, missingMs: 1 };
  return {
    name: 'v',
    state: 'running',
    sentences: [],
    seq: 0,
    watermark: null,
    operators: [],
    inputs,
    heldBackBy,
    nextWindow,
  };
}

test('inputs stand on one axis, the end of the next window at its right', () => {
  const { lanes, end } = whyLanes(
    why([input('a', at(100)), input('b', at(140))], { relation: 'a', partition: null }, at(150)),
  );
  expect(end).toBeCloseTo(0.94);
  expect(lanes.map(({ name, holds }) => [name, holds])).toEqual([
    ['a', true],
    ['b', false],
  ]);
  expect(lanes[0]!.at).toBeLessThan(lanes[1]!.at!);
  expect(lanes[1]!.at).toBeLessThan(end!);
});

test('partitions stand below their input, the one that holds it back is told', () => {
  const parts = [partition('0', 100), partition('1', 130), partition('2', 90, true)];
  const { lanes } = whyLanes(why([input('a', at(100), parts)], { relation: 'a', partition: '0' }, null));
  expect(lanes.map(({ name, holds, idle }) => [name, holds, idle])).toEqual([
    ['a', true, false],
    ['a 0', true, false],
    ['a 1', false, false],
    ['a 2', false, true],
  ]);
});

test('what has no watermark stands nowhere, what has ended at the end', () => {
  const { lanes, end } = whyLanes(why([input('a', null), input('b', 'end')], null, null));
  expect(lanes.map((lane) => lane.at)).toEqual([null, 1]);
  expect(end).toBeNull();
});
