import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../runtime/errors/problem.ts';
import { planner } from '../../planner/planner.ts';
import { testCatalog } from './support/test-catalog.ts';

/** Statement, code, the exact text that the problem points at, and a part of its hint where it has one. */
type Refusal = readonly [sql: string, code: ErrorCode, at: string, hint?: string];

const cases = (refusals: readonly Refusal[]) => refusals.map(([sql, code, at, hint]) => ({ sql, code, at, hint }));

const NAMES: readonly Refusal[] = [
  ['SELECT itm FROM clicks', 'UNKNOWN_COLUMN', 'itm', 'did you mean item?'],
  ['SELECT "ITEM" FROM clicks', 'UNKNOWN_COLUMN', '"ITEM"', 'did you mean item?'],
  ['SELECT c.itm FROM clicks c', 'UNKNOWN_COLUMN', 'itm', 'did you mean item?'],
  ['SELECT clicks.item FROM clicks c', 'UNKNOWN_RELATION', 'clicks'],
  ['SELECT item FROM click', 'UNKNOWN_RELATION', 'click', 'did you mean clicks?'],
  ['SELECT item FROM gone', 'WRONG_KIND', 'gone'],
  [
    'SELECT item FROM clicks, sales WHERE clicks.item = sales.item',
    'AMBIGUOUS_COLUMN',
    'item',
    'clicks.item or sales.item',
  ],
  ['SELECT item FROM (SELECT item, url AS item FROM clicks)', 'AMBIGUOUS_COLUMN', 'item'],
  ['SELECT item, url AS item FROM clicks', 'DUPLICATE_COLUMN', 'url AS item', 'AS'],
  ['SELECT *, item FROM clicks', 'DUPLICATE_COLUMN', 'item'],
  ['SELECT UPER(item) FROM clicks', 'UNKNOWN_FUNCTION', 'UPER', 'did you mean UPPER?'],
  ['SELECT CAST(item AS BIGNT) FROM clicks', 'UNKNOWN_TYPE', 'BIGNT', 'did you mean BIGINT?'],
  ['SELECT a FROM (SELECT item FROM clicks) AS s (a, b)', 'WRONG_ARGUMENTS', 'b'],
];

const TYPES: readonly Refusal[] = [
  ['SELECT item + 1 FROM clicks', 'TYPE_MISMATCH', 'item'],
  ['SELECT user_id = item FROM clicks', 'TYPE_MISMATCH', 'user_id = item'],
  ["SELECT user_id > 'abc' FROM clicks", 'INVALID_LITERAL', "'abc'"],
  ["SELECT ts > 'yesterday' FROM clicks", 'INVALID_LITERAL', "'yesterday'"],
  ["SELECT price > 'x' FROM clicks", 'INVALID_LITERAL', "'x'"],
  ['SELECT item FROM clicks WHERE user_id', 'TYPE_MISMATCH', 'user_id'],
  ['SELECT NOT item FROM clicks', 'TYPE_MISMATCH', 'item'],
  ['SELECT -item FROM clicks', 'TYPE_MISMATCH', 'item'],
  ['SELECT CASE WHEN ok THEN item ELSE user_id END FROM clicks', 'TYPE_MISMATCH', 'user_id'],
  ['SELECT user_id IN (item) FROM clicks', 'TYPE_MISMATCH', 'user_id IN (item)'],
  ['SELECT CAST(ok AS TIMESTAMP) FROM clicks', 'TYPE_MISMATCH', 'CAST(ok AS TIMESTAMP)'],
  ['SELECT UPPER(user_id) FROM clicks', 'TYPE_MISMATCH', 'user_id'],
  ['SELECT UPPER(item, url) FROM clicks', 'WRONG_ARGUMENTS', 'UPPER(item, url)'],
  ['SELECT SUM(item) FROM clicks', 'TYPE_MISMATCH', 'SUM(item)'],
  ['SELECT SUM(*) FROM clicks', 'WRONG_ARGUMENTS', 'SUM(*)'],
  ['SELECT UPPER(DISTINCT item) FROM clicks', 'WRONG_ARGUMENTS', 'UPPER(DISTINCT item)'],
  ["SELECT DATE_TRUNC('fortnight', ts) FROM clicks", 'WRONG_ARGUMENTS', "'fortnight'"],
  ['SELECT EXTRACT(FOO FROM ts) FROM clicks', 'WRONG_ARGUMENTS', 'FOO'],
  [
    'SELECT 99999999999999999999999999999999999999999 AS x',
    'INVALID_LITERAL',
    '99999999999999999999999999999999999999999',
  ],
  ['SELECT 1e999 AS x', 'INVALID_LITERAL', '1e999'],
  ['SELECT 0.000000000000000000001 AS x', 'INVALID_LITERAL', '0.000000000000000000001'],
  ['SELECT ts - at FROM clicks', 'UNSUPPORTED', 'ts - at', 'EXTRACT'],
  ["SELECT INTERVAL '1' MONTH FROM clicks", 'UNSUPPORTED', "INTERVAL '1' MONTH"],
  ["SELECT user_id + INTERVAL '1' MONTH FROM clicks", 'TYPE_MISMATCH', "user_id + INTERVAL '1' MONTH"],
  ['SELECT item FROM clicks UNION ALL SELECT user_id FROM clicks', 'TYPE_MISMATCH', 'SELECT user_id FROM clicks'],
  ['SELECT item FROM clicks UNION ALL SELECT item, url FROM clicks', 'WRONG_ARGUMENTS', 'SELECT item, url FROM clicks'],
];

const GROUPS: readonly Refusal[] = [
  ['SELECT item, url FROM clicks GROUP BY item', 'NOT_GROUPED', 'url', 'add url to GROUP BY'],
  ['SELECT item, COUNT(*) FROM clicks', 'NOT_GROUPED', 'item'],
  ['SELECT * FROM clicks GROUP BY item', 'NOT_GROUPED', '*'],
  ['SELECT COUNT(*) FROM clicks HAVING user_id > 1', 'NOT_GROUPED', 'user_id'],
  ['SELECT COUNT(*) AS n FROM clicks ORDER BY item', 'NOT_GROUPED', 'item'],
  ['SELECT item FROM clicks WHERE COUNT(*) > 1', 'MISPLACED_AGGREGATE', 'COUNT(*)', 'HAVING'],
  ['SELECT COUNT(*) FROM clicks GROUP BY COUNT(*)', 'MISPLACED_AGGREGATE', 'COUNT(*)'],
  ['SELECT SUM(COUNT(*)) FROM clicks', 'MISPLACED_AGGREGATE', 'COUNT(*)'],
  ['SELECT c.item FROM clicks c JOIN sales s ON c.item = s.item AND COUNT(*) > 1', 'MISPLACED_AGGREGATE', 'COUNT(*)'],
  ['SELECT COUNT(*) FROM clicks GROUP BY ts - at', 'UNSUPPORTED', 'ts - at'],
  ['SELECT COUNT(ts - at) FROM clicks', 'UNSUPPORTED', 'ts - at'],
  ['SELECT item FROM clicks GROUP BY 5', 'WRONG_ARGUMENTS', '5'],
  ['SELECT item FROM clicks ORDER BY 2', 'WRONG_ARGUMENTS', '2'],
  ['SELECT item FROM clicks ORDER BY url', 'UNSUPPORTED', 'url'],
  ['SELECT COUNT(item ORDER BY ts) FROM clicks', 'UNSUPPORTED', 'ts'],
];

const WINDOWS: readonly Refusal[] = [
  ["SELECT * FROM TUMBLE(clicks, at, INTERVAL '1' MINUTE)", 'UNSUPPORTED', 'at', 'WATERMARK FOR at'],
  ["SELECT * FROM TUMBLE(clicks, item, INTERVAL '1' MINUTE)", 'INVALID_WINDOW', 'item'],
  ["SELECT * FROM TUMBLE(clicks, tss, INTERVAL '1' MINUTE)", 'UNKNOWN_COLUMN', 'tss', 'did you mean ts?'],
  ["SELECT * FROM TUMBLE(per_minute, window_end, INTERVAL '1' MINUTE)", 'UNSUPPORTED', 'window_end', 'over the stream'],
  ["SELECT * FROM TUMBLE(clicks, ts, INTERVAL '0' MINUTE)", 'INVALID_WINDOW', "INTERVAL '0' MINUTE"],
  ["SELECT * FROM TUMBLE(clicks, ts, INTERVAL '1' MONTH)", 'INVALID_WINDOW', "INTERVAL '1' MONTH"],
  ['SELECT * FROM TUMBLE(clicks, ts, 60)', 'INVALID_WINDOW', '60'],
  ["SELECT * FROM HOP(clicks, ts, INTERVAL '1' MINUTE)", 'INVALID_WINDOW', "HOP(clicks, ts, INTERVAL '1' MINUTE)"],
  [
    "SELECT * FROM HOP(clicks, ts, INTERVAL '1' SECOND, INTERVAL '10001' SECOND)",
    'HOP_TOO_FINE',
    "HOP(clicks, ts, INTERVAL '1' SECOND, INTERVAL '10001' SECOND)",
  ],
  [
    "SELECT * FROM CUMULATE(clicks, ts, INTERVAL '1' SECOND, INTERVAL '1' DAY)",
    'UNSUPPORTED',
    "CUMULATE(clicks, ts, INTERVAL '1' SECOND, INTERVAL '1' DAY)",
  ],
  [
    "SELECT COUNT(*) FROM clicks GROUP BY SESSION(ts, INTERVAL '1' SECOND)",
    'UNSUPPORTED',
    "SESSION(ts, INTERVAL '1' SECOND)",
  ],
  [
    "SELECT TUMBLE_START(ts, INTERVAL '1' MINUTE) FROM clicks",
    'MISPLACED_WINDOW',
    "TUMBLE_START(ts, INTERVAL '1' MINUTE)",
    'GROUP BY TUMBLE',
  ],
  [
    "SELECT TUMBLE_START(ts, INTERVAL '2' MINUTE) FROM clicks GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE)",
    'INVALID_WINDOW',
    "TUMBLE_START(ts, INTERVAL '2' MINUTE)",
  ],
  ["SELECT TUMBLE(ts, INTERVAL '2' MINUTE) FROM clicks", 'MISPLACED_WINDOW', "TUMBLE(ts, INTERVAL '2' MINUTE)"],
  [
    "SELECT COUNT(*) FROM clicks GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE), HOP(ts, INTERVAL '1' MINUTE, INTERVAL '2' MINUTE)",
    'UNSUPPORTED',
    "HOP(ts, INTERVAL '1' MINUTE, INTERVAL '2' MINUTE)",
  ],
];

const SHAPES: readonly Refusal[] = [
  ['SELECT c.item FROM clicks c CROSS JOIN items i', 'UNSUPPORTED', 'clicks c CROSS JOIN items i'],
  [
    'SELECT c.item FROM clicks c JOIN items i ON c.item > i.id',
    'UNSUPPORTED',
    'clicks c JOIN items i ON c.item > i.id',
  ],
  ['SELECT c.item FROM clicks c, items i', 'UNSUPPORTED', 'items i'],
  [
    'SELECT item FROM clicks UNION SELECT item FROM clicks',
    'UNSUPPORTED',
    'SELECT item FROM clicks UNION SELECT item FROM clicks',
  ],
  ['SELECT item IN (SELECT id FROM items) FROM clicks', 'UNSUPPORTED', 'item IN (SELECT id FROM items)'],
  ['SELECT item FROM clicks WHERE EXISTS (SELECT id FROM items)', 'UNSUPPORTED', 'EXISTS (SELECT id FROM items)'],
  ['SELECT (SELECT id FROM items) FROM clicks', 'UNSUPPORTED', '(SELECT id FROM items)'],
  ['SELECT ROW_NUMBER() OVER (ORDER BY ts) FROM clicks', 'UNSUPPORTED', 'OVER (ORDER BY ts)'],
  ['SELECT item FROM clicks LIMIT 5', 'UNSUPPORTED', 'LIMIT 5'],
  ['SELECT item FROM (SELECT item FROM clicks ORDER BY item)', 'UNSUPPORTED', 'item'],
  ['SELECT item FROM (SELECT item FROM clicks LIMIT 3)', 'UNSUPPORTED', 'LIMIT 3'],
  ["SELECT item FROM clicks EMIT EVERY INTERVAL '5' SECOND", 'UNSUPPORTED', "EMIT EVERY INTERVAL '5' SECOND"],
  ['SELECT id FROM items EMIT FINAL', 'UNSUPPORTED', 'EMIT FINAL'],
  ['SELECT *', 'SYNTAX_ERROR', '*'],
  [`SELECT ${'user_id + '.repeat(500)}1 AS x FROM clicks`, 'STATEMENT_TOO_DEEP', `${'user_id + '.repeat(500)}1`],
];

describe('a query that cannot be planned is refused at its place', () => {
  const catalog = testCatalog();
  test.each(cases([...NAMES, ...TYPES, ...GROUPS, ...WINDOWS, ...SHAPES]))('$sql', ({ sql, code, at, hint }) => {
    const planned = planner.planQuery('v', sql, catalog);
    if (planned.ok) throw new Error(`${sql} was planned`);
    const [problem] = planned.problems;
    expect({ code: problem.code, at: sql.slice(problem.span?.start, problem.span?.end) }).toEqual({ code, at });
    if (hint !== undefined) expect(problem.hint).toContain(hint);
  });
});

const STATEMENTS: readonly Refusal[] = [
  ['CREATE STREAM x (a BIGNT)', 'UNKNOWN_TYPE', 'BIGNT', 'did you mean BIGINT?'],
  ['CREATE STREAM x (a TIME)', 'UNSUPPORTED', 'TIME'],
  ['CREATE STREAM x (a BYTEA)', 'UNSUPPORTED', 'BYTEA'],
  ['CREATE STREAM x (a DECIMAL(39, 2))', 'INVALID_LITERAL', 'DECIMAL(39, 2)'],
  ['CREATE STREAM x (a TIMESTAMP(6))', 'UNSUPPORTED', 'TIMESTAMP(6)'],
  ['CREATE STREAM x (a INT, a STRING)', 'DUPLICATE_COLUMN', 'a'],
  [
    'CREATE STREAM x (late_by INT, ts TIMESTAMP, WATERMARK FOR ts AS ts)',
    'DUPLICATE_COLUMN',
    'late_by',
    'another name',
  ],
  ['CREATE STREAM x (a INT, b AS a + 1, c AS b)', 'UNSUPPORTED', 'b'],
  ["CREATE STREAM x (a INT DEFAULT 'abc')", 'INVALID_LITERAL', "'abc'"],
  ['CREATE STREAM x (a INT DEFAULT 99999999999)', 'INVALID_LITERAL', '99999999999'],
  ['CREATE STREAM x (a INT DEFAULT b)', 'UNKNOWN_COLUMN', 'b'],
  ['CREATE STREAM x (a INT NOT NULL DEFAULT NULL)', 'INVALID_LITERAL', 'NULL'],
  [
    "CREATE STREAM x (ts TIMESTAMP, WATERMARK FOR ts AS ts + INTERVAL '5' SECOND)",
    'INVALID_WATERMARK',
    "WATERMARK FOR ts AS ts + INTERVAL '5' SECOND",
  ],
  ['CREATE STREAM x (a INT, WATERMARK FOR a AS a)', 'INVALID_WATERMARK', 'a'],
  ['CREATE STREAM x (a INT, WATERMARK FOR b AS b)', 'UNKNOWN_COLUMN', 'b'],
  ['CREATE TABLE x (a INT PRIMARY KEY, ts TIMESTAMP, WATERMARK FOR ts AS ts)', 'UNSUPPORTED', 'WATERMARK FOR ts AS ts'],
  [
    "CREATE STREAM x (a INT) WITH (conector = 'http')",
    'UNKNOWN_OPTION',
    "conector = 'http'",
    'did you mean connector?',
  ],
  ["CREATE STREAM x (a INT) WITH (connector = 'htp')", 'UNKNOWN_CONNECTOR', "connector = 'htp'", 'did you mean http?'],
  ["CREATE STREAM x (a INT) WITH (connector = 'kafka')", 'UNSUPPORTED', "connector = 'kafka'"],
  ["CREATE STREAM x (a INT) WITH (connector = 'blackhole')", 'WRONG_KIND', "connector = 'blackhole'"],
  ["CREATE STREAM x (a INT) WITH (connector = 'file')", 'INVALID_OPTION', "connector = 'file'"],
  ["CREATE STREAM x (a INT) WITH (connector = 'file', path = 'a', follow = 'on')", 'INVALID_OPTION', "follow = 'on'"],
  ["CREATE STREAM x (a INT) WITH (connector = 'host', metric = 'cpus')", 'INVALID_OPTION', "metric = 'cpus'"],
  ["CREATE STREAM x (a INT) WITH (connector = 'datagen', fields.b.min = '3')", 'UNKNOWN_COLUMN', "fields.b.min = '3'"],
  [
    "CREATE STREAM x (a INT) WITH (connector = 'datagen', fields.a.mni = '3')",
    'UNKNOWN_OPTION',
    "fields.a.mni = '3'",
    'did you mean min?',
  ],
  ["CREATE STREAM x (a INT) WITH (connector = 'datagen', format = 'csv')", 'INVALID_OPTION', "format = 'csv'"],
  ["CREATE STREAM x (a INT) WITH (max_future = '1 hour')", 'INVALID_OPTION', "max_future = '1 hour'"],
  ["CREATE STREAM x (a INT) WITH (retention = 'some')", 'INVALID_OPTION', "retention = 'some'"],
  ["CREATE STREAM x (a INT) WITH (retention = '1 GB, 2 GB')", 'INVALID_OPTION', "retention = '1 GB, 2 GB'"],
  ["CREATE TABLE x (a INT PRIMARY KEY) WITH (retention = '1 day')", 'INVALID_OPTION', "retention = '1 day'"],
  ["CREATE MATERIALIZED VIEW x WITH (retention = 'long') AS SELECT 1", 'INVALID_OPTION', "retention = 'long'"],
  ["CREATE MATERIALIZED VIEW x WITH (state_limit = '5 rows') AS SELECT 1", 'INVALID_OPTION', "state_limit = '5 rows'"],
  ["CREATE VIEW x WITH (retention = '1 day') AS SELECT 1", 'INVALID_OPTION', "retention = '1 day'"],
  ["CREATE STREAM x (a INT) WITH (validate = 'used')", 'INVALID_OPTION', "validate = 'used'"],
  [
    "CREATE TABLE x (a INT PRIMARY KEY) WITH (connector = 'file', path = 'a', validate = 'used')",
    'INVALID_OPTION',
    "validate = 'used'",
  ],
  [
    "CREATE STREAM x (a INT) WITH (connector = 'file', path = 'a', unknown_fields = 'refuse', validate = 'used')",
    'INVALID_OPTION',
    "validate = 'used'",
  ],
  ["CREATE STREAM x (a INT) WITH (idle_timeout = '5 seconds')", 'INVALID_OPTION', "idle_timeout = '5 seconds'"],
  ['CREATE STREAM x$late (a INT)', 'UNSUPPORTED', 'x$late'],
  ['CREATE STREAM totals (a INT)', 'ALREADY_EXISTS', 'totals'],
  ['CREATE VIEW v AS SELECT item FROM clicks ORDER BY item', 'UNSUPPORTED', 'item'],
  ['CREATE VIEW v AS SELECT itm FROM clicks', 'UNKNOWN_COLUMN', 'itm', 'did you mean item?'],
  [
    "CREATE MATERIALIZED VIEW v WITH (state_ttl = '1 hour') AS SELECT item FROM clicks",
    'UNSUPPORTED',
    "state_ttl = '1 hour'",
  ],
  ["CREATE SINK s FROM totals WITH (connector = 'http', path = 'x')", 'UNSUPPORTED', "connector = 'http'"],
  ['CREATE SINK s FROM totals', 'INVALID_OPTION', 's'],
  ["CREATE SINK s FROM total WITH (connector = 'blackhole')", 'VIEW_NOT_FOUND', 'total', 'did you mean totals?'],
  ["INSERT INTO clicks (user_id, itm) VALUES (1, 'x')", 'UNKNOWN_COLUMN', 'itm', 'did you mean item?'],
  ['INSERT INTO clicks (user_id, user_id) VALUES (1, 2)', 'DUPLICATE_COLUMN', 'user_id'],
  ['INSERT INTO clicks (user_id) VALUES (1.5)', 'INVALID_LITERAL', '1.5'],
  ['INSERT INTO clicks (user_id) VALUES (item)', 'UNKNOWN_COLUMN', 'item'],
  ['INSERT INTO clicks (item) VALUES (5)', 'TYPE_MISMATCH', '5'],
  ['INSERT INTO clicks (user_id) VALUES (1 / 0)', 'INVALID_LITERAL', '1 / 0'],
  ['INSERT INTO totals VALUES (1)', 'NOT_WRITABLE', 'totals'],
  ['INSERT INTO click VALUES (1)', 'STREAM_NOT_FOUND', 'click', 'did you mean clicks?'],
  ['DROP STREAM clicks', 'IN_USE', 'clicks', 'CASCADE'],
  ['DROP STREAM click', 'STREAM_NOT_FOUND', 'click', 'did you mean clicks?'],
  ['DROP VIEW total', 'VIEW_NOT_FOUND', 'total', 'did you mean totals?'],
  ['DROP VIEW totals', 'WRONG_KIND', 'totals', 'DROP MATERIALIZED VIEW'],
  ['DESCRIBE total', 'UNKNOWN_RELATION', 'total'],
  ['SELECT item FROM totals EMIT FINAL', 'UNSUPPORTED', 'EMIT FINAL'],
];

describe('a statement that cannot be carried out is refused at its place', () => {
  const catalog = testCatalog();
  test.each(cases(STATEMENTS))('$sql', ({ sql, code, at, hint }) => {
    const before = '-- a comment\n';
    const statements = planner.split(before + sql);
    if (!statements.ok) throw new Error(`${sql} cannot be split`);
    const planned = statements.value[0] && planner.plan(statements.value[0], catalog);
    if (planned === undefined || planned.ok) throw new Error(`${sql} was planned`);
    const [problem] = planned.problems;
    const pointed = (before + sql).slice(problem.span?.start, problem.span?.end);
    expect({ code: problem.code, at: pointed }).toEqual({ code, at });
    if (hint !== undefined) expect(problem.hint).toContain(hint);
  });
});
