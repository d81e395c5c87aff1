import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StreamDefinition } from '../catalog/catalog.ts';
import { columnFromValues } from '../columns/column-builder.ts';
import { valueAt } from '../columns/value-at.ts';
import type { Expression } from '../expressions/expression.ts';
import { INT, TIMESTAMP } from '../types/data-type.ts';
import { RowCompleter } from './row-completer.ts';

const AT = 10_000;
const column = (index: number, nullable = true): Expression => ({ kind: 'column', index, type: INT, nullable });
const quotient: Expression = { kind: 'call', function: '/', args: [column(0), column(2)], type: INT };
const seconds: Expression = {
  kind: 'cast',
  arg: { kind: 'column', index: 4, type: TIMESTAMP, nullable: true },
  type: TIMESTAMP,
  length: null,
};
const given = { nullable: true, defaultValue: null };

/** a, q AS a / b, b, p AS PROCTIME(), t, ts AS t: event time, at most 100 ms ahead. */
const DEFINITION: StreamDefinition = {
  kind: 'stream',
  name: 's',
  columns: [
    { name: 'a', type: INT, ...given },
    { name: 'q', type: INT, ...given, computed: { kind: 'expression', expression: quotient, sql: 'a / b' } },
    { name: 'b', type: INT, ...given },
    { name: 'p', type: TIMESTAMP, ...given, computed: { kind: 'proctime' } },
    { name: 't', type: TIMESTAMP, ...given },
    { name: 'ts', type: TIMESTAMP, ...given, computed: { kind: 'expression', expression: seconds, sql: 't' } },
  ],
  primaryKey: [],
  watermark: { column: 5, delayMs: 0 },
  connector: 'http',
  format: 'json',
  options: {},
  idleTimeoutMs: null,
  maxFutureMs: 100,
  derivedFrom: null,
  sql: '',
};

const cell = fc.option(fc.integer({ min: -2, max: 2 }));
const rows = fc.array(fc.tuple(cell, cell, fc.option(fc.integer({ min: AT + 98, max: AT + 102 }))), { maxLength: 40 });

function expectedOf([a, b, t]: readonly [number | null, number | null, number | null]): unknown[] | string {
  if (a !== null && b === 0) return 'DIVISION_BY_ZERO q';
  if (t === null) return 'NULL_EVENT_TIME ts';
  if (t > AT + 100) return 'TOO_FAR_AHEAD ts';
  const q = a === null || b === null ? null : Math.trunc(a / b) + 0;
  return [a, q, b, AT, t, t];
}

test('rows are stamped, computed, and refused one by one', () => {
  const completer = new RowCompleter(DEFINITION);
  expect(completer.wire).toEqual([0, 2, 4]);
  expect(completer.inputs).toEqual(new Set([0, 2, 4]));
  fc.assert(
    fc.property(rows, (sent) => {
      const wire = [0, 1, 2].map((part) =>
        columnFromValues(
          sent.map((row) => row[part]!),
          part === 2 ? TIMESTAMP : INT,
        ),
      );
      const { length, columns, refused } = completer.complete(
        [wire[0]!, null, wire[1]!, null, wire[2]!, null],
        sent.length,
        AT,
      );
      const expected = sent.map(expectedOf);
      expect(refused.map(({ row, code, field }) => [row, `${code} ${field}`])).toEqual(
        [...expected.entries()].filter(([, each]) => typeof each === 'string'),
      );
      const kept = Array.from({ length }, (_, row) =>
        columns.map((each, position) => valueAt(each!, DEFINITION.columns[position]!.type, row)),
      );
      expect(kept).toEqual(expected.filter((each) => typeof each !== 'string'));
    }),
  );
});

test('a delete has nothing computed, and nothing refused', () => {
  const wire = [
    columnFromValues([7], INT),
    null,
    columnFromValues([0], INT),
    null,
    columnFromValues([null], TIMESTAMP),
    null,
  ];
  const { columns, refused } = new RowCompleter(DEFINITION).completeDeletes(wire, 1);
  expect(refused).toEqual([]);
  expect(columns.map((each, position) => valueAt(each!, DEFINITION.columns[position]!.type, 0))).toEqual([
    7,
    null,
    0,
    null,
    null,
    null,
  ]);
});
