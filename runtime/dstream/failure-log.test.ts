import { expect, test } from 'vitest';
import { type Failure, FailureLog } from './failure-log.ts';

const failure = (row: string, code = 'OVERFLOW'): Failure => ({ code, message: 'too large', row });

test('keeps what comes in order, and each copy of it', () => {
  const log = new FailureLog();
  log.add(failure('{"a":1}'), 1);
  log.add(failure('{"a":2}', 'INVALID_CAST'), 2);
  expect(log.take().map(({ row }) => row)).toEqual(['{"a":1}', '{"a":2}', '{"a":2}']);
  expect(log.counts).toEqual(
    new Map([
      ['OVERFLOW', 1],
      ['INVALID_CAST', 2],
    ]),
  );
  expect(log.take()).toEqual([]);
});

test('what goes was never there, but an equal one that comes in the same micro-batch is not new', () => {
  const log = new FailureLog();
  log.add(failure('{"a":1}'), -2);
  log.add(failure('{"a":1}'), 3);
  log.add(failure('{"a":2}'), -1);
  log.add(failure('{"a":2}', 'INVALID_CAST'), 1);
  expect(log.take().map(({ code, row }) => [code, row])).toEqual([
    ['OVERFLOW', '{"a":1}'],
    ['INVALID_CAST', '{"a":2}'],
  ]);
  log.add(failure('{"a":2}'), 1);
  expect(log.take()).toHaveLength(1);
  expect(log.counts.get('OVERFLOW')).toBe(2);
});
