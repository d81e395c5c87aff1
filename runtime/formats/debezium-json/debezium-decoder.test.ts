import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { valueAt } from '../../columns/value-at.ts';
import { BIGINT, decimal, STRING, TIMESTAMP } from '../../types/data-type.ts';
import type { WireColumn } from '../format.ts';
import { debeziumFormat } from './debezium-format.ts';

const COLUMNS: readonly WireColumn[] = [
  { name: 'id', type: BIGINT, required: 'NULL_NOT_ALLOWED', defaultValue: null },
  { name: 'name', type: STRING, required: false, defaultValue: 'none' },
  { name: 'price', type: decimal(10, 2), required: false, defaultValue: null },
  { name: 'at', type: TIMESTAMP, required: false, defaultValue: null },
];
const KEYED: readonly WireColumn[] = COLUMNS.map((column, index) =>
  index === 0 ? { ...column, required: 'NULL_KEY' } : column,
);

/** Rows as `[line, sign, ...values]`, refused lines as `line code field`. */
function decode(
  lines: readonly string[],
  columns = COLUMNS,
  rowsMax = 1000,
  unknownFields: 'ignore' | 'refuse' = 'ignore',
) {
  const options = { unknownFields, keep: [...columns.keys()], rowBytesMax: 1 << 20 };
  const decoder = debeziumFormat.openDecoder(columns, options);
  const bytes = Buffer.from(lines.join('\n'));
  const rows: unknown[][] = [];
  const refused: string[] = [];
  const messages: string[] = [];
  let line = 0;
  for (let start = 0; start < bytes.length; ) {
    const decoded = decoder.decode(bytes, start, bytes.length, rowsMax);
    for (let row = 0; row < decoded.length; row++) {
      const values = columns.map(({ type }, index) => valueAt(decoded.columns[index]!, type, row));
      rows.push([line + decoded.lineOf![row]!, decoded.weights![row], ...values]);
    }
    for (const each of decoded.refused) {
      refused.push(`${line + each.line} ${each.code} ${each.field}`);
      messages.push(each.message);
      expect(each.raw).toBe(lines.filter((text) => text.trim() !== '')[line + each.line]!.slice(0, 4096));
    }
    expect(decoded.next).toBeGreaterThan(start);
    line += decoded.lines;
    start = decoded.next;
  }
  return { rows, refused, messages };
}

const row = (id: number | null, name = 'x'): string => `{"id":${id},"name":"${name}","price":"1.50","at":5}`;
const values = (id: number, name = 'x'): unknown[] => [BigInt(id), name, 150n, 5];

describe('changes of a bag', () => {
  test('are rows that come and rows that go, the old one first', () => {
    const { rows, refused } = decode([
      `{"op":"c","before":null,"after":${row(1)}}`,
      `{"op":"r","after":${row(2)},"source":{"table":"t"},"ts_ms":1}`,
      '',
      `{"after":${row(3)},"op":"u","before":${row(2)}}`,
      `{"op":"d","before":${row(3)},"after":null}`,
    ]);
    expect(refused).toEqual([]);
    expect(rows).toEqual([
      [0, 1, ...values(1)],
      [1, 1, ...values(2)],
      [2, -1, ...values(2)],
      [2, 1, ...values(3)],
      [3, -1, ...values(3)],
    ]);
  });

  test('may be the payload beside a schema; tombstones are nothing', () => {
    const { rows, refused } = decode([
      'null',
      `{"schema":{"type":"struct"},"payload":{"op":"c","after":${row(1)}}}`,
      '{"schema":null,"payload":null}',
      `{"payload":{"op":"c","after":${row(2)}}}`,
      `{"op":"c","after":${row(3)}}`,
      ' null ',
    ]);
    expect(refused).toEqual([]);
    expect(rows.map(([line, sign, id]) => [line, sign, id])).toEqual([
      [1, 1, 1n],
      [3, 1, 2n],
      [4, 1, 3n],
    ]);
  });

  test('that are none are refused one by one', () => {
    const { rows, refused, messages } = decode([
      `{"op":"c","after":${row(1)}}`,
      '{}',
      '{"op":"t"}',
      '{"op":7}',
      '{"op":"c","after":null}',
      `{"op":"u","after":${row(1)}}`,
      '{"op":"d","before":null}',
      '{"op":"c","after":[1]}',
      '{"op":"c","after":{"id":"x"}}',
      `{"op":"u","before":{"name":"x"},"after":${row(1)}}`,
      `{"op":"c","after":{"id":1,"id":2}}`,
      '{"op":"c","op":"c"}',
      '{"payload":{"op":"c"}}',
      '{"payload":3}',
      'not json',
      '[]',
      `{"op":"c","after":${row(9)}}`,
    ]);
    expect(rows.map(([line, , id]) => [line, id])).toEqual([
      [0, 1n],
      [16, 9n],
    ]);
    expect(refused).toEqual([
      '1 NULL_NOT_ALLOWED op',
      '2 WRONG_TYPE op',
      '3 WRONG_TYPE op',
      '4 NULL_NOT_ALLOWED after',
      '5 NULL_NOT_ALLOWED before',
      '6 NULL_NOT_ALLOWED before',
      '7 WRONG_TYPE after',
      '8 WRONG_TYPE id',
      '9 NULL_NOT_ALLOWED id',
      '10 DUPLICATE_KEY id',
      '11 DUPLICATE_KEY op',
      '12 NULL_NOT_ALLOWED after',
      '13 WRONG_TYPE payload',
      '14 MALFORMED_JSON null',
      '15 WRONG_TYPE null',
    ]);
    expect(messages[1]).toBe('"t" is no op that is followed: c, r, u or d (a truncation names no rows)');
    expect(messages[4]).toContain('REPLICA IDENTITY FULL');
  });

  test('may have unknown fields around the rows, not within them where these are refused', () => {
    const lines = [`{"op":"c","x":1,"after":${row(1)}}`, '{"op":"c","after":{"id":1,"y":2}}'];
    expect(decode(lines).refused).toEqual([]);
    expect(decode(lines, COLUMNS, 1000, 'refuse').refused).toEqual(['1 UNKNOWN_FIELD y']);
  });

  test('are the same however many rows are asked for, and with scanners', () => {
    const ops = fc.constantFrom('c', 'r', 'u', 'd', 't');
    const message = fc
      .tuple(ops, fc.integer({ min: 0, max: 9 }), fc.boolean(), fc.boolean())
      .map(([op, id, wrap, bad]) => {
        const before = op === 'u' || op === 'd' ? row(id, 'a') : 'null';
        const after = op === 'd' ? 'null' : row(bad ? null : id, 'b');
        const text = `{"op":"${op}","before":${before},"after":${after}}`;
        return wrap ? `{"schema":{"a":[1]},"payload":${text}}` : text;
      });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 120 }), fc.integer({ min: 1, max: 9 }), (lines, rowsMax) => {
        const whole = decode(lines);
        const single = lines.map((line) => decode([line]));
        expect(decode(lines, COLUMNS, rowsMax)).toEqual(whole);
        expect(whole.rows.map(([, ...rest]) => rest)).toEqual(
          single.flatMap(({ rows }) => rows.map(([, ...rest]) => rest)),
        );
        expect(whole.refused.map((text) => text.replace(/^\d+ /, ''))).toEqual(
          single.flatMap(({ refused }) => refused.map((text) => text.replace(/^\d+ /, ''))),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('changes of a keyed table', () => {
  test('need the key alone to take a row away, and no old row to replace one', () => {
    const { rows, refused } = decode(
      [
        '{"op":"d","before":{"id":1}}',
        `{"op":"u","before":null,"after":${row(2)}}`,
        `{"op":"u","before":{"id":4},"after":${row(3)}}`,
        '{"op":"d","before":{"name":"x"}}',
        '{"op":"d"}',
      ],
      KEYED,
    );
    expect(rows).toEqual([
      [0, -1, 1n, null, null, null],
      [1, 1, ...values(2)],
      [2, -1, 4n, null, null, null],
      [2, 1, ...values(3)],
    ]);
    expect(refused).toEqual(['3 NULL_KEY id', '4 NULL_NOT_ALLOWED before']);
  });
});

describe('a schema beside the payload', () => {
  const wrapped = (fields: unknown, after: string): string => {
    const struct = {
      type: 'struct',
      fields: [
        { field: 'before', fields },
        { field: 'after', fields },
      ],
    };
    return `{"schema":${JSON.stringify(struct)},"payload":{"op":"c","after":${after}}}`;
  };

  test('refuses values whose form only looks right', () => {
    const bytes = [{ field: 'price', type: 'bytes', name: 'org.apache.kafka.connect.data.Decimal' }];
    const micro = [{ field: 'at', type: 'int64', name: 'io.debezium.time.MicroTimestamp' }];
    const good = [
      { field: 'price', type: 'string' },
      { field: 'at', type: 'int64', name: 'io.debezium.time.Timestamp' },
      { field: 'other', type: 'bytes' },
    ];
    const { rows, refused, messages } = decode([
      wrapped(bytes, '{"id":1,"price":"1234"}'),
      wrapped(micro, '{"id":1,"at":1000000}'),
      wrapped(good, '{"id":1,"price":"1.5","at":1000}'),
    ]);
    expect(refused).toEqual(['0 WRONG_TYPE price', '1 WRONG_TYPE at']);
    expect(messages[0]).toContain("decimal.handling.mode = 'string'");
    expect(messages[1]).toContain("time.precision.mode = 'connect'");
    expect(rows).toEqual([[2, 1, 1n, 'none', 150n, 1000]]);
  });
});
