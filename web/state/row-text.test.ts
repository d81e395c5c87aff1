import { expect, test } from 'vitest';
import { csvOf, ndjsonOf } from './row-text.ts';

const columns = [{ name: 'a "b"' }, { name: 'n' }, { name: '__proto__' }];
const rows = [
  { id: 1, values: ['x, "y"\nz', 1.5, null], touched: [] },
  { id: 2, values: ['', '9007199254740993', { k: [1] }], touched: [] },
];

test('CSV quotes what must be, and tells NULL from the empty text', () => {
  expect(csvOf(columns, rows)).toBe(
    '"a ""b""",n,__proto__\r\n"x, ""y""\nz",1.5,\r\n"",9007199254740993,"{""k"":[1]}"\r\n',
  );
});

test('NDJSON keeps every name and value', () => {
  expect(ndjsonOf(columns, rows)).toBe(
    '{"a \\"b\\"":"x, \\"y\\"\\nz","n":1.5,"__proto__":null}\n{"a \\"b\\"":"","n":"9007199254740993","__proto__":{"k":[1]}}\n',
  );
});
