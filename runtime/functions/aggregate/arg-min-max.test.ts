import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnFromValues } from '../../columns/column-builder.ts';
import { valueAt } from '../../columns/value-at.ts';
import { openOperatorState } from '../../state/operator-state.ts';
import { BIGINT, BOOLEAN, type DataType, decimal, DOUBLE, INT, STRING } from '../../types/data-type.ts';
import type { Value } from '../../types/value.ts';
import { openAggregates } from '../aggregate-set.ts';

/** What can be chosen by: types and some of their values, ascending. */
const ORDERS: readonly (readonly [DataType, readonly Value[]])[] = [
  [DOUBLE, [-Infinity, -1.5, 0, 7, Infinity, Number.NaN]],
  [BIGINT, [-(2n ** 62n), -1n, 5n, 2n ** 60n, 2n ** 60n + 1n]],
  [decimal(38, 2), [-(10n ** 30n), 3n, 10n ** 30n]],
  [STRING, ['', 'A', 'a', '\u{ffff}', '\u{1f600}']],
];

const VALUES: readonly (readonly [DataType, readonly Value[]])[] = [
  [BOOLEAN, [true, false]],
  [STRING, ['x', 'y', 'z']],
  [BIGINT, [1n, 2n ** 61n]],
  [DOUBLE, [1.5, Number.NaN]],
];

const histories = fc.record({
  order: fc.constantFrom(...ORDERS),
  value: fc.constantFrom(...VALUES),
  rows: fc.array(fc.tuple(fc.nat(2), fc.nat(9), fc.nat(9)), { maxLength: 30 }),
  cut: fc.nat(30),
});

test('ARG_MIN and ARG_MAX take the value of the first row among the least and the greatest, however rows are cut', () => {
  fc.assert(
    fc.property(histories, ({ order: [byType, bys], value: [type, values], rows, cut }) => {
      // Beyond the values there is NULL.
      const all = rows.map(([key, value, by]) => ({ key, value: values[value] ?? null, by: bys[by] ?? null }));
      const call = { args: [0, 1], argTypes: [type, byType], distinct: false, filter: null, type };
      const calls = ['ARG_MIN', 'ARG_MAX'].map((name) => ({ ...call, function: name }));
      const set = openAggregates(calls, openOperatorState({ hashSeed: 7 }), {
        name: 'g',
        keys: [INT],
        retracts: false,
      });
      for (const part of [all.slice(0, cut), all.slice(cut)]) {
        const column = (of: DataType, cells: readonly Value[]) => columnFromValues([...cells], of);
        const groups = new Int32Array(part.length);
        set.table.resolve(
          [
            column(
              INT,
              part.map(({ key }) => key),
            ),
          ],
          part.length,
          groups,
        );
        const columns = [
          column(
            type,
            part.map(({ value }) => value),
          ),
          column(
            byType,
            part.map(({ by }) => by),
          ),
        ];
        set.update(groups, part.length, columns, null);
      }
      const live = set.table.live();
      const keys = set.table.readKeys(live, live.length)[0]!;
      const results = set.finish(live, live.length, new Uint8Array(live.length));
      for (let group = 0; group < live.length; group++) {
        const own = all.filter(({ key, by }) => key === valueAt(keys, INT, group) && by !== null);
        const ranks = own.map(({ by }) => bys.findIndex((each) => Object.is(each, by)));
        const expected = [Math.min(...ranks), Math.max(...ranks)].map(
          (rank) => own[ranks.indexOf(rank)]?.value ?? null,
        );
        expect(results.map((column) => valueAt(column, type, group))).toEqual(expected);
      }
    }),
  );
});
