import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import { isHistory, type PastQuery, QueryHistory } from './query-history.ts';

const open = () => new QueryHistory(signal<readonly PastQuery[]>([]));
const texts = ({ past }: QueryHistory): readonly string[] => past.value.map(({ sql }) => sql);

test('the newest comes first, each text once, nothing without a word', () => {
  const history = open();
  ['a', ' b\n', 'a', '  '].forEach((sql, at) => history.add(sql, at));
  expect(texts(history)).toEqual(['a', 'b']);
  history.clear();
  expect(texts(history)).toEqual([]);
});

test('it keeps sixty, and fewer where they are long', () => {
  const history = open();
  for (let count = 0; count < 70; count++) history.add(`q${count}`, count);
  expect(texts(history)).toHaveLength(60);
  expect(texts(history)[0]).toBe('q69');
  history.add('x'.repeat(399_990), 70);
  expect(texts(history).length).toBeLessThan(5);
  history.add('x'.repeat(500_000), 71);
  expect(texts(history)[0]).toHaveLength(399_990);
});

test.each([
  [[], true],
  [[{ sql: 'a', at: 1 }], true],
  [[{ sql: 'a' }], false],
  [[null], false],
  ['a', false],
])('%j is a history: %s', (value, is) => expect(isHistory(value)).toBe(is));
