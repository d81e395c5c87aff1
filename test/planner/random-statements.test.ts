import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodePlan } from '../../runtime/plan/plan-codec.ts';
import { planner } from '../../planner/planner.ts';
import { checkPlan } from './support/check-plan.ts';
import { testCatalog } from './support/test-catalog.ts';

const catalog = testCatalog();
const again = testCatalog();
const column = fc.constantFrom('user_id', 'item', 'url', 'ts', 'day', 'ok', 'price', 'weight', '"Group"', 'nope');
const constant = fc.constantFrom(
  '1',
  '2.5',
  "'a'",
  "'2026-01-01'",
  'NULL',
  'TRUE',
  "INTERVAL '1' DAY",
  "INTERVAL '1' MONTH",
  '1e3',
);
const operator = fc.constantFrom('+', '-', '*', '/', '%', '||', '=', '<', 'AND', 'OR', 'IS DISTINCT FROM', 'LIKE');
const name = fc.constantFrom(
  'UPPER',
  'COALESCE',
  'ROUND',
  'COUNT',
  'SUM',
  'MAX',
  'LENGTH',
  'NULLIF',
  'ABS',
  'GREATEST',
);

const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const part = tie('expression');
  return {
    expression: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      column,
      constant,
      fc.tuple(part, operator, part).map(([a, sign, b]) => `(${a} ${sign} ${b})`),
      fc.tuple(name, part).map(([called, a]) => `${called}(${a})`),
      fc.tuple(part, part, part).map(([a, b, c]) => `CASE WHEN ${a} THEN ${b} ELSE ${c} END`),
      fc.tuple(part, constant).map(([a, b]) => `${a} IN (${b}, 3)`),
      fc
        .tuple(part, fc.constantFrom('INT', 'STRING', 'DOUBLE', 'DECIMAL(9,2)', 'TIMESTAMP'))
        .map(([a, type]) => `CAST(${a} AS ${type})`),
      part.map((a) => `NOT ${a} IS NULL`),
    ),
  };
});

const source = fc.constantFrom(
  'clicks',
  "TUMBLE(clicks, ts, INTERVAL '1' MINUTE)",
  "HOP(clicks, ts, INTERVAL '7' SECOND, INTERVAL '1' MINUTE)",
  '(SELECT * FROM clicks WHERE ok)',
  'clicks c LEFT JOIN items i ON c.item = i.id',
  'per_minute',
);
const keys = fc.constantFrom(
  '',
  'GROUP BY item',
  'GROUP BY window_start, item',
  "GROUP BY TUMBLE(ts, INTERVAL '1' HOUR), item",
  'GROUP BY 1',
  'GROUP BY x',
);
const query = fc
  .tuple(
    fc.array(expression, { minLength: 1, maxLength: 3 }),
    source,
    fc.option(expression),
    keys,
    fc.option(expression),
    fc.constantFrom('', ' EMIT FINAL', ' EMIT ON UPDATE'),
  )
  .map(([items, from, where, group, having, emit]) => {
    const list = items.map((item, index) => `${item} AS ${['x', 'y', 'z'][index]}`).join(', ');
    return `SELECT ${list} FROM ${from}${where === null ? '' : ` WHERE ${where}`} ${group}${having === null ? '' : ` HAVING ${having}`}${emit}`;
  });

/** Queries of columns that exist, with expressions that mostly have a type. */
const soundItem = fc.constantFrom(
  'item',
  'user_id + 1',
  'price * 2 > 3',
  'UPPER(url)',
  'COALESCE(item, url)',
  'ts',
  'weight / 2',
  'CAST(user_id AS STRING) || item',
);
const soundQuery = fc
  .tuple(
    fc.uniqueArray(soundItem, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('item = url', 'user_id IN (1, 2)', 'ok', 'price BETWEEN 1 AND 2'),
    fc.constantFrom("TUMBLE(clicks, ts, INTERVAL '1' MINUTE)", 'clicks'),
    fc.boolean(),
  )
  .map(([items, where, from, grouped]) => {
    const list = items.map((item, index) => `${item} AS c${index}`).join(', ');
    const inner = `SELECT ${list} FROM ${from} WHERE ${where}`;
    return grouped
      ? `SELECT c0, COUNT(*) AS n, COUNT(DISTINCT c0) AS d FROM (${inner}) GROUP BY c0 HAVING COUNT(*) > 1`
      : inner;
  });

const soup = fc
  .array(
    fc.oneof(
      column,
      constant,
      operator,
      name,
      fc.constantFrom(
        'SELECT',
        'FROM',
        'WHERE',
        'GROUP BY',
        '(',
        ')',
        ',',
        '*',
        'JOIN',
        'ON',
        'EMIT',
        'CREATE',
        'STREAM',
        'VIEW',
        'AS',
        ';',
        '"',
        "'",
        '.',
      ),
    ),
    { maxLength: 25 },
  )
  .map((words) => words.join(' '));

describe('random statements', () => {
  test('are planned or refused, at a place of their own text, and never throw', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.oneof(query, soup, fc.string()), (sql) => {
        const planned = planner.planQuery('v', sql, catalog);
        if (planned.ok) {
          checkPlan(planned.value.plan);
          return;
        }
        for (const problem of planned.problems) {
          expect(problem.span).toBeDefined();
          expect(problem.span?.start).toBeGreaterThanOrEqual(0);
          expect(problem.span?.end).toBeLessThanOrEqual(sql.length);
          expect(problem.span?.end).toBeGreaterThanOrEqual(problem.span?.start ?? 0);
        }
      }),
      { numRuns: 600 },
    );
  });

  test('that make sense are planned, and twice the same', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(soundQuery, (sql) => {
        const planned = planner.planQuery('v', sql, catalog);
        if (!planned.ok) throw new Error(`${sql}: ${planned.problems[0].message}`);
        checkPlan(planned.value.plan);
        expect(encodePlan(planner.planQuery('v', sql, again))).toBe(encodePlan(planned));
      }),
      { numRuns: 100 },
    );
  });
});
