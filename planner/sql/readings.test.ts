import { describe, expect, test } from 'vitest';
import { splitStatements } from './split-statements.ts';
import { parseExpression, parseQuery, parseStatement } from './statement-reader.ts';
import type { ExpressionNode, FromNode, Identifier, QueryNode, Statement } from './syntax.ts';

/** An expression as an s-expression: what binds to what is in the brackets. */
function sexp(node: ExpressionNode): string {
  switch (node.kind) {
    case 'column':
      return [...(node.table === null ? [] : [node.table]), node.name, ...(node.fields ?? [])].map(name).join('.');
    case 'number':
      return node.text;
    case 'string':
      return `'${node.value}'`;
    case 'boolean':
      return String(node.value);
    case 'null':
      return 'null';
    case 'interval':
      return `<${node.value.months} months ${node.value.ms} ms>`;
    case 'typed-literal':
      return `${node.type.name}'${node.text}'`;
    case 'binary':
      return `(${node.operator} ${sexp(node.left)} ${sexp(node.right)})`;
    case 'unary':
      return `(${node.operator} ${sexp(node.operand)})`;
    case 'is':
      return `(is-${node.negated ? 'not-' : ''}${node.test} ${sexp(node.operand)})`;
    case 'between':
      return `(${node.negated ? 'not-' : ''}between ${sexp(node.operand)} ${sexp(node.low)} ${sexp(node.high)})`;
    case 'in-list':
      return `(${node.negated ? 'not-' : ''}in ${sexp(node.operand)} ${node.items.map(sexp).join(' ')})`;
    case 'in-query':
      return `(${node.negated ? 'not-' : ''}in ${sexp(node.operand)} ${query(node.query)})`;
    case 'exists':
      return `(exists ${query(node.query)})`;
    case 'scalar-query':
      return query(node.query);
    case 'like': {
      const word = `${node.negated ? 'not-' : ''}${node.insensitive ? 'ilike' : 'like'}`;
      return `(${word} ${sexp(node.operand)} ${sexp(node.pattern)}${node.escape === null ? '' : ` escape ${sexp(node.escape)}`})`;
    }
    case 'case': {
      const branches = node.branches.map((branch) => `[${sexp(branch.when)} ${sexp(branch.then)}]`).join(' ');
      const operand = node.operand === null ? '' : `${sexp(node.operand)} `;
      return `(case ${operand}${branches}${node.otherwise === null ? '' : ` else ${sexp(node.otherwise)}`})`;
    }
    case 'cast':
      return `(cast ${sexp(node.operand)} ${node.type.name}${node.type.args.length > 0 ? `:${node.type.args.join(':')}` : ''})`;
    case 'call': {
      const order = node.orderBy
        .map((item) => ` order ${sexp(item.expression)}${item.descending ? ' desc' : ''}`)
        .join('');
      const words = `${node.distinct ? 'distinct ' : ''}${node.star ? '*' : node.args.map(sexp).join(' ')}${order}`;
      const filter = node.filter === null ? '' : ` filter ${sexp(node.filter)}`;
      return `${name(node.name)}[${words}${filter}${node.over === null ? '' : ' over'}]`;
    }
  }
}

function name(identifier: Identifier): string {
  return identifier.quoted ? JSON.stringify(identifier.text) : identifier.text;
}

function query(node: QueryNode): string {
  const order = node.orderBy.map(
    (item) => ` order ${sexp(item.expression)}${item.descending ? ' desc' : ''}${nulls(item.nullsFirst)}`,
  );
  const limit = node.limit === null ? '' : ` limit ${node.limit.count}+${node.limit.offset}`;
  return `{${queryBody(node)}${order.join('')}${limit}}`;
}

function nulls(first: boolean | null): string {
  return first === null ? '' : first ? ' nulls-first' : ' nulls-last';
}

function queryBody(node: QueryNode): string {
  if (node.kind === 'values') return `values ${node.rows.map((row) => `[${row.map(sexp).join(' ')}]`).join(' ')}`;
  if (node.kind === 'set-operation') return `${query(node.left)} ${node.operation} ${query(node.right)}`;
  const items = node.items.map((item) => {
    if (item.kind === 'star') return item.of === null ? '*' : `${name(item.of)}.*`;
    return `${sexp(item.expression)}${item.alias === null ? '' : ` as ${name(item.alias)}`}`;
  });
  const parts = [`${node.distinct === null ? 'select' : 'select-distinct'} ${items.join(', ')}`];
  if (node.from.length > 0) parts.push(`from ${node.from.map(from).join(', ')}`);
  if (node.where !== null) parts.push(`where ${sexp(node.where)}`);
  if (node.groupBy.length > 0) parts.push(`group ${node.groupBy.map(sexp).join(', ')}`);
  if (node.having !== null) parts.push(`having ${sexp(node.having)}`);
  return parts.join(' ');
}

function from(node: FromNode): string {
  if (node.kind === 'join') {
    const on = node.on === null ? '' : ` on ${sexp(node.on)}`;
    const using = node.using === null ? '' : ` using ${node.using.map(name).join(' ')}`;
    return `(${node.natural ? 'natural-' : ''}${node.type} ${from(node.left)} ${from(node.right)}${on}${using})`;
  }
  const alias = node.alias === null ? '' : ` as ${name(node.alias)}`;
  if (node.kind === 'relation') return `${name(node.name)}${alias}`;
  if (node.kind === 'subquery')
    return `${query(node.query)}${alias}${node.columnAliases.map((column) => `:${name(column)}`).join('')}`;
  const partition = node.partitionBy.length === 0 ? '' : ` by ${node.partitionBy.map(name).join(' ')}`;
  return `${node.window}[${from(node.input)}${partition} ${name(node.time)} ${node.args.map(sexp).join(' ')}]${alias}`;
}

describe('expressions', () => {
  test.each([
    // what binds tighter, by PostgreSQL's table
    ['a + b * c', '(+ a (* b c))'],
    ['a - b - c', '(- (- a b) c)'],
    ['a || b + c', '(|| a (+ b c))'],
    ['a || b || c', '(|| (|| a b) c)'],
    ['a -> b ->> c = d', '(= (->> (-> a b) c) d)'],
    ['a || b -> c', '(-> (|| a b) c)'],
    ['a OR b AND c', '(OR a (AND b c))'],
    ['NOT a = b AND c', '(AND (NOT (= a b)) c)'],
    ['NOT NOT a', '(NOT (NOT a))'],
    ['NOT a IS NULL', '(NOT (is-null a))'],
    ['a = b IS NULL', '(is-null (= a b))'],
    ['a < b IS NOT TRUE', '(is-not-true (< a b))'],
    ['a IS NULL IS FALSE', '(is-false (is-null a))'],
    ['a IS NULL = b', '(= (is-null a) b)'],
    ['x = y IN (1) + 2', '(= x (+ (in y 1) 2))'],
    ['NOT a IS NULL = b', '(NOT (= (is-null a) b))'],
    ['a + b IS UNKNOWN', '(is-unknown (+ a b))'],
    ['a = b LIKE c', '(= a (like b c))'],
    ['a LIKE b = c', '(= (like a b) c)'],
    ["a NOT LIKE b || 'x'", "(not-like a (|| b 'x'))"],
    ["a ILIKE b ESCAPE '!' AND c", "(AND (ilike a b escape '!') c)"],
    ['a BETWEEN 1 AND 2 AND c', '(AND (between a 1 2) c)'],
    ['a NOT BETWEEN b + 1 AND c * 2 OR d', '(OR (not-between a (+ b 1) (* c 2)) d)'],
    ['a BETWEEN 1 AND 2 = b', '(= (between a 1 2) b)'],
    ['a = b BETWEEN 1 AND 2', '(= a (between b 1 2))'],
    ['a IN (1, 2 + 3) AND NOT b', '(AND (in a 1 (+ 2 3)) (NOT b))'],
    ['a NOT IN (1)', '(not-in a 1)'],
    ['a + 1 IN (b)', '(in (+ a 1) b)'],
    ['a IS DISTINCT FROM b + 1', '(IS DISTINCT FROM a (+ b 1))'],
    ['a IS NOT DISTINCT FROM b OR c', '(OR (IS NOT DISTINCT FROM a b) c)'],
    ['a IS DISTINCT FROM b = c', '(IS DISTINCT FROM a (= b c))'],
    ['-a * b', '(* (- a) b)'],
    ['a - -b', '(- a (- b))'],
    ['- + a', '(- (+ a))'],
    ['-a::INT', '(- (cast a INT))'],
    ['a::INT::STRING || b', '(|| (cast (cast a INT) STRING) b)'],
    ['(a + b) * c', '(* (+ a b) c)'],
    ['((a))', 'a'],
    ['a * (b - (c))', '(* a (- b c))'],
    ['a != b', '(<> a b)'],
    ['a % b <= c', '(<= (% a b) c)'],
    // names and literals
    ['"a""b"."c d"', '"a\\"b"."c d"'],
    ['t."select"', 't."select"'],
    ['s$late.late_by', 's$late.late_by'],
    ["'it''s'", "'it's'"],
    ['9007199254740993', '9007199254740993'],
    ['0.10', '0.10'],
    ['TRUE AND false', '(AND true false)'],
    ['NULL', 'null'],
    ['user', 'user'],
    ['row', 'row'],
    ['timestamp', 'timestamp'],
    ['date + 1', '(+ date 1)'],
    ['interval', 'interval'],
    ['__proto__.constructor', '__proto__.constructor'],
    ["DATE '2026-01-31'", "DATE'2026-01-31'"],
    ["TIMESTAMP(3) '2026-01-31 10:00'", "TIMESTAMP'2026-01-31 10:00'"],
    ["INTERVAL '5' MINUTE", '<0 months 300000 ms>'],
    ["INTERVAL '5 minutes'", '<0 months 300000 ms>'],
    ["INTERVAL '1 day 2 hours'", '<0 months 93600000 ms>'],
    ["INTERVAL '-5' SECONDS", '<0 months -5000 ms>'],
    ["INTERVAL '1 year -2 months'", '<10 months 0 ms>'],
    ["INTERVAL '0.3' SECOND", '<0 months 300 ms>'],
    ["ts - INTERVAL '5' SECOND", '(- ts <0 months 5000 ms>)'],
    // calls and special forms
    ['f()', 'f[]'],
    ['COUNT(*)', 'COUNT[*]'],
    ['COUNT(DISTINCT a)', 'COUNT[distinct a]'],
    ['SUM(a + 1) FILTER (WHERE b > 1)', 'SUM[(+ a 1) filter (> b 1)]'],
    ['ARRAY_AGG(a ORDER BY b DESC, c)', 'ARRAY_AGG[a order b desc order c]'],
    ['SUM(a) OVER (PARTITION BY b ORDER BY c) + 1', '(+ SUM[a over] 1)'],
    ['left(a, 2)', 'left[a 2]'],
    ['"f"(a)', '"f"[a]'],
    ['CURRENT_TIMESTAMP', 'CURRENT_TIMESTAMP[]'],
    ['a.b.c + a."B".from.d', '(+ a.b.c a."B".from.d)'],
    ['CAST(a AS DECIMAL(10, 2))', '(cast a DECIMAL:10:2)'],
    ['CAST(a AS DOUBLE PRECISION)', '(cast a DOUBLE PRECISION)'],
    ['CAST(a AS TIMESTAMP(3) WITH TIME ZONE)', '(cast a TIMESTAMPTZ:3)'],
    ['CASE WHEN a THEN b END', '(case [a b])'],
    ['CASE a WHEN 1 THEN b WHEN 2 THEN c ELSE d END', '(case a [1 b] [2 c] else d)'],
    ['CASE WHEN a THEN CASE WHEN b THEN 1 END ELSE 2 END', '(case [a (case [b 1])] else 2)'],
    ['EXTRACT(HOUR FROM ts)', "EXTRACT['HOUR' ts]"],
    ["TRIM(BOTH 'x' FROM s)", "BTRIM[s 'x']"],
    ["TRIM(LEADING 'x' FROM s)", "LTRIM[s 'x']"],
    ['TRIM(TRAILING FROM s)', 'RTRIM[s]'],
    ["TRIM('x' FROM s)", "BTRIM[s 'x']"],
    ['TRIM(s)', 'TRIM[s]'],
    ['SUBSTRING(s FROM 2 FOR 3)', 'SUBSTRING[s 2 3]'],
    ['SUBSTRING(s FOR 3)', 'SUBSTRING[s 1 3]'],
    ['SUBSTRING(s, 2)', 'SUBSTRING[s 2]'],
    ["POSITION('a' || 'b' IN s)", "POSITION[(|| 'a' 'b') s]"],
    ['(SELECT 1) + 2', '(+ {select 1} 2)'],
    ['((SELECT 1) + 2)', '(+ {select 1} 2)'],
    ['((SELECT 1))', '{select 1}'],
    ['EXISTS (SELECT 1 FROM t)', '(exists {select 1 from t})'],
    ['a IN (SELECT b FROM t)', '(in a {select b from t})'],
  ])('%s', (text, expected) => {
    expect(sexp(parseExpression(text))).toBe(expected);
  });
});

describe('queries', () => {
  test.each([
    ['SELECT *', '{select *}'],
    ['SELECT t.*, a AS "b c", d e FROM t', '{select t.*, a as "b c", d as e from t}'],
    ['SELECT DISTINCT a FROM t', '{select-distinct a from t}'],
    ['SELECT a AS end, b AS "end" FROM t', '{select a as end, b as "end" from t}'],
    ['SELECT a FROM t x, u AS y', '{select a from t as x, u as y}'],
    ['SELECT a FROM b JOIN c ON x = y', '{select a from (inner b c on (= x y))}'],
    ['SELECT a FROM b JOIN c ON x, d', '{select a from (inner b c on x), d}'],
    [
      'SELECT a FROM b LEFT OUTER JOIN c USING (k, l) RIGHT JOIN d ON e',
      '{select a from (right (left b c using k l) d on e)}',
    ],
    ['SELECT a FROM b FULL JOIN c ON d CROSS JOIN e', '{select a from (cross (full b c on d) e)}'],
    ['SELECT a FROM b NATURAL JOIN c', '{select a from (natural-inner b c)}'],
    ['SELECT a FROM b NATURAL LEFT JOIN c AS d', '{select a from (natural-left b c as d)}'],
    ['SELECT a FROM (b JOIN c ON x) JOIN d ON y', '{select a from (inner (inner b c on x) d on y)}'],
    ['SELECT a FROM b JOIN (c JOIN d ON x) ON y', '{select a from (inner b (inner c d on x) on y)}'],
    ['SELECT a FROM (SELECT b FROM c)', '{select a from {select b from c}}'],
    ['SELECT a FROM (VALUES (1, 2), (3, 4)) AS v (x, y)', '{select a from {values [1 2] [3 4]} as v:x:y}'],
    ['SELECT a FROM ((SELECT 1) UNION (SELECT 2)) u', '{select a from {{select 1} union {select 2}} as u}'],
    ["SELECT a FROM TUMBLE(s, ts, INTERVAL '1' MINUTE)", '{select a from tumble[s ts <0 months 60000 ms>]}'],
    [
      "SELECT a FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) AS w",
      '{select a from tumble[s ts <0 months 60000 ms>] as w}',
    ],
    [
      "SELECT a FROM HOP(s, ts, INTERVAL '1' SECOND, INTERVAL '1' MINUTE) h",
      '{select a from hop[s ts <0 months 1000 ms> <0 months 60000 ms>] as h}',
    ],
    [
      "SELECT a FROM CUMULATE(TABLE s, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '1' MINUTE)",
      '{select a from cumulate[s ts <0 months 1000 ms> <0 months 60000 ms>]}',
    ],
    ["SELECT a FROM SESSION(s, ts, INTERVAL '1' MINUTE)", '{select a from session[s ts <0 months 60000 ms>]}'],
    [
      "SELECT a FROM TABLE(SESSION(TABLE s PARTITION BY a, b, DESCRIPTOR(ts), INTERVAL '1' MINUTE))",
      '{select a from session[s by a b ts <0 months 60000 ms>]}',
    ],
    [
      "SELECT a FROM SESSION(s PARTITION BY a, ts, INTERVAL '1' MINUTE)",
      '{select a from session[s by a ts <0 months 60000 ms>]}',
    ],
    [
      "SELECT a FROM TUMBLE((SELECT * FROM s WHERE x), ts, INTERVAL '1' MINUTE)",
      '{select a from tumble[{select * from s where x} ts <0 months 60000 ms>]}',
    ],
    [
      "SELECT a FROM TUMBLE(s, ts, INTERVAL '1' MINUTE) x JOIN TUMBLE(u, ts, INTERVAL '1' MINUTE) y ON x.k = y.k",
      '{select a from (inner tumble[s ts <0 months 60000 ms>] as x tumble[u ts <0 months 60000 ms>] as y on (= x.k y.k))}',
    ],
    [
      "SELECT TUMBLE_START(ts, INTERVAL '1' MINUTE) FROM s GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE), a",
      '{select TUMBLE_START[ts <0 months 60000 ms>] from s group TUMBLE[ts <0 months 60000 ms>], a}',
    ],
    [
      'SELECT a FROM t WHERE b GROUP BY c, d HAVING e ORDER BY f DESC NULLS LAST, g NULLS FIRST LIMIT 5 OFFSET 6',
      '{select a from t where b group c, d having e order f desc nulls-last order g nulls-first limit 5+6}',
    ],
    ['SELECT a OFFSET 6 ROWS FETCH NEXT 5 ROWS ONLY', '{select a limit 5+6}'],
    ['SELECT a FETCH FIRST ROW ONLY', '{select a limit 1+0}'],
    ['SELECT a LIMIT ALL', '{select a limit null+0}'],
    ['VALUES (1), (2)', '{values [1] [2]}'],
    ['SELECT 1 UNION SELECT 2 UNION ALL SELECT 3', '{{{select 1} union {select 2}} union-all {select 3}}'],
    ['SELECT 1 UNION SELECT 2 INTERSECT SELECT 3', '{{select 1} union {{select 2} intersect {select 3}}}'],
    ['SELECT 1 EXCEPT SELECT 2 ORDER BY 1', '{{select 1} except {select 2} order 1}'],
    ['(SELECT 1 ORDER BY 1 LIMIT 1) UNION ALL (SELECT 2)', '{{select 1 order 1 limit 1+0} union-all {select 2}}'],
    ['(SELECT 1)', '{select 1}'],
    ['SELECT at, emit FROM t', '{select at, emit from t}'],
    ['SELECT core, user, system, idle FROM host_cpu', '{select core, user, system, idle from host_cpu}'],
    ['SELECT a FROM "clicks$late", v$errors', '{select a from "clicks$late", v$errors}'],
  ])('%s', (text, expected) => {
    expect(query(parseQuery(text).body)).toBe(expected);
  });

  test.each([
    ['EMIT FINAL', { kind: 'final' }],
    ['EMIT ON UPDATE', { kind: 'update' }],
    ["EMIT EVERY INTERVAL '2' SECOND", { kind: 'every', intervalMs: 2_000 }],
    ["EMIT EVERY INTERVAL '500 milliseconds'", { kind: 'every', intervalMs: 500 }],
  ])('%s ends a query', (emit, expected) => {
    const text = `SELECT a FROM t WHERE b ${emit}`;
    const read = parseQuery(text);
    expect(read.emit).toMatchObject(expected);
    expect(text.slice(read.emit?.span.start, read.emit?.span.end)).toBe(emit);
    expect(text.slice(read.body.span.start, read.body.span.end)).toBe('SELECT a FROM t WHERE b');
    expect(text.slice(read.span.start, read.span.end)).toBe(text);
  });

  test('lists longer than a phrase keep their order', () => {
    const names = Array.from({ length: 100 }, (_, i) => `c${i}`);
    const text = `SELECT ${names.map((n) => `${n} AS a${n}`).join(', ')}, f(${names.join(', ')}), x IN (${names.join(', ')}) FROM ${names.join(', ')} GROUP BY ${names.join(', ')} ORDER BY ${names.join(' DESC, ')}`;
    const expected = `{select ${names.map((n) => `${n} as a${n}`).join(', ')}, f[${names.join(' ')}], (in x ${names.join(' ')}) from ${names.join(', ')} group ${names.join(', ')}${names.map((n, i) => ` order ${n}${i < 99 ? ' desc' : ''}`).join('')}}`;
    expect(query(parseQuery(text).body)).toBe(expected);
  });

  test('joins and cases longer than a phrase keep their order', () => {
    const names = Array.from({ length: 50 }, (_, i) => `c${i}`);
    const joins = parseQuery(
      `SELECT CASE x ${names.map((n) => `WHEN ${n} THEN ${n}`).join(' ')} ELSE y END FROM t ${names.map((n) => `LEFT JOIN ${n} AS ${n}a ON ${n}`).join(' ')}`,
    );
    const expected = names.reduce((left, n) => `(left ${left} ${n} as ${n}a on ${n})`, 't');
    expect(query(joins.body)).toBe(
      `{select (case x ${names.map((n) => `[${n} ${n}]`).join(' ')} else y) from ${expected}}`,
    );
  });
});

describe('other statements', () => {
  function read(sql: string): Statement {
    const [statement] = splitStatements(sql);
    if (statement === undefined) throw new Error('no statement');
    return parseStatement(statement);
  }

  test('CREATE STREAM with everything', () => {
    const sql = `CREATE STREAM IF NOT EXISTS "My s" (
      id BIGINT NOT NULL, price DECIMAL(10,2) DEFAULT 0.5 NOT NULL, "at" TIMESTAMP(3), nested ROW<a BIGINT, b ROW<c STRING>>,
      d DOUBLE PRECISION NULL, day AS DATE_TRUNC('day', "at"), p AS PROCTIME(),
      PRIMARY KEY (id, "at") NOT ENFORCED, WATERMARK FOR "at" AS "at" - INTERVAL '5' SECOND)
      WITH (connector = 'http', 'format' = json, retention = '24 hours', fields.id.kind = sequence, seed = -5, format2 = debezium-json, allowed_lateness = INTERVAL '5' SECOND)`;
    const stream = read(sql);
    if (stream.kind !== 'create-stream') throw new Error('not a stream');
    expect(stream).toMatchObject({ word: 'STREAM', ifNotExists: true, name: { text: 'My s', quoted: true } });
    expect(stream.columns.map((column) => sql.slice(column.span.start, column.span.end))).toEqual([
      'id BIGINT NOT NULL',
      'price DECIMAL(10,2) DEFAULT 0.5 NOT NULL',
      '"at" TIMESTAMP(3)',
      'nested ROW<a BIGINT, b ROW<c STRING>>',
      'd DOUBLE PRECISION NULL',
      `day AS DATE_TRUNC('day', "at")`,
      'p AS PROCTIME()',
    ]);
    expect(
      stream.columns.map((column) =>
        column.body.kind === 'declared'
          ? `${column.body.type.name} ${column.body.notNull}`
          : sexp(column.body.expression),
      ),
    ).toEqual([
      'BIGINT true',
      'DECIMAL true',
      'TIMESTAMP false',
      'ROW false',
      'DOUBLE PRECISION false',
      `DATE_TRUNC['day' "at"]`,
      'PROCTIME[]',
    ]);
    expect(stream.primaryKey?.columns.map(name)).toEqual(['id', '"at"']);
    expect(stream.watermark === null ? null : sexp(stream.watermark.expression)).toBe('(- "at" <0 months 5000 ms>)');
    expect(stream.options.map((option) => [option.name.text, option.value])).toEqual([
      ['connector', 'http'],
      ['format', 'json'],
      ['retention', '24 hours'],
      ['fields.id.kind', 'sequence'],
      ['seed', '-5'],
      ['format2', 'debezium-json'],
      ['allowed_lateness', '5 SECOND'],
    ]);
    expect(sql.slice(stream.span.start, stream.span.end)).toBe(sql);
  });

  test('CREATE TABLE with an inline key', () => {
    expect(read('CREATE TABLE items (id STRING PRIMARY KEY, title STRING)')).toMatchObject({
      word: 'TABLE',
      primaryKey: { columns: [{ text: 'id' }] },
      watermark: null,
      options: [],
    });
  });

  test('columns may be called like parts of the grammar', () => {
    const stream = read(
      'CREATE STREAM s (watermark TIMESTAMP, primary INT, constraint INT, row INT, "user" INT, "table" INT, key INT, value INT)',
    );
    expect(stream.kind === 'create-stream' && stream.columns.map((column) => column.name.text)).toEqual([
      'watermark',
      'primary',
      'constraint',
      'row',
      'user',
      'table',
      'key',
      'value',
    ]);
  });

  test('views, sinks and the query in them', () => {
    expect(read('CREATE VIEW big AS SELECT * FROM clicks')).toMatchObject({
      kind: 'create-view',
      materialized: false,
      name: { text: 'big' },
    });
    const sql = "CREATE MATERIALIZED VIEW IF NOT EXISTS v WITH (state_ttl = '1 hour') AS SELECT a FROM t EMIT FINAL";
    const view = read(sql);
    expect(view).toMatchObject({
      kind: 'create-view',
      materialized: true,
      ifNotExists: true,
      options: [{ value: '1 hour' }],
    });
    expect(view.kind === 'create-view' && sql.slice(view.query.span.start, view.query.span.end)).toBe(
      'SELECT a FROM t EMIT FINAL',
    );
    expect(read("CREATE SINK o FROM v WITH (connector = 'file', path = 'o.ndjson')")).toMatchObject({
      kind: 'create-sink',
      from: { kind: 'view', name: { text: 'v' } },
      options: [{ value: 'file' }, { value: 'o.ndjson' }],
    });
    expect(read("CREATE SINK o AS SELECT a FROM b WITH (connector = 'blackhole')")).toMatchObject({
      kind: 'create-sink',
      from: { kind: 'query', query: { kind: 'select' } },
      options: [{ value: 'blackhole' }],
    });
  });

  test('INSERT reads its rows', () => {
    const sql = "INSERT INTO s (a, b) VALUES (1, 'x;y'), (-2, NULL), (1 + 2, CAST('3' AS INT));";
    const insert = read(sql);
    if (insert.kind !== 'insert') throw new Error('not an insert');
    expect(insert.columns?.map(name)).toEqual(['a', 'b']);
    expect(insert.rows.map((row) => row.values.map(sexp).join(' '))).toEqual([
      "1 'x;y'",
      '(- 2) null',
      "(+ 1 2) (cast '3' INT)",
    ]);
    expect(insert.rows.map((row) => sql.slice(row.span.start, row.span.end))).toEqual([
      "(1, 'x;y')",
      '(-2, NULL)',
      "(1 + 2, CAST('3' AS INT))",
    ]);
  });

  test.each([
    ['DROP STREAM s', { what: 'stream', ifExists: false, cascade: false }],
    ['DROP TABLE IF EXISTS s CASCADE', { what: 'table', ifExists: true, cascade: true }],
    ['DROP MATERIALIZED VIEW s RESTRICT', { what: 'materialized-view', cascade: false }],
    ['DROP s', { what: 'any' }],
    ['DROP view', { what: 'any', name: { text: 'view' } }],
    ['DROP sink CASCADE', { what: 'any', name: { text: 'sink' }, cascade: true }],
    ['SHOW STREAMS', { kind: 'show', what: 'streams' }],
    ['SHOW FUNCTIONS', { kind: 'show', what: 'functions' }],
    ['DESCRIBE "s$late"', { kind: 'describe', name: { text: 's$late', quoted: true } }],
    ['EXPLAIN LOGICAL SELECT 1', { kind: 'explain', level: 'logical' }],
    ['EXPLAIN PHYSICAL SELECT 1 EMIT FINAL', { kind: 'explain', level: 'physical' }],
    ['EXPLAIN SELECT 1', { kind: 'explain', level: 'physical' }],
  ])('%s', (sql, expected) => {
    expect(read(sql)).toMatchObject(expected);
  });
});

describe('spans', () => {
  /** Every node that has a span, with the text under it. */
  function spans(value: unknown, text: string, found: string[] = []): string[] {
    if (typeof value !== 'object' || value === null) return found;
    if ('span' in value && 'kind' in value) {
      const { start, end } = value.span as { start: number; end: number };
      found.push(text.slice(start, end));
    }
    for (const child of Object.values(value)) spans(child, text, found);
    return found;
  }

  test('cut out exactly the text of each node, wherever the statement stands', () => {
    const before = "SELECT ';'; -- ü😀\n ";
    const sql = `${before}SELECT (a + "b") * -c AS d, COUNT(*) FROM TUMBLE(s, ts, INTERVAL '1' MINUTE) AS w LEFT JOIN t ON w.k = t.k WHERE x IS NOT NULL AND y IN (1, 2) GROUP BY a ORDER BY a DESC LIMIT 5 EMIT FINAL`;
    const statement = splitStatements(sql)[1];
    if (statement === undefined) throw new Error('no statement');
    expect(spans(parseStatement(statement), sql)).toEqual([
      sql.slice(before.length),
      sql.slice(before.length, -' EMIT FINAL'.length),
      '(a + "b") * -c AS d',
      '(a + "b") * -c',
      '(a + "b")',
      'a',
      '"b"',
      '-c',
      'c',
      'COUNT(*)',
      'COUNT(*)',
      "TUMBLE(s, ts, INTERVAL '1' MINUTE) AS w LEFT JOIN t ON w.k = t.k",
      "TUMBLE(s, ts, INTERVAL '1' MINUTE) AS w",
      's',
      "INTERVAL '1' MINUTE",
      't',
      'w.k = t.k',
      'w.k',
      't.k',
      'x IS NOT NULL AND y IN (1, 2)',
      'x IS NOT NULL',
      'x',
      'y IN (1, 2)',
      'y',
      '1',
      '2',
      'a',
      'a',
      'EMIT FINAL',
    ]);
  });
});
