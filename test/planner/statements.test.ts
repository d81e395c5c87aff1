import { describe, expect, test } from 'vitest';
import type { Catalog } from '../../runtime/catalog/catalog.ts';
import { derivedFrom } from '../../runtime/catalog/derived-definitions.ts';
import { planner } from '../../planner/planner.ts';
import type { StatementPlan } from '../../planner/statement-plan.ts';
import { catalogOf, testCatalog } from './support/test-catalog.ts';

const EMPTY: Catalog = { relations: [] };

function plan(sql: string, catalog: Catalog = testCatalog()): StatementPlan {
  const statements = planner.split(sql);
  const [statement] = statements.ok ? statements.value : [];
  if (statement === undefined) throw new Error(`${sql} cannot be split`);
  const planned = planner.plan(statement, catalog);
  if (!planned.ok) throw new Error(planned.problems[0].message);
  return planned.value;
}

function definition(sql: string, catalog: Catalog = EMPTY) {
  const planned = plan(sql, catalog);
  if (planned.kind !== 'create') throw new Error(`${sql} creates nothing`);
  return planned.definition;
}

describe('streams and tables', () => {
  test('every type of the contract has one name', () => {
    const types =
      'a SMALLINT, b TINYINT, c INTEGER, d FLOAT, e REAL, f NUMERIC, g VARCHAR(9), h TEXT, i CHAR(3), j TIMESTAMPTZ, k DECIMAL(5, 1), l DOUBLE PRECISION';
    const relation = definition(`CREATE STREAM s (${types})`);
    const kinds = relation.kind === 'stream' ? relation.columns.map((column) => column.type.kind) : [];
    expect(kinds).toEqual([
      'int',
      'int',
      'int',
      'double',
      'double',
      'decimal',
      'string',
      'string',
      'string',
      'timestamp',
      'decimal',
      'double',
    ]);
    expect(relation).toMatchObject({
      columns: { 5: { type: { precision: 38, scale: 10 } }, 10: { type: { precision: 5, scale: 1 } } },
    });
  });

  test('a primary key makes a keyed table whose key is never NULL', () => {
    const relation = definition('CREATE STREAM t (a INT, b STRING, PRIMARY KEY (b, a))');
    expect(relation).toMatchObject({
      kind: 'table',
      primaryKey: [1, 0],
      columns: [{ nullable: false }, { nullable: false }],
    });
    expect(definition('CREATE TABLE s (a INT)')).toMatchObject({ kind: 'stream', primaryKey: [] });
  });

  test('the watermark has its delay in ms, and event time is never NULL', () => {
    const relation = definition("CREATE SOURCE s (ts TIMESTAMP, WATERMARK FOR TS AS ts - INTERVAL '1.5' SECOND)");
    expect(relation).toMatchObject({ watermark: { column: 0, delayMs: 1500 }, columns: [{ nullable: false }] });
    expect(definition('CREATE SOURCE s (ts TIMESTAMP, WATERMARK FOR ts AS ts)')).toMatchObject({
      watermark: { delayMs: 0 },
    });
  });

  test('defaults have the type of their column', () => {
    const relation = definition(
      "CREATE STREAM s (a BIGINT DEFAULT 5, b DECIMAL(9, 3) DEFAULT 1.5, c DATE DEFAULT '1970-01-03', d DOUBLE DEFAULT 1 + 1, e STRING DEFAULT NULL)",
    );
    expect(relation).toMatchObject({
      columns: [
        { defaultValue: 5n },
        { defaultValue: 1500n },
        { defaultValue: 2 },
        { defaultValue: 2 },
        { defaultValue: null },
      ],
    });
  });

  test('options keep their text, names are in lower case', () => {
    const sql =
      "CREATE STREAM s (\"Ab\" INT, ts TIMESTAMP, WATERMARK FOR ts AS ts) WITH (Connector = 'datagen', ROWS_PER_SECOND = 10, 'fields.Ab.kind' = 'sequence', idle_timeout = '5 seconds', retention = 'forever')";
    expect(definition(sql)).toMatchObject({
      connector: 'datagen',
      format: 'json',
      idleTimeoutMs: 5000,
      options: {
        rows_per_second: '10',
        'fields.Ab.kind': 'sequence',
        idle_timeout: '5 seconds',
        retention: 'forever',
      },
      sql,
    });
  });

  test('IF NOT EXISTS gives what is there', () => {
    expect(plan('CREATE STREAM IF NOT EXISTS totals (a INT)')).toMatchObject({
      exists: true,
      plan: null,
      definition: { kind: 'materialized-view', name: 'totals' },
    });
  });
});

describe('views and sinks', () => {
  test('a view depends on what it names, not on what that is made of', () => {
    expect(
      definition(
        'CREATE MATERIALIZED VIEW v AS SELECT d.item, t.amount FROM dear d JOIN totals t ON d.item = t.item',
        testCatalog(),
      ),
    ).toMatchObject({
      dependsOn: ['dear', 'totals'],
    });
  });

  test('a view keeps the text of its query with EMIT', () => {
    const catalog = testCatalog();
    expect(definition('CREATE VIEW v AS  SELECT item FROM clicks EMIT FINAL;', catalog)).toMatchObject({
      kind: 'view',
      query: 'SELECT item FROM clicks EMIT FINAL',
      dependsOn: ['clicks'],
    });
  });

  test('what is wrong inside of a view is said at its name', () => {
    const broken = {
      kind: 'view' as const,
      name: 'broken',
      query: 'SELECT nope FROM clicks',
      dependsOn: ['clicks'],
      sql: '',
    };
    const catalog = { relations: [...testCatalog().relations, broken] };
    const sql = 'SELECT * FROM broken';
    const planned = planner.planQuery('v', sql, catalog);
    expect(planned).toMatchObject({ ok: false, problems: [{ code: 'UNKNOWN_COLUMN', span: { start: 14, end: 20 } }] });
  });

  test('EMIT FINAL results are settled, live ones are not', () => {
    const relations = testCatalog().relations.filter((relation) => derivedFrom(relation) === null);
    const settled = relations.flatMap((relation) =>
      relation.kind === 'materialized-view' ? [[relation.name, relation.settled]] : [],
    );
    expect(Object.fromEntries(settled)).toEqual({
      per_minute: true,
      per_minute_live: false,
      totals: false,
      big_clicks: true,
    });
  });

  test('a sink has the plan of its query or of all rows of its view', () => {
    expect(plan("CREATE SINK s AS SELECT item FROM clicks WITH (connector = 'blackhole')")).toMatchObject({
      definition: { kind: 'sink', connector: 'blackhole', dependsOn: ['clicks'] },
      plan: { output: { columns: [{ name: 'item' }], mode: 'append' } },
    });
    expect(plan("CREATE SINK s FROM totals WITH (connector = 'blackhole')")).toMatchObject({
      plan: { nodes: [{ kind: 'scan', relation: 'totals' }], output: { mode: 'upsert', key: [0] } },
    });
  });
});

describe('the other statements', () => {
  test('INSERT brings constants to the types of the columns', () => {
    const sql =
      "INSERT INTO clicks (USER_ID, ts, day, price, weight, ok, item) VALUES (1, '2026-01-01 10:00:00.1239', '1970-01-02', 1.005, 3, 'true', 'a' || 'b'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL)";
    expect(plan(sql)).toMatchObject({
      stream: 'clicks',
      fields: ['user_id', 'ts', 'day', 'price', 'weight', 'ok', 'item'].map((name) => ({ name })),
      rows: [
        [1n, Date.UTC(2026, 0, 1, 10, 0, 0, 123), 1, 101n, 3, true, 'ab'],
        [null, null, null, null, null, null, null],
      ],
    });
  });

  test('DROP lists dependants first', () => {
    const catalog = catalogOf(`
      CREATE STREAM s (a INT);
      CREATE VIEW v AS SELECT a FROM s;
      CREATE MATERIALIZED VIEW m AS SELECT a FROM v;
      CREATE MATERIALIZED VIEW n AS SELECT m.a FROM m JOIN s ON m.a = s.a;
      CREATE SINK k FROM n WITH (connector = 'blackhole');`);
    expect(plan('DROP STREAM s CASCADE', catalog)).toMatchObject({ names: ['k', 'n', 'm', 'v', 's'] });
    expect(plan('DROP SINK k', catalog)).toMatchObject({ names: ['k'], name: 'k', what: 'sink' });
    expect(plan('DROP VIEW IF EXISTS nope', catalog)).toMatchObject({ names: [], name: 'nope' });
  });

  test('who reads the late rows of a stream depends on the stream', () => {
    const [stream] = catalogOf('CREATE STREAM s (a INT)').relations;
    if (stream?.kind !== 'stream') throw new Error('no stream');
    const late = { ...stream, name: 's$late', derivedFrom: 's' };
    const view = definition('CREATE MATERIALIZED VIEW m AS SELECT a FROM "s$late"', { relations: [stream, late] });
    expect(plan('DROP STREAM s CASCADE', { relations: [stream, late, view] })).toMatchObject({ names: ['m', 's'] });
  });

  test('a SELECT over views and tables is answered once, with its order and limit', () => {
    expect(
      plan(
        'SELECT item, amount FROM totals t JOIN items i ON t.item = i.id ORDER BY amount DESC, item LIMIT 5 OFFSET 2',
      ),
    ).toMatchObject({
      kind: 'select',
      reads: ['items', 'totals'],
      plan: {
        warnings: [],
        output: {
          order: [
            { column: 1, descending: true, nullsFirst: true },
            { column: 0, descending: false, nullsFirst: false },
          ],
          limit: 5,
          offset: 2,
        },
      },
    });
  });

  test('names are told apart by case only where two differ in nothing else', () => {
    const catalog = catalogOf('CREATE STREAM s (item INT, "Item" STRING, other INT)');
    expect(planner.planQuery('v', 'SELECT item, "Item", OTHER FROM S', catalog)).toMatchObject({
      value: { definition: { columns: [{ name: 'item' }, { name: 'Item' }, { name: 'other' }] } },
    });
    expect(planner.planQuery('v', 'SELECT ITEM FROM s', catalog)).toMatchObject({
      ok: false,
      problems: [{ code: 'AMBIGUOUS_COLUMN' }],
    });
  });
});

describe('validation', () => {
  test('takes each statement as if those before it had been run', () => {
    const sql = 'CREATE STREAM s (a INT); CREATE MATERIALIZED VIEW v AS SELECT a, COUNT(*) AS n FROM s GROUP BY a';
    expect(planner.validate(sql, EMPTY)).toMatchObject({
      ok: true,
      key: ['a'],
      mode: 'upsert',
      columns: [{ name: 'a' }, { name: 'n' }],
      problems: [],
    });
  });

  test('finds what is wrong in every statement, at its place in the whole text', () => {
    const sql = 'CREATE STREAM s (a INT);\n  SELECT b FROM s;\n  SELECT c FROM s';
    const { ok, problems } = planner.validate(sql, EMPTY);
    expect(ok).toBe(false);
    expect(problems.map((problem) => sql.slice(problem.span?.start, problem.span?.end))).toEqual(['b', 'c']);
  });

  test('a text that cannot be read is a problem, not an exception', () => {
    expect(planner.validate("SELECT 'abc", EMPTY)).toMatchObject({ ok: false, plan: null });
    expect(planner.validate('', EMPTY)).toMatchObject({ ok: true, plan: null });
  });
});
