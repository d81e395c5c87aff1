import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowObjects } from './row-objects.ts';

const names = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 4 });

test('the objects hold the cells of the rows under their columns', () => {
  const table = names.chain((columns) =>
    fc.record({
      columns: fc.constant(columns),
      rows: fc.array(fc.array(fc.jsonValue(), { minLength: columns.length, maxLength: columns.length })),
    }),
  );
  fc.assert(
    fc.property(table, ({ columns, rows }) => {
      const text = Buffer.from(rows.map((row) => JSON.stringify(row)).join(','));
      const lines = rowObjects(text, columns).toString().split('\n');
      expect(lines.pop()).toBe('');
      const read = lines.map((line) => Object.entries(JSON.parse(line) as object));
      const expected = rows.map((row) => entriesAsParsed(columns, row));
      expect(read).toEqual(expected);
    }),
  );
});

/** Through JSON, so that numeric names come in the order of JavaScript's objects and -0 is 0. */
function entriesAsParsed(columns: readonly string[], row: readonly unknown[]): [string, unknown][] {
  const members = columns.map((name, index) => `${JSON.stringify(name)}:${JSON.stringify(row[index])}`);
  return Object.entries(JSON.parse(`{${members.join(',')}}`) as object);
}

test('cells are copied, not read', () => {
  const lines = rowObjects(Buffer.from('[12345678901234567890.10,{"a":[1e400]}]'), ['n', 'j']);
  expect(lines.toString()).toBe('{"n":12345678901234567890.10,"j":{"a":[1e400]}}\n');
});
