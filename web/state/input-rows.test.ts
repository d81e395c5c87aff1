import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvAsNdjson, inputBody, inputRows } from './input-rows.ts';

describe('what somebody pasted', () => {
  test.each([
    ['{"a":1}\n\n {"a":2}', 'ndjson', ['{"a":1}', ' {"a":2}']],
    ['{\n  "a": 1\n}', 'ndjson', ['{\n  "a": 1\n}']],
    ['[{"a":1}, {"a":"],[ \\" {"},\n 3]', 'json', ['{"a":1}', '{"a":"],[ \\" {"}', '3']],
    ['[]', 'json', []],
    ['[{"a":1}', 'json', ['{"a":1}']],
    ['a,b\r\n1,2\n\n"x\ny",4\n', 'csv', ['1,2', '"x\ny",4']],
    ['', 'csv', []],
  ] as const)('%j', (text, format, rows) => expect(inputRows(text)).toMatchObject({ format, rows }));

  test('any array of JSON is cut into its elements', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 5 }), fc.nat(3), (values, indent) => {
        const { rows } = inputRows(JSON.stringify(values, null, indent));
        expect(rows.map((row) => JSON.parse(row) as unknown)).toEqual(JSON.parse(JSON.stringify(values)));
      }),
    );
  });

  test('numbers beyond 2^53 are sent as they were written', () => {
    expect(inputBody(inputRows('[{"n": 9007199254740993},\n{"n":\n1}]'))).toBe('{"n": 9007199254740993}\n{"n": 1}\n');
  });

  test('CSV keeps its header', () => {
    const rows = inputRows('a,b\n1,2\n3,4');
    expect(inputBody({ ...rows, rows: rows.rows.slice(1) })).toBe('a,b\r\n3,4\r\n');
  });

  test('CSV becomes objects: empty is NULL, quotes make texts', () => {
    const columns = ['a', 'b', 'c', 'd'].map((name, at) => ({ name, type: at === 3 ? 'BOOLEAN' : 'STRING' }));
    expect(csvAsNdjson(inputRows('a,b,c,d\n1,,"x ""y"", z",TRUE\n,"",2,'), columns).rows).toEqual([
      '{"a":"1","b":null,"c":"x \\"y\\", z","d":true}',
      '{"a":null,"b":"","c":"2","d":null}',
    ]);
  });
});
