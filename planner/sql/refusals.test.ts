import { describe, expect, test } from 'vitest';
import { ProblemError, type Problem } from '../../runtime/errors/problem.ts';
import { splitStatements } from './split-statements.ts';
import { parseStatement } from './statement-reader.ts';

/** The first problem of a text, or null. Anything but a ProblemError fails the test. */
function refusal(sql: string): Problem | null {
  try {
    for (const statement of splitStatements(sql)) parseStatement(statement);
    return null;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.problems[0];
  }
}

function shown(sql: string): string {
  const problem = refusal(sql);
  if (problem === null) return 'accepted';
  return `${problem.code} at <${sql.slice(problem.span?.start, problem.span?.end)}>`;
}

describe('what PostgreSQL refuses is refused here', () => {
  test.each([
    ['SELECT a = b = c', 'SYNTAX_ERROR at <=>'],
    ['SELECT a < b < c', 'SYNTAX_ERROR at <<>'],
    ['SELECT a LIKE b LIKE c', 'SYNTAX_ERROR at <LIKE>'],
    ['SELECT a = NOT b', 'SYNTAX_ERROR at <NOT>'],
    ['SELECT a IS DISTINCT FROM b IS NULL', 'SYNTAX_ERROR at <IS NULL>'],
    ['SELECT a ESCAPE b', 'SYNTAX_ERROR at <ESCAPE>'],
    ['SELECT a BETWEEN 1', 'SYNTAX_ERROR at <>'],
    ['SELECT a BETWEEN 1 OR 2', 'SYNTAX_ERROR at <>'],
    ['SELECT a BETWEEN b < c AND d', 'UNSUPPORTED at <<>'],
    ['SELECT a NOT b', 'SYNTAX_ERROR at <b>'],
    ['SELECT a IN 1', 'SYNTAX_ERROR at <1>'],
    ['SELECT a IN ()', 'SYNTAX_ERROR at <)>'],
    ['SELECT a +', 'SYNTAX_ERROR at <>'],
    ['SELECT * a', 'SYNTAX_ERROR at <a>'],
    ['SELECT a * FROM t', 'SYNTAX_ERROR at <FROM>'],
    ['SELECT', 'SYNTAX_ERROR at <>'],
    ['SELECT FROM t', 'SYNTAX_ERROR at <FROM>'],
    ['SELECT a, FROM t', 'SYNTAX_ERROR at <FROM>'],
    ['SELECT a FROM', 'SYNTAX_ERROR at <>'],
    ['SELECT a FROM t WHERE', 'SYNTAX_ERROR at <>'],
    ['SELECT a FROM t GROUP a', 'SYNTAX_ERROR at <a>'],
    ['SELECT a FROM t ORDER a', 'SYNTAX_ERROR at <a>'],
    ['SELECT a FROM t LIMIT', 'SYNTAX_ERROR at <>'],
    ['SELECT a FROM t JOIN u', 'SYNTAX_ERROR at <>'],
    ['SELECT a FROM t LIMIT 1 LIMIT 2', 'SYNTAX_ERROR at <LIMIT>'],
    ["SELECT 'a' 'b'", "SYNTAX_ERROR at <'b'>"],
    ['SELECT CASE a END', 'SYNTAX_ERROR at <END>'],
    ['SELECT CASE WHEN a THEN b', 'SYNTAX_ERROR at <>'],
    ['SELECT CAST(a INT)', 'SYNTAX_ERROR at <INT>'],
    ['SELECT f(a,)', 'SYNTAX_ERROR at <)>'],
    ['SELECT (a', 'SYNTAX_ERROR at <(>'],
    ['SELECT a)', 'SYNTAX_ERROR at <)>'],
    ['SELECT ()', 'SYNTAX_ERROR at <)>'],
    ['SELECT EXTRACT(HOUR ts)', 'SYNTAX_ERROR at <ts>'],
    ['SELECT INTERVAL 5 MINUTE', 'SYNTAX_ERROR at <5>'],
    ["SELECT INTERVAL '5'", "INVALID_LITERAL at <INTERVAL '5'>"],
    ["SELECT INTERVAL '5 fortnights'", "INVALID_LITERAL at <INTERVAL '5 fortnights'>"],
    ["SELECT INTERVAL '5 minutes' HOUR", "INVALID_LITERAL at <INTERVAL '5 minutes' HOUR>"],
    ["SELECT INTERVAL '0.0001' SECOND", "INVALID_LITERAL at <INTERVAL '0.0001' SECOND>"],
    ['VALUES (1), (1, 2)', 'SYNTAX_ERROR at <1>'],
    ['0x1F', 'SYNTAX_ERROR at <0x1F>'],
    ['SELECT 1_000', 'SYNTAX_ERROR at <1_000>'],
    ['SELECT a FROM t EMIT', 'SYNTAX_ERROR at <>'],
    ['SELECT a FROM t EMIT LATER', 'SYNTAX_ERROR at <LATER>'],
    ["SELECT a FROM t EMIT EVERY INTERVAL '0' SECOND", "INVALID_LITERAL at <INTERVAL '0' SECOND>"],
    ["SELECT a FROM t EMIT EVERY INTERVAL '1' MONTH", "INVALID_LITERAL at <INTERVAL '1' MONTH>"],
    ['hello', 'SYNTAX_ERROR at <hello>'],
    ['CREATE', 'SYNTAX_ERROR at <>'],
    ['CREATE STREAM', 'SYNTAX_ERROR at <>'],
    ['CREATE STREAM s', 'SYNTAX_ERROR at <>'],
    ['CREATE STREAM s ()', 'SYNTAX_ERROR at <)>'],
    ['CREATE STREAM s (a)', 'SYNTAX_ERROR at <)>'],
    ['CREATE STREAM s (a INT,)', 'SYNTAX_ERROR at <)>'],
    ['CREATE STREAM select (a INT)', 'SYNTAX_ERROR at <select>'],
    ['CREATE STREAM s (a INT) WITH (a)', 'SYNTAX_ERROR at <)>'],
    ['CREATE STREAM s (a INT) WITH (a = )', 'SYNTAX_ERROR at <)>'],
    ['CREATE STREAM s (a INT) WITH (a = 1, A = 2)', 'INVALID_OPTION at <A>'],
    ['CREATE STREAM s (a INT PRIMARY KEY, b INT PRIMARY KEY)', 'SYNTAX_ERROR at <PRIMARY>'],
    ['CREATE STREAM s (a INT, WATERMARK FOR a AS a, WATERMARK FOR a AS a)', 'SYNTAX_ERROR at <WATERMARK>'],
    ['CREATE STREAM s (a DECIMAL(x))', 'SYNTAX_ERROR at <x>'],
    ['CREATE VIEW v', 'SYNTAX_ERROR at <>'],
    ['CREATE MATERIALIZED v AS SELECT 1', 'SYNTAX_ERROR at <v>'],
    ['CREATE SINK s', 'SYNTAX_ERROR at <>'],
    ['INSERT INTO s', 'SYNTAX_ERROR at <>'],
    ['INSERT INTO s VALUES', 'SYNTAX_ERROR at <>'],
    ['INSERT INTO s VALUES 1', 'SYNTAX_ERROR at <1>'],
    ['INSERT INTO s VALUES (1),', 'SYNTAX_ERROR at <>'],
    ['INSERT INTO s VALUES (1) (2)', 'SYNTAX_ERROR at <(>'],
    ['INSERT INTO s (a) VALUES (1, 2)', 'SYNTAX_ERROR at <(1, 2)>'],
    ['INSERT INTO s VALUES (1), (1, 2)', 'SYNTAX_ERROR at <(1, 2)>'],
    ['DROP', 'SYNTAX_ERROR at <>'],
    ['DROP TABLE', 'SYNTAX_ERROR at <>'],
    ['SHOW', 'SYNTAX_ERROR at <>'],
    ['EXPLAIN', 'SYNTAX_ERROR at <>'],
    ['SELECT 1 SELECT 2', 'SYNTAX_ERROR at <SELECT>'],
  ])('%s', (sql, expected) => {
    expect(shown(sql)).toBe(expected);
  });
});

describe('what is not built is UNSUPPORTED at its token, never read as something else', () => {
  test.each([
    ['CREATE OR REPLACE VIEW v AS SELECT 1', 'OR'],
    ['CREATE TEMPORARY VIEW v AS SELECT 1', 'TEMPORARY'],
    ['CREATE FUNCTION f', 'FUNCTION'],
    ['CREATE TABLE t AS SELECT 1', 'AS'],
    ['CREATE VIEW v (a) AS SELECT 1', '('],
    ['CREATE STREAM s (a INT UNIQUE)', 'UNIQUE'],
    ['CREATE STREAM s (a INT, CHECK (a > 1))', 'CHECK'],
    ['CREATE STREAM s (a INT[])', '['],
    ['CREATE STREAM s (a ARRAY<INT>)', 'ARRAY'],
    ['CREATE STREAM db.s (a INT)', '.'],
    ['CREATE MATERIALIZED VIEW v AS SELECT 1 WITH (a = 1)', 'WITH'],
    ['INSERT INTO s SELECT 1', 'SELECT'],
    ['INSERT INTO s VALUES (DEFAULT)', 'DEFAULT'],
    ['INSERT INTO s VALUES (1) ON CONFLICT DO NOTHING', 'ON'],
    ['UPDATE t SET a = 1', 'UPDATE'],
    ['DELETE FROM t', 'DELETE'],
    ['WITH a AS (SELECT 1) SELECT * FROM a', 'WITH'],
    ['SELECT * FROM (WITH a AS (SELECT 1) SELECT * FROM a)', 'WITH'],
    ['DROP VIEW a, b', ','],
    ['EXPLAIN ANALYZE SELECT 1', 'ANALYZE'],
    ['SELECT * FROM t MATCH_RECOGNIZE (PATTERN (A))', 'MATCH_RECOGNIZE'],
    ['SELECT * FROM t FOR SYSTEM_TIME AS OF x', 'FOR'],
    ['SELECT * FROM a ASOF JOIN b ON x', 'ASOF'],
    ['SELECT * FROM a SEMI JOIN b ON x', 'SEMI'],
    ['SELECT * FROM a LEFT ANTI JOIN b ON x', 'ANTI'],
    ['SELECT * FROM a JOIN b JOIN c ON x ON y', 'JOIN'],
    ['SELECT * FROM a, LATERAL (SELECT 1)', 'LATERAL'],
    ['SELECT * FROM f(1)', 'f'],
    ['SELECT * FROM db.t', '.'],
    ['SELECT * FROM t (a, b)', 't'],
    ['SELECT * FROM t AS u (a, b)', '('],
    ['SELECT * FROM (a JOIN b ON x) AS c', 'c'],
    ['SELECT * FROM t TABLESAMPLE SYSTEM (1)', 'TABLESAMPLE'],
    ["SELECT * FROM TUMBLE(f(s), ts, INTERVAL '1' MINUTE)", 'f'],
    ['SELECT * FROM TUMBLE(DATA => TABLE s, TIMECOL => DESCRIPTOR(ts))', '=>'],
    ["SELECT * FROM TUMBLE(TABLE s PARTITION BY a, DESCRIPTOR(ts), INTERVAL '1' MINUTE)", 'PARTITION'],
    ['SELECT a FROM t GROUP BY GROUPING SETS ((a), ())', 'GROUPING'],
    ['SELECT a FROM t GROUP BY ROLLUP (a)', 'ROLLUP'],
    ['SELECT a FROM t WINDOW w AS (PARTITION BY a)', 'WINDOW'],
    ['SELECT a FROM t QUALIFY a', 'QUALIFY'],
    ['SELECT DISTINCT ON (a) b FROM t', 'ON'],
    ['SELECT a INTO t', 'INTO'],
    ['SELECT a FROM t FOR UPDATE', 'FOR'],
    ['SELECT a FROM t LIMIT a', 'a'],
    ['SELECT a FROM t LIMIT 1.5', '1.5'],
    ['SELECT a FETCH FIRST 1 ROW WITH TIES', 'WITH'],
    ['SELECT 1 INTERSECT ALL SELECT 1', 'ALL'],
    ['SELECT 1 EXCEPT ALL SELECT 1', 'ALL'],
    ['(SELECT 1 LIMIT 1) LIMIT 2', '2'],
    ['SELECT * FROM (SELECT a FROM t EMIT FINAL)', 'EMIT'],
    ['SELECT a FROM t EMIT CHANGES', 'EMIT'],
    ['SELECT a BETWEEN SYMMETRIC 1 AND 2', 'SYMMETRIC'],
    ['SELECT a ^ b', '^'],
    ['SELECT a & b', '&'],
    ['SELECT a ~~ b', '~~'],
    ['SELECT a @> b', '@>'],
    ['SELECT a[1]', '['],
    ['SELECT ARRAY[1]', 'ARRAY'],
    ['SELECT a SIMILAR TO b', 'SIMILAR'],
    ['SELECT a ISNULL', 'ISNULL'],
    ['SELECT a COLLATE "C"', 'COLLATE'],
    ["SELECT a AT TIME ZONE 'UTC'", 'AT'],
    ['SELECT a = ANY (SELECT 1)', 'ANY'],
    ['SELECT (a, b) = (c, d)', ','],
    ['SELECT a.b.c(1)', 'c'],
    ['SELECT pg_catalog.f(a)', 'f'],
    ['SELECT f(a => 1)', '=>'],
    ["SELECT INTERVAL '1:30' MINUTE TO SECOND", 'TO'],
    ['SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY a)', 'WITHIN'],
    ["SELECT E'a'", "E'"],
    ['SELECT $1', '$1'],
    ['SELECT $$a$$', '$$'],
  ])('%s', (sql, token) => {
    expect(shown(sql)).toBe(`UNSUPPORTED at <${token}>`);
  });

  test.each([
    ['CREATE OR REPLACE VIEW v AS SELECT 1', 'DROP it first (CASCADE: with all that reads it), then CREATE it'],
    ["SELECT a SIMILAR TO 'b%' FROM t", "write LIKE, or text ~ 'regular expression'"],
    ['SELECT a FROM t MATCH_RECOGNIZE (PATTERN (A))', 'count with FILTER (WHERE ...) by window and key'],
    ['SELECT a FROM t ASOF JOIN u ON a = b', 'to a table with the newest row of each key'],
    ['SELECT a ~~ b', 'write LIKE'],
    ['SELECT a FROM t QUALIFY a > 1', 'aggregate by GROUP BY in a view'],
    ['SELECT a FROM t GROUP BY ROLLUP (a)', 'put together by UNION ALL'],
    ['DELETE FROM t WHERE a = 1', '?op=delete'],
    ['SELECT a ## b', 'docs/sql.md'],
  ])('%s: says what to do instead', (sql, hint) => {
    expect(refusal(sql)).toMatchObject({ code: 'UNSUPPORTED', hint: expect.stringContaining(hint) as string });
  });
});

describe('typing errors', () => {
  test.each([
    ['SELCT a FROM t', 'SELCT', 'SELECT'],
    ['SELECT a FORM t', 'FORM', 'FROM'],
    ['SELECT a FROM t WHER a = 1', 'WHER', 'WHERE'],
    ['SELECT a FROM t GROPU BY a', 'GROPU', 'GROUP'],
    ['SELECT a FROM t AS u ODER BY a', 'ODER', 'ORDER'],
    ['SELECT a FROM t LEFT JION u ON a', 'JION', 'JOIN'],
    ['SELECT a FROM t EMIT FINALE', 'FINALE', 'FINAL'],
    ['SELECT CASE WHEN a THNE b END', 'THNE', 'THEN'],
    ['CREATE STREEM s (a INT)', 'STREEM', 'STREAM'],
    ['CREATE MATERIALISED VIEW v AS SELECT 1', 'MATERIALISED', 'MATERIALIZED'],
    ['INSERT INTO s VALEUS (1)', 'VALEUS', 'VALUES'],
    ['SHOW STREAM', 'STREAM', 'STREAMS'],
    ['EXPLAIN PHYSICL SELECT 1', 'PHYSICL', 'PHYSICAL'],
    ["SELECT INTERVAL '5 minits'", "INTERVAL '5 minits'", 'minute'],
  ])('%s: did you mean ...?', (sql, token, meant) => {
    const problem = refusal(sql);
    expect(sql.slice(problem?.span?.start, problem?.span?.end)).toBe(token);
    expect(problem?.hint).toBe(`did you mean ${meant}?`);
  });
});

test('a position is that of the whole text, also in a later statement', () => {
  const sql = 'SELECT 1;\nSELECT a FROM t WHERE a >;';
  expect(refusal(sql)?.span).toEqual({ start: sql.length - 1, end: sql.length - 1 });
});
