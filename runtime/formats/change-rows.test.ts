import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnFromValues } from '../columns/column-builder.ts';
import { valueAt } from '../columns/value-at.ts';
import {
  BIGINT,
  BOOLEAN,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  INT,
  JSON_TYPE,
  STRING,
  TIMESTAMP,
} from '../types/data-type.ts';
import { jsonText } from '../types/json-text.ts';
import { leafName, rowName } from '../types/row-columns.ts';
import type { Field } from '../types/schema.ts';
import { DATE_MAX, DATE_MIN, TIMESTAMP_MAX, TIMESTAMP_MIN } from '../types/timestamp.ts';
import type { Value } from '../types/value.ts';
import { decodeChangeRows, encodeChangeRows, encodeRows } from './change-rows.ts';
import { JsonDecoder } from './json/json-decoder.ts';

const types: [type: DataType, values: fc.Arbitrary<Value>][] = [
  [INT, fc.integer()],
  [BIGINT, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  [BIGINT, fc.maxSafeInteger().map(BigInt)],
  [DOUBLE, fc.double()],
  [DOUBLE, fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 5e-324, 1e21, 1e-7, 0.1, 123.45)],
  [decimal(10, 2), fc.bigInt({ min: -9999999999n, max: 9999999999n })],
  [decimal(38, 20), fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })],
  [decimal(15, 15), fc.bigInt({ min: -(10n ** 15n) + 1n, max: 10n ** 15n - 1n })],
  [decimal(5, 0), fc.bigInt({ min: -99999n, max: 99999n })],
  [BOOLEAN, fc.boolean()],
  [TIMESTAMP, fc.integer({ min: TIMESTAMP_MIN, max: TIMESTAMP_MAX })],
  [DATE, fc.integer({ min: DATE_MIN, max: DATE_MAX })],
  [STRING, fc.string({ unit: 'binary' })],
  [STRING, fc.string({ unit: 'grapheme' })],
  [
    JSON_TYPE,
    fc
      .jsonValue()
      .filter((value) => value !== null)
      .map((value) => JSON.stringify(value)),
  ],
  [JSON_TYPE, fc.constantFrom('{"a":1,"a":2}', '"],[\\""', '['.repeat(200) + ']'.repeat(200))],
];

const table = fc.subarray(types, { minLength: 1 }).chain((chosen) =>
  fc.record({
    fields: fc.constant(chosen.map(([type], index): Field => ({ name: `c${index}`, type, nullable: true }))),
    rows: fc.array(fc.tuple(fc.boolean(), ...chosen.map(([, values]) => fc.option(values, { freq: 6 }))), {
      maxLength: 40,
    }),
  }),
);

/** Rows with cells in front that all of them share, as the bounds of a window are. */
const windows = fc.tuple(table, fc.nat(4)).map(([{ fields, rows }, shared]) => ({
  fields,
  rows: rows.map(([op, ...cells]) => [
    op,
    ...cells.map((cell, index) => (index < shared ? rows[0]![index + 1]! : cell)),
  ]) as typeof rows,
}));

const columnsOf = (rows: readonly (readonly Value[])[], fields: readonly Field[]) =>
  fields.map(({ type }, index) =>
    columnFromValues(
      rows.map((row) => row[index + 1] as Value),
      type,
    ),
  );

const together = (chunks: readonly { rows: Uint8Array }[]): string =>
  chunks.map(({ rows }) => Buffer.from(rows).toString()).join();

describe('change rows', () => {
  test('read back as they were written', () => {
    fc.assert(
      fc.property(fc.oneof(table, windows), fc.integer({ min: 1, max: 2000 }), ({ fields, rows }, chunkBytesMax) => {
        const ops = Uint8Array.from(rows.map(([op]) => (op ? 1 : 0)));
        const chunks = encodeChangeRows(ops, columnsOf(rows, fields), fields, rows.length, chunkBytesMax);
        const back = chunks.flatMap((chunk) => {
          const { ops, columns, length } = decodeChangeRows(chunk.rows, fields);
          expect(length).toBe(chunk.count);
          return Array.from({ length }, (_, row) => [
            ops[row] === 1,
            ...fields.map(({ type }, index) => valueAt(columns[index]!, type, row)),
          ]);
        });
        expect(back).toEqual(rows);
        for (const chunk of chunks) expect(chunk.count === 1 || chunk.rows.length <= chunkBytesMax).toBe(true);
      }),
    );
  });

  test('write each value as jsonText does, and keep the sign of zero', () => {
    fc.assert(
      fc.property(fc.oneof(table, windows), ({ fields, rows }) => {
        const columns = columnsOf(rows, fields);
        const expected = rows.map((row) => {
          const cells = fields.map(({ type }, index) =>
            Object.is(row[index + 1], -0) ? '-0' : jsonText(row[index + 1] as Value, type),
          );
          return `[${cells.join()}]`;
        });
        const written = together(encodeRows(columns, fields, rows.length));
        expect(written).toBe(expected.join());
      }),
    );
  });

  test('0 and -0 after a time that all rows share keep their signs', () => {
    const fields: Field[] = [TIMESTAMP, DOUBLE].map((type, index) => ({ name: `c${index}`, type, nullable: false }));
    const columns = [columnFromValues([0, 0, 0], TIMESTAMP), columnFromValues([0, -0, 0], DOUBLE)];
    const time = '"1970-01-01T00:00:00.000Z"';
    expect(together(encodeRows(columns, fields, 3))).toBe(`[${time},0],[${time},-0],[${time},0]`);
  });

  test('write texts that were never JavaScript strings', () => {
    const fields: Field[] = [
      { name: 's', type: STRING, nullable: true },
      { name: 'j', type: JSON_TYPE, nullable: true },
    ];
    const columns = fields.map(({ name, type }) => ({ name, type, required: false as const, defaultValue: null }));
    const decoder = new JsonDecoder(columns, { unknownFields: 'ignore', keep: [0, 1], rowBytesMax: 1000 });
    const text = `{"s":"é\\n\\"\\\\\\u0001","j":{"a":\t[1, "x"]}}`;
    const decoded = decoder.decode(Buffer.from(text), 0, Buffer.byteLength(text), 10);
    const [chunk] = encodeChangeRows(Uint8Array.of(1), decoded.columns, fields, 1);
    expect(Buffer.from(chunk!.rows).toString()).toBe(`["+","é\\n\\"\\\\\\u0001",{"a":\t[1, "x"]}]`);
  });

  test('ROWs are objects, and come back as their columns', () => {
    const fields: Field[] = [
      { name: rowName(['s']), type: BOOLEAN, nullable: true },
      { name: leafName(['s', 'a "b"']), type: STRING, nullable: true },
      { name: rowName(['s', 'r']), type: BOOLEAN, nullable: true },
      { name: leafName(['s', 'r', 'j']), type: JSON_TYPE, nullable: true },
      { name: 'n', type: BIGINT, nullable: true },
    ];
    const rows: Value[][] = [
      [true, 'x', true, '{"k":[1,"}"]}', 1n],
      [true, null, null, null, null],
      [null, null, null, null, 2n],
      [true, 'ü', true, null, 3n],
    ];
    const columns = fields.map(({ type }, index) =>
      columnFromValues(
        rows.map((row) => row[index]!),
        type,
      ),
    );
    const [chunk] = encodeChangeRows(Uint8Array.of(1, 1, 0, 1), columns, fields, rows.length);
    expect(together([chunk!])).toBe(
      '["+",{"a \\"b\\"":"x","r":{"j":{"k":[1,"}"]}}},1],["+",{"a \\"b\\"":null,"r":null},null],["-",null,2],["+",{"a \\"b\\"":"ü","r":{"j":null}},3]',
    );
    const decoded = decodeChangeRows(chunk!.rows, fields);
    expect(rows.map((_, row) => fields.map(({ type }, index) => valueAt(decoded.columns[index]!, type, row)))).toEqual(
      rows,
    );
  });

  test('stay on one line whatever a JSON text holds between its tokens', () => {
    const fields: Field[] = [{ name: 'j', type: JSON_TYPE, nullable: false }];
    const columns = [columnFromValues(['{"a":\r\n1}'], JSON_TYPE)];
    expect(together(encodeRows(columns, fields, 1))).toBe('[{"a":  1}]');
  });

  test('of nothing are nothing', () => {
    expect(encodeChangeRows(new Uint8Array(0), [], [], 0)).toEqual([]);
    expect(decodeChangeRows(Buffer.alloc(0), []).length).toBe(0);
  });

  test('that were changed are not read', () => {
    const fields: Field[] = [{ name: 'a', type: BIGINT, nullable: false }];
    for (const text of ['["+",1', '["*",1]', '["+","x"]', '["+",1]["+",2]', '["+",1.5]', '{"a":1}', '["+"]']) {
      expect(() => decodeChangeRows(Buffer.from(text), fields)).toThrow(/change row/);
    }
  });
});
