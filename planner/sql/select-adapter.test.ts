import { describe, expect, test } from 'vitest';
import { readExpressionPhrase, readSelectPhrase } from './select-adapter.ts';

const words = (text: string): readonly string[] => text.split(' ');

describe('a phrase comes back as what it says', () => {
  test('chains, from left to right', () => {
    expect(readExpressionPhrase(words('x0 || x1 + x2'))).toEqual({ kind: 'chain', links: [0, '||', 1, '+', 2] });
  });

  test('calls, casts, cases, columns', () => {
    expect(readExpressionPhrase(words('x0 ( x1 , x2 )'))).toEqual({ kind: 'call', name: 0, args: [1, 2] });
    expect(readExpressionPhrase(words('CAST ( x0 AS INT )'))).toEqual({ kind: 'cast', operand: 0 });
    expect(readExpressionPhrase(words('x0.x1'))).toEqual({ kind: 'column', table: 0, name: 1 });
    expect(readExpressionPhrase(words('CASE x0 WHEN x1 THEN x2 ELSE x3 END'))).toEqual({
      kind: 'case',
      operand: 0,
      branches: [[1, 2]],
      otherwise: 3,
    });
  });

  test('the clauses of SELECT', () => {
    const text =
      'SELECT DISTINCT x0 AS x1 , x2.* , * FROM x3 AS x4 LEFT JOIN x5 ON x6 WHERE x7 GROUP BY x8 , x9 HAVING x10 ORDER BY x11 DESC NULLS LAST , x12';
    expect(readSelectPhrase(words(text))).toEqual({
      distinct: true,
      items: [
        { kind: 'expression', expression: { kind: 'chain', links: [0] }, alias: 1 },
        { kind: 'star', of: 2 },
        { kind: 'star', of: null },
      ],
      from: [
        { join: null, relation: 3, alias: 4, on: null },
        { join: 'LEFT', relation: 5, alias: null, on: 6 },
      ],
      where: 7,
      groupBy: [8, 9],
      having: 10,
      orderBy: [
        { expression: 11, direction: 'DESC', nulls: 'LAST' },
        { expression: 12, direction: null, nulls: null },
      ],
    });
  });
});

describe('what the library misreads without a word is not aligned', () => {
  test.each([
    'SELECT * FROM x0 NATURAL JOIN x1',
    'SELECT * FROM x0 CROSS JOIN x1',
    'SELECT * FROM x0 ASOF JOIN x1 ON x2',
    'SELECT * FROM x0 SEMI JOIN x1 ON x2',
    'SELECT * FROM x0 EMIT',
    'SELECT * FROM x0 JOIN x1 ON x2 , x3',
    'SELECT "a""b"',
    'SELECT x0 x1',
    'SELECT 0x1F',
    'SELECT 1_000',
    'SELECT x0 IS DISTINCT FROM x1',
    'SELECT x0 IS NOT NULL || x1',
    'SELECT ( x0 )',
    'SELECT x0 ; SELECT x1',
    'SELECT x0 FROM x1 LIMIT 5',
    'SELECT x0 UNION SELECT x1',
    'SELECT x0 -- x1',
    'SELECT x0 FOR UPDATE',
    'SELECT COUNT ( * )',
    'SELEC x0',
    'DROP TABLE x0',
  ])('%s', (text) => {
    expect(readSelectPhrase(words(text))).toBeNull();
  });
});
