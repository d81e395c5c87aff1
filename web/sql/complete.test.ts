import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choicesAt } from './complete.ts';
import { sqlTokens } from './tokens.ts';
import { knownFunctions, type Vocabulary } from './vocabulary.ts';

const vocabulary: Vocabulary = {
  relations: [
    {
      name: 'clicks',
      kind: 'stream',
      columns: [
        { name: 'item', type: 'STRING' },
        { name: 'ts', type: 'TIMESTAMP(3)' },
      ],
    },
    {
      name: 'host_cpu',
      kind: 'stream',
      columns: [
        { name: 'core', type: 'INT' },
        { name: 'user', type: 'DOUBLE' },
      ],
    },
    { name: 'Odd name', kind: 'view', columns: [{ name: 'n', type: 'BIGINT' }] },
  ],
  functions: [{ name: 'ROUND', kind: 'scalar', summary: '', signature: 'ROUND(number) → number', example: '' }],
};

/** `|` is the cursor. */
function offered(marked: string, asked = true): readonly string[] | null {
  const at = marked.indexOf('|');
  const found = choicesAt(marked.replace('|', ''), at, vocabulary, asked);
  return found && found.choices.map((choice) => ('insert' in choice ? choice.insert : choice.label));
}

const relations = ['clicks', 'host_cpu', '"Odd name"'];
const windows = ['TUMBLE', 'HOP', 'CUMULATE', 'SESSION'];

describe('where a name stands, exactly those are offered', () => {
  test.each([
    ['SELECT * FROM |', [...relations, ...windows]],
    ['SELECT * FROM cl|', [...relations, ...windows]],
    ['SELECT * FROM clicks, |', [...relations, ...windows]],
    ['SELECT * FROM clicks c JOIN |', [...relations, ...windows]],
    ['SELECT * FROM TUMBLE(|', relations],
    ['SELECT * FROM TABLE(TUMBLE(TABLE |', relations],
    ['DESCRIBE |', [...relations, ...windows]],
    ['DROP STREAM |', relations],
    ['SELECT c.| FROM clicks c', ['item', 'ts']],
    ['SELECT c.it| FROM clicks AS c', ['item', 'ts']],
    ["SELECT h.| FROM TUMBLE(host_cpu, ts, INTERVAL '1' SECOND) h", ['core', '"user"']],
    ['SELECT x.| FROM clicks c', []],
    ['SELECT * FROM clicks EMIT |', ['FINAL', 'ON UPDATE', 'EVERY INTERVAL']],
    ['SELECT 1; SELECT c.| FROM host_cpu c; SELECT 2 FROM clicks c', ['core', '"user"']],
  ])('%s', (marked, expected) => expect(offered(marked)).toEqual(expected));
});

describe('each place begins with what is likeliest there', () => {
  test.each([
    ['|', ['SELECT', 'CREATE MATERIALIZED VIEW']],
    ['SELECT 1; |', ['SELECT', 'CREATE MATERIALIZED VIEW']],
    ['EXPLAIN PHYSICAL |', ['SELECT']],
    ['SELECT | FROM clicks', ['item', 'ts', 'ROUND', 'DISTINCT']],
    ['SELECT item FROM clicks WHERE |', ['item', 'ts', 'ROUND', 'CASE']],
    ['SELECT item FROM clicks GROUP BY |', ['item', 'ts']],
    ["SELECT | FROM TUMBLE(clicks, ts, INTERVAL '1' SECOND)", ['item', 'ts', 'window_start', 'window_end']],
    ['SELECT ROUND(| FROM clicks', ['item', 'ts']],
    ['SELECT * FROM TUMBLE(clicks, |', ['item', 'ts']],
    ['SELECT * FROM clicks |', ['JOIN', 'LEFT JOIN']],
    ['CREATE STREAM s (a |', ['BIGINT', 'INT']],
    ['CREATE STREAM s (a INT) WITH (|', ['connector', 'format']],
  ])('%s', (marked, expected) => expect(offered(marked)?.slice(0, expected.length)).toEqual(expected));
});

test.each(["SELECT 'a|b'", "SELECT 'ab|", 'SELECT 1 -- wh|', 'SELECT /* a| */ 1', 'SELECT 12|'])(
  'nothing is offered in %s',
  (marked) => expect(offered(marked)).toBeNull(),
);

test('without a word nothing is offered unless it is asked for, but after a dot it is', () => {
  expect(offered('SELECT | FROM clicks', false)).toBeNull();
  expect(offered('SELECT clicks.| FROM clicks', false)).toEqual(['item', 'ts']);
});

test('any text at any place is read to its end', () => {
  const pieces = fc.constantFrom(
    'SELECT',
    'FROM',
    '(',
    ')',
    "'",
    '"',
    ';',
    '.',
    ',',
    'clicks',
    'c',
    '--',
    '/*',
    ' ',
    '\n',
    'é',
    '1',
    'EMIT',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), fc.nat(), (parts, place) => {
      const text = parts.join(' ');
      const at = place % (text.length + 1);
      expect(choicesAt(text, at, vocabulary, true)?.from ?? at).toBeLessThanOrEqual(at);
      for (const { start, end, text: token } of sqlTokens(text)) expect(text.slice(start, end)).toBe(token);
    }),
  );
});

test('functions come from what SHOW FUNCTIONS answers, without operators', () => {
  const columns = ['name', 'kind', 'summary', 'signature', 'example'].map((name) => ({
    name,
    type: 'STRING',
  }));
  const rows = [
    ['+', 'scalar', 'Sum', '1 + 2', '1 + 2'],
    ['ABS', 'scalar', 'Size', 'ABS(number) → number', 'ABS(-1)'],
  ];
  expect(knownFunctions([{ statement: 'SHOW FUNCTIONS', kind: 'rows', columns, rows, epoch: null }])).toEqual([
    {
      name: 'ABS',
      kind: 'scalar',
      summary: 'Size',
      signature: 'ABS(number) → number',
      example: 'ABS(-1)',
    },
  ]);
});
