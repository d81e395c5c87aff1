import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProblemError } from '../../runtime/errors/problem.ts';
import { splitStatements } from './split-statements.ts';
import { parseExpression, parseQuery, parseStatement } from './statement-reader.ts';
import type { ExpressionNode, FromNode, Identifier, OrderNode, QueryNode, SelectItem } from './syntax.ts';

const NO_SPAN = { start: 0, end: 0 };

function identifier(text: string, quoted: boolean): Identifier {
  return { text, quoted, span: NO_SPAN };
}

const nameOf = fc.oneof(
  fc.constantFrom('a', 'b', 'User', 's$late', 'row', 'größe').map((text) => identifier(text, false)),
  fc.constantFrom('a"b', 'select', ' ', 'x0', "it's", '--', '__proto__', '😀').map((text) => identifier(text, true)),
);
const functionName = fc.constantFrom('COUNT', 'sum', 'left', 'f').map((text) => identifier(text, false));

const leaf: fc.Arbitrary<ExpressionNode> = fc.oneof(
  nameOf.map((name): ExpressionNode => ({ kind: 'column', table: null, name, span: NO_SPAN })),
  fc.tuple(nameOf, nameOf).map(([table, name]): ExpressionNode => ({ kind: 'column', table, name, span: NO_SPAN })),
  fc
    .constantFrom('0', '1.50', '1e3', '9007199254740993')
    .map((text): ExpressionNode => ({ kind: 'number', text, span: NO_SPAN })),
  fc
    .constantFrom('', "it's", 'x0', '--', '\\', '\n')
    .map((value): ExpressionNode => ({ kind: 'string', value, span: NO_SPAN })),
  fc.boolean().map((value): ExpressionNode => ({ kind: 'boolean', value, span: NO_SPAN })),
  fc.constant<ExpressionNode>({ kind: 'null', span: NO_SPAN }),
);

const BINARY = [
  'OR',
  'AND',
  'IS DISTINCT FROM',
  'IS NOT DISTINCT FROM',
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  '||',
  '->',
  '->>',
  '#>',
  '#>>',
  '~',
  '~*',
  '!~',
  '!~*',
  '+',
  '-',
  '*',
  '/',
  '%',
];

const { expression } = fc.letrec<{ expression: ExpressionNode }>((tie) => {
  const operand = tie('expression');
  const negated = fc.boolean();
  const span = fc.constant(NO_SPAN);
  const node = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
    fc.record(shape) as fc.Arbitrary<T>;
  return {
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      node({
        kind: fc.constant('binary' as const),
        operator: fc.constantFrom(...BINARY),
        operatorSpan: span,
        left: operand,
        right: operand,
        span,
      }),
      node({
        kind: fc.constant('unary' as const),
        operator: fc.constantFrom('-' as const, '+' as const, 'NOT' as const),
        operand,
        span,
      }),
      node({
        kind: fc.constant('is' as const),
        operand,
        test: fc.constantFrom('null' as const, 'true' as const, 'false' as const, 'unknown' as const),
        negated,
        span,
      }),
      node({ kind: fc.constant('between' as const), operand, low: operand, high: operand, negated, span }),
      node({
        kind: fc.constant('in-list' as const),
        operand,
        items: fc.array(operand, { minLength: 1, maxLength: 3 }),
        negated,
        span,
      }),
      node({
        kind: fc.constant('like' as const),
        operand,
        pattern: operand,
        escape: fc.option(operand),
        insensitive: fc.boolean(),
        negated,
        span,
      }),
      node({
        kind: fc.constant('case' as const),
        operand: fc.option(operand),
        branches: fc.array(node({ when: operand, then: operand }), { minLength: 1, maxLength: 3 }),
        otherwise: fc.option(operand),
        span,
      }),
      node({
        kind: fc.constant('cast' as const),
        operand,
        type: fc.constant({ name: 'DECIMAL', args: [10, 2], fields: [], span: NO_SPAN }),
        safe: fc.boolean(),
        span,
      }),
      node({
        kind: fc.constant('call' as const),
        name: functionName,
        args: fc.array(operand, { minLength: 1, maxLength: 3 }),
        star: fc.constant(false),
        distinct: fc.boolean(),
        filter: fc.option(operand),
        orderBy: fc.constant([]),
        over: fc.constant(null),
        span,
      }),
    ),
  };
});

/** Levels written down again, from PostgreSQL's manual, to be compared with the reader's own table. */
function levelOf(node: ExpressionNode): number {
  switch (node.kind) {
    case 'binary':
      if (node.operator === 'OR') return 1;
      if (node.operator === 'AND') return 2;
      if (node.operator.startsWith('IS')) return 4;
      if (/^[=<>]/.test(node.operator)) return 5;
      if (/^(?:\|\||->>?|#>>?|!?~\*?)$/.test(node.operator)) return 7;
      return /^[+-]$/.test(node.operator) ? 8 : 9;
    case 'unary':
      return node.operator === 'NOT' ? 3 : 10;
    case 'is':
      return 4;
    case 'between':
    case 'in-list':
    case 'like':
      return 6;
    default:
      return 11;
  }
}

/** `everywhere`: brackets around every part; else only where the levels ask for them. */
function print(node: ExpressionNode, everywhere: boolean): string {
  const part = (child: ExpressionNode, min: number): string => {
    const text = print(child, everywhere);
    return everywhere || levelOf(child) < min ? `(${text})` : text;
  };
  const free = (child: ExpressionNode): string => part(child, 0);
  const not = 'negated' in node && node.negated ? 'NOT ' : '';
  switch (node.kind) {
    case 'column':
      return node.table === null ? quote(node.name) : `${quote(node.table)}.${quote(node.name)}`;
    case 'number':
      return node.text;
    case 'string':
      return `'${node.value.replaceAll("'", "''")}'`;
    case 'boolean':
      return node.value ? 'TRUE' : 'FALSE';
    case 'null':
      return 'NULL';
    case 'binary': {
      const level = levelOf(node);
      const associates = level <= 2 || level >= 7;
      return `${part(node.left, associates ? level : level + 1)} ${node.operator} ${part(node.right, level + 1)}`;
    }
    case 'unary':
      return `${node.operator} ${part(node.operand, levelOf(node))}`;
    case 'is':
      return `${part(node.operand, 5)} IS ${not}${node.test.toUpperCase()}`;
    case 'between':
      return `${part(node.operand, 7)} ${not}BETWEEN ${part(node.low, 7)} AND ${part(node.high, 7)}`;
    case 'in-list':
      return `${part(node.operand, 7)} ${not}IN (${node.items.map(free).join(', ')})`;
    case 'like':
      return `${part(node.operand, 7)} ${not}${node.insensitive ? 'ILIKE' : 'LIKE'} ${part(node.pattern, 7)}${node.escape === null ? '' : ` ESCAPE ${part(node.escape, 7)}`}`;
    case 'case': {
      const branches = node.branches.map((branch) => ` WHEN ${free(branch.when)} THEN ${free(branch.then)}`).join('');
      return `CASE${node.operand === null ? '' : ` ${free(node.operand)}`}${branches}${node.otherwise === null ? '' : ` ELSE ${free(node.otherwise)}`} END`;
    }
    case 'cast':
      return `${node.safe ? 'TRY_CAST' : 'CAST'}(${free(node.operand)} AS DECIMAL(10, 2))`;
    case 'call':
      return `${node.name.text}(${node.distinct ? 'DISTINCT ' : ''}${node.args.map(free).join(', ')})${node.filter === null ? '' : ` FILTER (WHERE ${free(node.filter)})`}`;
    default:
      throw new Error(`not generated: ${node.kind}`);
  }
}

const few = { maxLength: 2 } as const;
const optionalName = fc.option(nameOf);
const span = fc.constant(NO_SPAN);
const shape = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(fields) as fc.Arbitrary<T>;
const item: fc.Arbitrary<SelectItem> = fc.oneof(
  shape({ kind: fc.constant('star' as const), of: optionalName, span }),
  shape({ kind: fc.constant('expression' as const), expression, alias: optionalName, span }),
);
const order: fc.Arbitrary<OrderNode> = shape({
  expression,
  descending: fc.boolean(),
  nullsFirst: fc.option(fc.boolean()),
  span,
});
const tail = {
  orderBy: fc.array(order, few),
  limit: fc.option(shape({ count: fc.option(fc.nat()), offset: fc.nat(), span })),
  span,
};

const { query } = fc.letrec<{ query: QueryNode; from: FromNode }>((tie) => {
  const relation = shape({ kind: fc.constant('relation' as const), name: nameOf, alias: optionalName, span });
  const input = fc.oneof(
    nameOf.map((name): FromNode => ({ kind: 'relation', name, alias: null, span: NO_SPAN })),
    shape({
      kind: fc.constant('subquery' as const),
      query: tie('query'),
      alias: fc.constant(null),
      columnAliases: fc.constant([]),
      span,
    }),
  );
  const constraint = fc.oneof(
    expression.map((on) => ({ on, using: null })),
    fc.array(nameOf, { minLength: 1, maxLength: 2 }).map((using) => ({ on: null, using })),
  );
  const sides = { left: tie('from'), right: tie('from') };
  return {
    from: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      relation,
      shape({
        kind: fc.constant('subquery' as const),
        query: tie('query'),
        alias: optionalName,
        columnAliases: fc.constant([]),
        span,
      }),
      shape({
        kind: fc.constant('window' as const),
        window: fc.constantFrom('tumble' as const, 'hop' as const, 'cumulate' as const, 'session' as const),
        name: span,
        input,
        time: nameOf,
        partitionBy: fc.constant([]),
        args: fc.array(expression, few),
        alias: optionalName,
        span,
      }),
      fc
        .tuple(
          shape(sides),
          fc.constantFrom('inner' as const, 'left' as const, 'right' as const, 'full' as const),
          constraint,
        )
        .map(([both, type, on]): FromNode => ({ kind: 'join', type, natural: false, ...both, ...on, span: NO_SPAN })),
      fc.tuple(shape(sides), fc.constantFrom('inner' as const, 'left' as const, 'full' as const)).map(
        ([both, type]): FromNode => ({
          kind: 'join',
          type,
          natural: true,
          ...both,
          on: null,
          using: null,
          span: NO_SPAN,
        }),
      ),
      shape(sides).map(
        (both): FromNode => ({
          kind: 'join',
          type: 'cross',
          natural: false,
          ...both,
          on: null,
          using: null,
          span: NO_SPAN,
        }),
      ),
    ),
    query: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      shape({
        kind: fc.constant('values' as const),
        rows: fc.array(fc.tuple(expression, expression), { minLength: 1, maxLength: 2 }),
        ...tail,
      }),
      shape({
        kind: fc.constant('select-core' as const),
        distinct: fc.option(span),
        items: fc.array(item, { minLength: 1, maxLength: 3 }),
        from: fc.array(tie('from') as fc.Arbitrary<FromNode>, few),
        where: fc.option(expression),
        groupBy: fc.array(expression, few),
        having: fc.option(expression),
        ...tail,
      }),
      shape({
        kind: fc.constant('set-operation' as const),
        operation: fc.constantFrom('union' as const, 'union-all' as const, 'intersect' as const, 'except' as const),
        left: tie('query'),
        right: tie('query'),
        ...tail,
      }),
    ),
  };
});

function printQuery(node: QueryNode): string {
  const orders = node.orderBy.map(
    (one) => `${print(one.expression, false)}${one.descending ? ' DESC' : ''}${printNulls(one.nullsFirst)}`,
  );
  const { limit } = node;
  const count = limit === null ? '' : ` LIMIT ${limit.count ?? 'ALL'} OFFSET ${limit.offset}`;
  return `${printBody(node)}${orders.length === 0 ? '' : ` ORDER BY ${orders.join(', ')}`}${count}`;
}

function printNulls(first: boolean | null): string {
  return first === null ? '' : ` NULLS ${first ? 'FIRST' : 'LAST'}`;
}

function printBody(node: QueryNode): string {
  const list = (nodes: readonly ExpressionNode[]): string => nodes.map((one) => print(one, false)).join(', ');
  if (node.kind === 'values') return `VALUES ${node.rows.map((row) => `(${list(row)})`).join(', ')}`;
  if (node.kind === 'set-operation') {
    return `(${printQuery(node.left)}) ${node.operation.replace('-', ' ').toUpperCase()} (${printQuery(node.right)})`;
  }
  const parts = [`SELECT${node.distinct === null ? '' : ' DISTINCT'} ${node.items.map(printItem).join(', ')}`];
  if (node.from.length > 0) parts.push(`FROM ${node.from.map(printFrom).join(', ')}`);
  if (node.where !== null) parts.push(`WHERE ${print(node.where, false)}`);
  if (node.groupBy.length > 0) parts.push(`GROUP BY ${list(node.groupBy)}`);
  if (node.having !== null) parts.push(`HAVING ${print(node.having, false)}`);
  return parts.join(' ');
}

function printItem(node: SelectItem): string {
  if (node.kind === 'star') return node.of === null ? '*' : `${quote(node.of)}.*`;
  return `${print(node.expression, false)}${node.alias === null ? '' : ` ${quote(node.alias)}`}`;
}

function printFrom(node: FromNode): string {
  if (node.kind === 'join') {
    const right = node.right.kind === 'join' ? `(${printFrom(node.right)})` : printFrom(node.right);
    const on = node.on === null ? '' : ` ON ${print(node.on, false)}`;
    const using = node.using === null ? '' : ` USING (${node.using.map(quote).join(', ')})`;
    return `${printFrom(node.left)} ${node.natural ? 'NATURAL ' : ''}${node.type.toUpperCase()} JOIN ${right}${on}${using}`;
  }
  const alias = node.alias === null ? '' : ` AS ${quote(node.alias)}`;
  if (node.kind === 'relation') return `${quote(node.name)}${alias}`;
  if (node.kind === 'subquery') return `(${printQuery(node.query)})${alias}`;
  const args = node.args.map((arg) => `, ${print(arg, false)}`).join('');
  return `TABLE(${node.window.toUpperCase()}(TABLE ${printFrom(node.input)}, DESCRIPTOR(${quote(node.time)})${args}))${alias}`;
}

function quote(name: Identifier): string {
  return name.quoted ? `"${name.text.replaceAll('"', '""')}"` : name.text;
}

function withoutSpans(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSpans);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, child]) => key !== 'span' && key !== 'operatorSpan' && !(key === 'name' && isSpan(child)))
      .map(([key, child]) => [key, key === 'distinct' && child !== null ? Boolean(child) : withoutSpans(child)]),
  );
}

function isSpan(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'start' in value;
}

/** Reads or refuses; anything thrown but a ProblemError with spans, or too long a wait, fails. */
function survives(sql: string): void {
  // Of the processor, and the best of three, as other programs share the machine.
  let ms = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3 && ms >= 200; run++) {
    const started = process.cpuUsage();
    const thrown = readAll(sql);
    const { user, system } = process.cpuUsage(started);
    ms = Math.min(ms, (user + system) / 1000);
    if (thrown !== null) checkProblems(thrown, sql);
  }
  expect(ms).toBeLessThan(200);
}

function readAll(sql: string): unknown {
  try {
    for (const statement of splitStatements(sql)) parseStatement(statement);
    return null;
  } catch (error) {
    return error;
  }
}

function checkProblems(error: unknown, sql: string): void {
  if (!(error instanceof ProblemError)) throw error;
  for (const { span, message } of error.problems) {
    if (span === undefined) throw new Error(`no span: ${message}`);
    expect(span.start).toBeGreaterThanOrEqual(0);
    expect(span.end).toBeGreaterThanOrEqual(span.start);
    expect(span.end).toBeLessThanOrEqual(sql.length);
  }
}

describe('expressions', () => {
  test('printed with few brackets and read again are the same', () => {
    fc.assert(
      fc.property(expression, (node) => {
        expect(withoutSpans(parseExpression(print(node, false)))).toEqual(withoutSpans(node));
      }),
      { numRuns: 500 },
    );
  });

  test('printed with brackets everywhere and read again are the same', () => {
    fc.assert(
      fc.property(expression, (node) => {
        expect(withoutSpans(parseExpression(print(node, true)))).toEqual(withoutSpans(node));
      }),
      { numRuns: 300 },
    );
  });

  test('the text under the span of every part reads as that part', () => {
    fc.assert(
      fc.property(expression, (node) => {
        const text = print(node, false);
        const check = (value: unknown): void => {
          if (typeof value !== 'object' || value === null) return;
          if ('kind' in value && 'span' in value) {
            const part = value as ExpressionNode;
            expect(withoutSpans(parseExpression(text.slice(part.span.start, part.span.end)))).toEqual(
              withoutSpans(part),
            );
          }
          for (const child of Object.values(value)) check(child);
        };
        check(parseExpression(text));
      }),
      { numRuns: 100 },
    );
  });
});

test('queries printed and read again are the same', () => {
  fc.assert(
    fc.property(query, (node) => {
      expect(withoutSpans(parseQuery(printQuery(node)).body)).toEqual(withoutSpans(node));
    }),
    { numRuns: 60 },
  );
}, 30_000);

const WORDS =
  `SELECT a b "c" t.x FROM t WHERE GROUP BY HAVING ORDER BY LIMIT 1 OFFSET 2 , . ( ) [ ] * + - = <> < || :: -> AND OR NOT IS NULL
  DISTINCT IN LIKE ESCAPE BETWEEN CASE WHEN THEN ELSE END CAST AS INT INTERVAL '5' MINUTE 'x' COUNT ( * ) FILTER OVER JOIN LEFT ON USING NATURAL
  CROSS UNION ALL INTERSECT EXCEPT VALUES EMIT FINAL UPDATE EVERY TABLE TUMBLE DESCRIPTOR SESSION PARTITION CREATE STREAM VIEW MATERIALIZED SINK
  WITH INSERT INTO DROP IF EXISTS SHOW EXPLAIN PRIMARY KEY WATERMARK FOR DEFAULT EXTRACT TRIM SUBSTRING POSITION DATE TIMESTAMP ROW < > ;`.split(
    /\s+/,
  );

const STATEMENTS = [
  `CREATE STREAM clicks (user_id BIGINT NOT NULL DEFAULT 1, nested ROW<a INT, b ROW<c STRING>>, ts TIMESTAMP(3), p AS PROCTIME(), PRIMARY KEY (user_id), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH (connector = 'http', a.b = c-d)`,
  `CREATE MATERIALIZED VIEW v WITH (x = 1) AS SELECT window_start, item AS "i", COUNT(DISTINCT a) FILTER (WHERE b IS NOT NULL) n FROM TABLE(SESSION(TABLE clicks PARTITION BY a, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) w FULL JOIN (VALUES (1, 'x')) AS y (k, l) USING (k) WHERE NOT a BETWEEN 1 AND 2 OR b LIKE 'x' ESCAPE '!' GROUP BY 1, CASE a WHEN 1 THEN 2 ELSE 3 END HAVING x::INT IN (1, 2) ORDER BY 1 DESC NULLS LAST LIMIT 5 OFFSET 2 EMIT EVERY INTERVAL '1' SECOND`,
  `INSERT INTO s (a, "b") VALUES (1, 'it''s'), (-2.5, NULL), (CAST('1' AS DECIMAL(3, 1)), EXTRACT(HOUR FROM TIMESTAMP '2026-01-01'))`,
  `SELECT TRIM(BOTH 'x' FROM a), SUBSTRING(b FROM 1 FOR 2), POSITION('a' IN b), EXISTS (SELECT 1) FROM a NATURAL JOIN b, c CROSS JOIN d UNION ALL (SELECT 1 INTERSECT SELECT 2)`,
];

describe('nothing but a problem with its place, within 200 ms', () => {
  test('for words in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }), (words) => survives(words.join(' '))),
      { numRuns: 1_500 },
    );
  });

  test('for words in any order behind a beginning that is right', () => {
    const start = fc.constantFrom(
      'SELECT',
      'SELECT a FROM',
      'SELECT a FROM t WHERE',
      'CREATE STREAM s (',
      'INSERT INTO s VALUES (',
      'SELECT a FROM t GROUP BY',
      'SELECT CASE WHEN',
    );
    fc.assert(
      fc.property(start, fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }), (first, words) =>
        survives(`${first} ${words.join(' ')}`),
      ),
      { numRuns: 1_500 },
    );
  });

  test('for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => survives(text)),
      { numRuns: 1_000 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 200 }), (text) => survives(`SELECT ${text}`)),
      { numRuns: 1_000 },
    );
  });

  test.each(STATEMENTS)('for every beginning, and every gap of one token: %#', (sql) => {
    survives(sql);
    for (let i = 0; i < sql.length; i++) survives(sql.slice(0, i));
    const tokens = sql.match(/'[^']*'|"[^"]*"|\w+|[^\w\s]/g) ?? [];
    tokens.forEach((_, i) => survives(tokens.filter((_token, at) => at !== i).join(' ')));
    tokens.forEach((token, i) => survives([...tokens.slice(0, i), token, token, ...tokens.slice(i + 1)].join(' ')));
  });

  const hostile: readonly (readonly [string, string])[] = [
    ['10,000 open brackets', `SELECT ${'('.repeat(10_000)}`],
    ['12 open brackets', `SELECT ${'('.repeat(12)}a`],
    ['10,000 closing brackets', ')'.repeat(10_000)],
    ['10,000 open square brackets', `SELECT a${'['.repeat(10_000)}`],
    ['1 MB of one word', 'x'.repeat(1 << 20)],
    ['1 MB in a string', `SELECT '${'x'.repeat(1 << 20)}'`],
    ['1 MB of words', 'a '.repeat(1 << 19)],
    ['1 MB of quotes', "'".repeat((1 << 20) + 1)],
    ['open comments', '/*'.repeat(20_000)],
    ['NUL', 'SELECT \0'],
    ['half a surrogate pair in a string', "SELECT '\ud800'"],
    ['half a surrogate pair in a name', 'SELECT "\udc00"'],
    ['half a surrogate pair', 'SELECT \ud800'],
    ['an open string', "SELECT 'a"],
    ['an open name', 'SELECT "a'],
    ['an open comment', 'SELECT /* /* */ 1'],
    ['NOT NOT NOT', `SELECT ${'NOT '.repeat(4_900)}a`],
    ['- - -', `SELECT ${'- '.repeat(4_900)}a`],
    ['casts', `SELECT a${'::INT'.repeat(2_400)}`],
    ['dots', `SELECT a${'.a'.repeat(2_400)}`],
    ['IS NULL IS NULL', `SELECT a${' IS NULL'.repeat(2_400)}`],
    ['4,000 terms', `SELECT ${Array(4_000).fill('a').join(' + ')}`],
    ['2,490 terms', `SELECT ${Array(2_490).fill('a').join(' + ')}`],
    [
      '2,400 different operators',
      `SELECT a ${Array.from({ length: 2_400 }, (_, i) => `${['+', '-', '*', '/', '||', 'AND', 'OR', '%'][(i * i * 7 + (i >> 3)) % 8]} a`).join(' ')}`,
    ],
    ['63 subqueries', `${'SELECT * FROM ('.repeat(63)}SELECT 1${')'.repeat(63)}`],
    ['64 calls', `SELECT ${'f('.repeat(64)}a${')'.repeat(64)}`],
    ['64 CASEs', `SELECT ${'CASE WHEN a THEN '.repeat(64)}a${' END'.repeat(64)}`],
    ['100 nested types', `CREATE STREAM s (a ${'ROW<a '.repeat(100)}INT${'>'.repeat(100)})`],
    ['1,600 UNIONs', Array(1_600).fill('SELECT 1').join(' UNION ')],
    ['1,200 joins', `SELECT a FROM t ${'JOIN t ON a '.repeat(1_200)}`],
    ['2,400 columns', `SELECT ${Array(2_400).fill('a').join(', ')}`],
    ['many wrong digits', `SELECT INTERVAL '${'1 '.repeat(20_000)}'`],
    ['100,000 semicolons', ';'.repeat(100_000)],
  ];

  test.each(hostile)('for %s', (_, sql) => {
    survives(sql);
  });
});
