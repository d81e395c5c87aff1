import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { valueAt } from '../../columns/value-at.ts';
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
} from '../../types/data-type.ts';
import { parseDecimalAs } from '../../types/decimal.ts';
import { leafName, rowName } from '../../types/row-columns.ts';
import type { Value } from '../../types/value.ts';
import type { DecodedRows, WireColumn } from '../format.ts';
import { JsonDecoder } from './json-decoder.ts';
import { RowParser } from './row-parser.ts';

function column(name: string, type: DataType, more: Partial<WireColumn> = {}): WireColumn {
  return { name, type, required: false, defaultValue: null, ...more };
}

interface Setup {
  readonly columns: readonly WireColumn[];
  readonly unknownFields?: 'ignore' | 'refuse';
  readonly keep?: readonly number[];
  readonly scan?: boolean;
  readonly rowBytesMax?: number;
}

function decoderOf({
  columns,
  unknownFields = 'ignore',
  keep,
  scan = true,
  rowBytesMax = 1 << 20,
}: Setup): JsonDecoder {
  return new JsonDecoder(
    columns,
    { unknownFields, keep: keep ?? columns.map((_, index) => index), rowBytesMax },
    { scan },
  );
}

interface Outcome {
  readonly rows: readonly (readonly Value[])[];
  readonly refused: readonly { readonly line: number; readonly code: string; readonly field: string | null }[];
  readonly lines: number;
}

function outcomeOf(decoded: DecodedRows, types: readonly DataType[]): Outcome {
  const rows = Array.from({ length: decoded.length }, (_, row) =>
    decoded.columns.map((cells, index) => valueAt(cells, types[index]!, row)),
  );
  return {
    rows,
    refused: decoded.refused.map(({ line, code, field }) => ({ line, code, field })),
    lines: decoded.lines,
  };
}

/** Everything the decoder says about these bytes, in calls of at most rowsMax rows. */
function decodeAll(decoder: JsonDecoder, bytes: Buffer, setup: Setup, rowsMax = 8192): Outcome {
  const types = (setup.keep ?? setup.columns.map((_, index) => index)).map((index) => setup.columns[index]!.type);
  const all: { rows: Value[][]; refused: { line: number; code: string; field: string | null }[]; lines: number } = {
    rows: [],
    refused: [],
    lines: 0,
  };
  for (let start = 0; start < bytes.length; ) {
    const decoded = decoder.decode(bytes, start, bytes.length, rowsMax);
    const outcome = outcomeOf(decoded, types);
    expect(decoded.next).toBeGreaterThan(start);
    expect(decoded.length).toBeLessThanOrEqual(rowsMax);
    all.rows.push(...(outcome.rows as Value[][]));
    all.refused.push(...outcome.refused.map((refused) => ({ ...refused, line: refused.line + all.lines })));
    all.lines += outcome.lines;
    start = decoded.next;
  }
  return all;
}

/** The one cell of the row `{"v": text}`, or the code that refuses it. */
function cell(type: DataType, text: string, more: Partial<WireColumn> = {}): Value | { code: string } {
  const setup = { columns: [column('v', type, more)] };
  const { rows, refused } = decodeAll(decoderOf(setup), Buffer.from(`{"v":${text}}`), setup);
  return refused[0] ? { code: refused[0].code } : rows[0]![0]!;
}

/** Once by the plain parser, once by the scanner that the rows before have taught. */
function trained(setup: Setup, row: string | Buffer): { plain: Outcome; scanned: Outcome } {
  const scanning = decoderOf(setup);
  const teach = Buffer.from(`{"v":null}\n`.repeat(40));
  scanning.decode(teach, 0, teach.length, 100);
  const bytes = Buffer.concat([Buffer.from(row), Buffer.from('\n')]);
  const padded = Buffer.concat([bytes, Buffer.alloc(16)]).subarray(0, bytes.length);
  return {
    plain: decodeAll(decoderOf({ ...setup, scan: false }), bytes, setup),
    scanned: decodeAll(scanning, padded, setup),
  };
}

describe('a value', () => {
  const money = decimal(10, 2);
  const accepted: [type: DataType, text: string, value: Value][] = [
    [INT, '0', 0],
    [INT, '-0', 0],
    [INT, '2147483647', 2147483647],
    [INT, '-2147483648', -2147483648],
    [INT, '1.0', 1],
    [INT, '12e2', 1200],
    [INT, '"12"', 12],
    [INT, '"+0012"', 12],
    [INT, '"1\\u0032"', 12],
    [BIGINT, '1e2', 100n],
    [BIGINT, '1.5e1', 15n],
    [BIGINT, '100e-2', 1n],
    [BIGINT, '0e999999999999', 0n],
    [BIGINT, '9007199254740991', 9007199254740991n],
    [BIGINT, '9007199254740993', 9007199254740993n],
    [BIGINT, '9223372036854775807', 9223372036854775807n],
    [BIGINT, '-9223372036854775808', -9223372036854775808n],
    [BIGINT, '9223372036854775807.000', 9223372036854775807n],
    [BIGINT, '"-9007199254740993"', -9007199254740993n],
    [money, '1', 100n],
    [money, '0.005', 1n],
    [money, '-0.005', -1n],
    [money, '0.0049999999999999999999999999', 0n],
    [money, '12345678.994', 1234567899n],
    [money, '99999999.99', 9999999999n],
    [money, '"1.10"', 110n],
    [money, '1e-9', 0n],
    [money, '1e-999999999', 0n],
    [money, '1.5e3', 150000n],
    [decimal(38, 10), '1234567890123456789012345678.0123456789', 12345678901234567890123456780123456789n],
    [decimal(3, 3), '0.9994', 999n],
    [decimal(15, 15), '0.123456789012345', 123456789012345n],
    [DOUBLE, '1', 1],
    [DOUBLE, '-0', -0],
    [DOUBLE, '0.1', 0.1],
    [DOUBLE, '1e308', 1e308],
    [DOUBLE, '5e-324', 5e-324],
    [DOUBLE, '1e-400', 0],
    [DOUBLE, '0.30000000000000004', 0.30000000000000004],
    [DOUBLE, '123456789012345678901234567890', Number('123456789012345678901234567890')],
    [DOUBLE, '2.2250738585072011e-308', Number('2.2250738585072011e-308')],
    [DOUBLE, '"1.5"', 1.5],
    [DOUBLE, '".5"', 0.5],
    [DOUBLE, '"NaN"', NaN],
    [DOUBLE, '"Infinity"', Infinity],
    [DOUBLE, '"-Infinity"', -Infinity],
    [STRING, '""', ''],
    [STRING, '"a b"', 'a b'],
    [STRING, '"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\/\b\f\n\r\t'],
    [STRING, '"a\\u0000b"', 'a\0b'],
    [STRING, '"\\u00e9\\u20ac\\uD83D\\ude00"', 'é€😀'],
    [STRING, '"é€😀"', 'é€😀'],
    [STRING, '"\u007f"', '\u007f'],
    [BOOLEAN, 'true', true],
    [BOOLEAN, 'false', false],
    [TIMESTAMP, '0', 0],
    [TIMESTAMP, '1700000000000', 1700000000000],
    [TIMESTAMP, '1700000000000.9', 1700000000000],
    [TIMESTAMP, '-0.5', -1],
    [TIMESTAMP, '1.7e12', 1700000000000],
    [TIMESTAMP, '"2026-01-31T10:00:00.123Z"', Date.UTC(2026, 0, 31, 10, 0, 0, 123)],
    [TIMESTAMP, '"2026-01-31T10:00:00.123999Z"', Date.UTC(2026, 0, 31, 10, 0, 0, 123)],
    [TIMESTAMP, '"1969-12-31T23:59:59.9999Z"', -1],
    [TIMESTAMP, '"2026-01-31 10:00"', Date.UTC(2026, 0, 31, 10)],
    [TIMESTAMP, '"2026-01-31"', Date.UTC(2026, 0, 31)],
    [TIMESTAMP, '"2026-01-31T10:00:00+02:00"', Date.UTC(2026, 0, 31, 8)],
    [TIMESTAMP, '"2024-02-29T00:00:00.000Z"', Date.UTC(2024, 1, 29)],
    [TIMESTAMP, '"9999-12-31T23:59:59.999Z"', 253402300799999],
    [TIMESTAMP, '"0001-01-01T00:00:00.000Z"', -62135596800000],
    [DATE, '"1970-01-02"', 1],
    [DATE, '"1969-12-31"', -1],
    [JSON_TYPE, '{"a": [1, {"b": null}], "c": "\\n"}', '{"a": [1, {"b": null}], "c": "\\n"}'],
    [JSON_TYPE, '[]', '[]'],
    [JSON_TYPE, '{}', '{}'],
    [JSON_TYPE, '"x"', '"x"'],
    [JSON_TYPE, '1.50', '1.50'],
    [JSON_TYPE, 'null', null],
    [STRING, 'null', null],
    [BIGINT, 'null', null],
  ];
  test.each(accepted)('%j takes %s', (type, text, value) => {
    const setup = { columns: [column('v', type)] };
    const { plain, scanned } = trained(setup, `{"v":${text}}`);
    expect(plain.rows).toEqual([[value]]);
    expect(scanned).toEqual(plain);
    expect(cell(type, text)).toEqual(value);
  });

  const refused: [type: DataType, text: string, code: string][] = [
    [INT, '2147483648', 'OUT_OF_RANGE'],
    [INT, '-2147483649', 'OUT_OF_RANGE'],
    [INT, '1e400', 'OUT_OF_RANGE'],
    [INT, '1.5', 'WRONG_TYPE'],
    [INT, 'true', 'WRONG_TYPE'],
    [INT, '"12 "', 'WRONG_TYPE'],
    [INT, '""', 'WRONG_TYPE'],
    [INT, '"0x1f"', 'WRONG_TYPE'],
    [INT, '"."', 'WRONG_TYPE'],
    [INT, '{}', 'WRONG_TYPE'],
    [INT, '[1]', 'WRONG_TYPE'],
    [INT, '01', 'MALFORMED_JSON'],
    [INT, '-', 'MALFORMED_JSON'],
    [INT, '+1', 'MALFORMED_JSON'],
    [INT, '1.', 'MALFORMED_JSON'],
    [INT, '.5', 'MALFORMED_JSON'],
    [INT, '1e', 'MALFORMED_JSON'],
    [INT, 'NaN', 'MALFORMED_JSON'],
    [INT, 'nul', 'MALFORMED_JSON'],
    [INT, '', 'MALFORMED_JSON'],
    [BIGINT, '9223372036854775808', 'OUT_OF_RANGE'],
    [BIGINT, '-9223372036854775809', 'OUT_OF_RANGE'],
    [BIGINT, '1e999999999999', 'OUT_OF_RANGE'],
    [BIGINT, '1.5', 'WRONG_TYPE'],
    [BIGINT, '1e-1', 'WRONG_TYPE'],
    [BIGINT, '9223372036854775807.1', 'WRONG_TYPE'],
    [money, '100000000', 'OUT_OF_RANGE'],
    [money, '99999999.995', 'OUT_OF_RANGE'],
    [money, '-1e50', 'OUT_OF_RANGE'],
    [money, '"a"', 'WRONG_TYPE'],
    [decimal(3, 3), '0.9996', 'OUT_OF_RANGE'],
    [DOUBLE, '1e400', 'OUT_OF_RANGE'],
    [DOUBLE, '"1e400"', 'OUT_OF_RANGE'],
    [DOUBLE, '"nan"', 'WRONG_TYPE'],
    [STRING, '5', 'WRONG_TYPE'],
    [STRING, 'true', 'WRONG_TYPE'],
    [STRING, '{"a":1}', 'WRONG_TYPE'],
    [STRING, '"\\ud800"', 'INVALID_UTF8'],
    [STRING, '"\\ud800\\u0041"', 'INVALID_UTF8'],
    [STRING, '"\\udc00\\ud800"', 'INVALID_UTF8'],
    [STRING, '"\\x"', 'MALFORMED_JSON'],
    [STRING, '"\\u12g4"', 'MALFORMED_JSON'],
    [STRING, '"a\tb"', 'MALFORMED_JSON'],
    [STRING, '"a\u0000b"', 'MALFORMED_JSON'],
    [STRING, '"abc', 'MALFORMED_JSON'],
    [STRING, "'a'", 'MALFORMED_JSON'],
    [BOOLEAN, '"true"', 'WRONG_TYPE'],
    [BOOLEAN, '1', 'WRONG_TYPE'],
    [BOOLEAN, 'tru', 'MALFORMED_JSON'],
    [BOOLEAN, 'truex', 'MALFORMED_JSON'],
    [TIMESTAMP, '"yesterday"', 'WRONG_TYPE'],
    [TIMESTAMP, '"2026-02-30T00:00:00.000Z"', 'WRONG_TYPE'],
    [TIMESTAMP, '"1700000000000"', 'WRONG_TYPE'],
    [TIMESTAMP, '253402300800000', 'OUT_OF_RANGE'],
    [TIMESTAMP, '1e99', 'OUT_OF_RANGE'],
    [TIMESTAMP, 'false', 'WRONG_TYPE'],
    [DATE, '5', 'WRONG_TYPE'],
    [DATE, '"2026-13-01"', 'WRONG_TYPE'],
    [DATE, '"2026-01-01T00:00:00Z"', 'WRONG_TYPE'],
    [JSON_TYPE, '{"a":1,"a":2}', 'DUPLICATE_KEY'],
    [JSON_TYPE, '{"a":1,"\\u0061":2}', 'DUPLICATE_KEY'],
    [JSON_TYPE, '[1,]', 'MALFORMED_JSON'],
    [JSON_TYPE, '{"a":1,}', 'MALFORMED_JSON'],
    [JSON_TYPE, '[1}', 'MALFORMED_JSON'],
    [JSON_TYPE, '{"a" 1}', 'MALFORMED_JSON'],
    [JSON_TYPE, '{a:1}', 'MALFORMED_JSON'],
  ];
  test.each(refused)('%j refuses %s with %s', (type, text, code) => {
    const setup = { columns: [column('v', type)] };
    const { plain, scanned } = trained(setup, `{"v":${text}}`);
    expect(plain.refused.map((row) => row.code)).toEqual([code]);
    expect(plain.rows).toEqual([]);
    expect(scanned).toEqual(plain);
  });

  test('is NULL or absent only where that is allowed', () => {
    expect(cell(INT, 'null', { required: 'NULL_NOT_ALLOWED' })).toEqual({ code: 'NULL_NOT_ALLOWED' });
    expect(cell(TIMESTAMP, 'null', { required: 'NULL_EVENT_TIME' })).toEqual({ code: 'NULL_EVENT_TIME' });
    const setup = {
      columns: [
        column('v', INT, { required: 'NULL_KEY' }),
        column('w', STRING, { defaultValue: 'x"é' }),
        column('n', DOUBLE),
      ],
    };
    const { rows, refused } = decodeAll(decoderOf(setup), Buffer.from('{"w":"a"}\n{"v":1}\n{"v":1,"w":null}'), setup);
    expect(refused).toEqual([{ line: 0, code: 'NULL_KEY', field: 'v' }]);
    expect(rows).toEqual([
      [1, 'x"é', null],
      [1, null, null],
    ]);
  });
});

describe('a row', () => {
  const setup: Setup = {
    columns: [column('a', BIGINT), column('b', STRING), column('__proto__', INT), column('12', INT)],
  };

  const rows: [text: string, result: readonly Value[] | string][] = [
    ['{}', [null, null, null, null]],
    [' { "b" : "x" , "a" : 1 } ', [1n, 'x', null, null]],
    ['{"a":1}\r', [1n, null, null, null]],
    ['\ufeff{"a":1}', [1n, null, null, null]],
    ['{"__proto__":1,"12":2,"constructor":{"__proto__":[]},"toString":1}', [null, null, 1, 2]],
    ['{"\\u0061":1}', [1n, null, null, null]],
    ['{"A":1}', [null, null, null, null]],
    ['{"a":1,"x":{"x":{"x":1}},"y":[{"x":1},{"x":1}]}', [1n, null, null, null]],
    ['{"a":1,"a":1}', 'DUPLICATE_KEY'],
    ['{"a":1,"\\u0061":1}', 'DUPLICATE_KEY'],
    ['{"x":1,"x":1}', 'DUPLICATE_KEY'],
    ['{"__proto__":1,"__proto__":1}', 'DUPLICATE_KEY'],
    ['{"x":{"y":1,"y":1}}', 'DUPLICATE_KEY'],
    ['{"a":1}x', 'MALFORMED_JSON'],
    ['{"a":1}{"a":2}', 'MALFORMED_JSON'],
    ['{"a":1,}', 'MALFORMED_JSON'],
    ['{,"a":1}', 'MALFORMED_JSON'],
    ['{"a"}', 'MALFORMED_JSON'],
    ['{"a":1 "b":"x"}', 'MALFORMED_JSON'],
    ['{"x":\u00a01}', 'MALFORMED_JSON'],
    ['{"a":1', 'MALFORMED_JSON'],
    ['{', 'MALFORMED_JSON'],
    ['}', 'MALFORMED_JSON'],
    ['hello', 'MALFORMED_JSON'],
    ['"a" x', 'MALFORMED_JSON'],
    ['null', 'WRONG_TYPE'],
    ['[1]', 'WRONG_TYPE'],
    ['17', 'WRONG_TYPE'],
    ['{"x":"\\udead"}', 'INVALID_UTF8'],
    ['{"\\udead":1}', 'INVALID_UTF8'],
  ];
  test.each(rows)('%j is accepted or refused as a whole, and its neighbours are kept', (text, result) => {
    const bytes = Buffer.from(`{"a":7}\n${text}\n{"a":8}\n`);
    for (const scan of [true, false]) {
      const outcome = decodeAll(decoderOf({ ...setup, scan }), bytes, setup);
      expect(outcome.rows.at(0)).toEqual([7n, null, null, null]);
      expect(outcome.rows.at(-1)).toEqual([8n, null, null, null]);
      if (typeof result === 'string') expect(outcome.refused).toMatchObject([{ line: 1, code: result }]);
      else expect(outcome.rows[1]).toEqual(result);
    }
  });

  test('with bytes that are no UTF-8 is refused, wherever they stand', () => {
    const bad = ['\xff', '\xc0\xaf', '\xed\xa0\x80', '\xf4\x90\x80\x80', '\xe2\x82'];
    for (const text of bad) {
      for (const row of [`{"b":"${text}"}`, `{"x":"${text}"}`, `{"${text}":1}`, `{"a":1}${text}`]) {
        const bytes = Buffer.concat([Buffer.from(`{"a":1}\n`), Buffer.from(row, 'latin1'), Buffer.from(`\n{"b":"é"}`)]);
        const { rows: kept, refused } = decodeAll(decoderOf(setup), bytes, setup);
        expect(refused).toMatchObject([{ line: 1, code: 'INVALID_UTF8' }]);
        expect(kept.map(([a, b]) => [a, b])).toEqual([
          [1n, null],
          [null, 'é'],
        ]);
      }
    }
  });

  test('may hold unknown fields only where they are ignored', () => {
    const strict = { ...setup, unknownFields: 'refuse' as const };
    const { refused } = decodeAll(decoderOf(strict), Buffer.from('{"a":1,"x":2}\n{"a":1}'), strict);
    expect(refused).toEqual([{ line: 0, code: 'UNKNOWN_FIELD', field: 'x' }]);
  });

  test('is checked in columns that are not kept', () => {
    const narrow = { ...setup, keep: [1] };
    const bytes = Buffer.from(`{"a":1,"b":"x"}\n`.repeat(50) + '{"a":true,"b":"y"}\n{"a":2,"b":"z"}\n');
    const { rows: kept, refused } = decodeAll(decoderOf(narrow), bytes, narrow);
    expect(refused).toEqual([{ line: 50, code: 'WRONG_TYPE', field: 'a' }]);
    expect(kept.at(-1)).toEqual(['z']);
    expect(kept).toHaveLength(51);
  });

  test('shows at most 4 KB of itself when refused, cut between characters', () => {
    const text = `x${'é'.repeat(5000)}`;
    const decoded = decoderOf(setup).decode(Buffer.from(text), 0, Buffer.byteLength(text), 10);
    expect(decoded.refused[0]!.raw).toBe(`x${'é'.repeat(2047)}`);
  });

  test('that is blank is nothing', () => {
    const { rows: kept, lines } = decodeAll(decoderOf(setup), Buffer.from('\n \t\r\n{"a":1}\n\n'), setup);
    expect([kept.length, lines]).toEqual([1, 1]);
  });
});

describe('hostile rows', () => {
  const setup: Setup = { columns: [column('a', BIGINT), column('b', STRING), column('j', JSON_TYPE)] };
  const outcome = (row: string | Buffer, more: Partial<Setup> = {}): string[] => {
    const bytes = Buffer.concat([Buffer.from(row), Buffer.from('\n{"a":1}\n')]);
    const result = decodeAll(decoderOf({ ...setup, ...more }), bytes, setup);
    expect(result.rows.at(-1)).toEqual([1n, null, null]);
    return result.refused.map(({ code }) => code);
  };
  const huge = { rowBytesMax: 1 << 26 };

  test('are refused when they are too large', () => {
    expect(outcome(`{"b":"${'x'.repeat(10 << 20)}"}`)).toEqual(['ROW_TOO_LARGE']);
    expect(outcome(`{"b":"${'x'.repeat((1 << 20) - 8)}"}`)).toEqual([]);
    expect(outcome(`{"b":"${'x'.repeat((1 << 20) - 7)}"}`)).toEqual(['ROW_TOO_LARGE']);
  });

  test('are refused when a scanner meets one that is too large', () => {
    const bytes = Buffer.from(`{"b":"x"}\n`.repeat(50) + `{"b":"${'x'.repeat(1 << 20)}"}\n{"b":"y"}\n`);
    const { rows, refused } = decodeAll(decoderOf(setup), bytes, setup);
    expect(refused).toMatchObject([{ line: 50, code: 'ROW_TOO_LARGE' }]);
    expect(rows).toHaveLength(51);
  });

  test('may be 64 deep and no deeper, also in unknown fields', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    for (const name of ['j', 'x']) {
      expect(outcome(`{"${name}":${nested(63)}}`)).toEqual([]);
      expect(outcome(`{"${name}":${nested(64)}}`)).toEqual(['TOO_DEEP']);
    }
    expect(outcome(`{"x":${'{"x":'.repeat(63)}1${'}'.repeat(63)}}`)).toEqual([]);
    expect(outcome(`{"x":${'{"x":'.repeat(64)}1${'}'.repeat(64)}}`)).toEqual(['TOO_DEEP']);
    expect(outcome('['.repeat(1_000_000))).toEqual(['TOO_DEEP']);
    expect(outcome(`{"j":${'{"a":['.repeat(500_000)}`, huge)).toEqual(['TOO_DEEP']);
  });

  test('cost time in proportion to their size', () => {
    const many = (make: (index: number) => string): string =>
      Array.from({ length: 300_000 }, (_, index) => make(index)).join();
    const started = performance.now();
    expect(outcome(`{${many((index) => `"k${index}":1`)}}`, huge)).toEqual([]);
    expect(outcome(`{${many((index) => `"k${index}":1`)},"k5":1}`, huge)).toEqual(['DUPLICATE_KEY']);
    expect(outcome(`{"j":{${many((index) => `"\\u006b${index}":1`)}}}`, huge)).toEqual([]);
    expect(outcome(`{"a":${'9'.repeat(1_000_000)}}`)).toEqual(['OUT_OF_RANGE']);
    expect(outcome(`{"a":0.${'0'.repeat(1_000_000)}1}`)).toEqual(['WRONG_TYPE']);
    expect(outcome(`{"a":1.${'0'.repeat(1_000_000)}}`)).toEqual([]);
    expect(outcome(`{"b":"${'\\u0041'.repeat(150_000)}"}`)).toEqual([]);
    expect(outcome('"'.repeat(1_000_000))).toEqual(['MALFORMED_JSON']);
    expect(performance.now() - started).toBeLessThan(15_000);
  }, 20_000);

  test('that are many are handed over a bounded number at a time', () => {
    const bytes = Buffer.from('x\n'.repeat(10_000));
    const decoded = decoderOf(setup).decode(bytes, 0, bytes.length, 100);
    expect(decoded.refused).toHaveLength(100);
    expect(decoded.next).toBe(200);
  });
});

/** Columns of every type; the scanner and the parser must agree on whatever is made of their names. */
const everyType: Setup = {
  columns: [
    column('i', INT),
    column('big', BIGINT),
    column('m', decimal(12, 3)),
    column('d', DOUBLE),
    column('s', STRING, { required: 'NULL_NOT_ALLOWED', defaultValue: 'none' }),
    column('t', TIMESTAMP),
    column('day', DATE),
    column('ok', BOOLEAN),
    column('j', JSON_TYPE),
  ],
};

const whole = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.integer({ min: -99, max: 99 }));
const valueTexts: Record<string, fc.Arbitrary<string>> = {
  i: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map(String),
  big: fc.oneof(whole.map(String), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)),
  m: fc
    .tuple(fc.integer({ min: -99999999, max: 99999999 }), fc.integer({ min: 0, max: 99999 }))
    .map(([w, f]) => `${w}.${f}`),
  d: fc
    .oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      whole,
    )
    .map(jsonNumber),
  s: fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  t: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => JSON.stringify(date)),
  day: fc
    .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
    .map((date) => JSON.stringify(date.toISOString().slice(0, 10))),
  ok: fc.boolean().map(String),
  j: fc
    .jsonValue()
    .map((value) => JSON.stringify(value))
    .filter((text) => !text.includes('\\u')),
  x: fc
    .jsonValue()
    .map((value) => JSON.stringify(value))
    .filter((text) => !text.includes('\\u')),
};

function jsonNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : JSON.stringify(value);
}

interface RowText {
  readonly text: string;
  readonly values: ReadonlyMap<string, string>;
}

const space = fc.constantFrom('', '', '', ' ', '\t ', '\r');
const fieldsOf = (name: string): fc.Arbitrary<readonly [string, string]> =>
  fc
    .oneof({ weight: 9, arbitrary: valueTexts[name]! }, { weight: 1, arbitrary: fc.constant('null') })
    .map((text) => [name, text] as const);
const rowText: fc.Arbitrary<RowText> = fc
  .tuple(fc.shuffledSubarray(Object.keys(valueTexts)), space, space)
  .chain(([names, before, after]) =>
    fc.tuple(...names.map(fieldsOf)).map((fields) => {
      const members = fields.map(([name, text]) => `${before}"${name}"${after}:${before}${text}`);
      return { text: `${before}{${members.join(`${after},`)}${after}}`, values: new Map(fields) };
    }),
  );

/** What a row means, from JSON.parse and plain conversions; null: refused. */
function oracle({ values }: RowText): readonly Value[] | null {
  const get = (name: string, read: (text: string) => Value): Value => {
    const text = values.get(name) ?? 'null';
    return text === 'null' ? null : read(text);
  };
  if (values.get('s') === 'null') return null;
  return [
    get('i', Number),
    get('big', BigInt),
    get('m', (text) => parseDecimalAs(text, 12, 3)),
    get('d', (text) => JSON.parse(text) as number),
    values.has('s') ? get('s', (text) => JSON.parse(text) as string) : 'none',
    get('t', (text) => Date.parse(JSON.parse(text) as string)),
    get('day', (text) => Date.parse(JSON.parse(text) as string) / 86_400_000),
    get('ok', (text) => text === 'true'),
    get('j', (text) => text),
  ];
}

describe('names', () => {
  const hostile = [
    '"',
    '\\',
    '`${1}`',
    "'];throw 1;//",
    '\n',
    '\u2028',
    '',
    ' ',
    'é',
    '😀',
    '0',
    'length',
    'x'.repeat(3000),
    '*/',
  ];

  test('of any kind are names, in the plain parser and in scanners', () => {
    const setup = { columns: hostile.map((name) => column(name, INT)) };
    const row = `{${hostile.map((name, index) => `${JSON.stringify(name)}:${index}`).join()}}\n`;
    for (const scan of [true, false]) {
      const decoder = decoderOf({ ...setup, scan });
      const { rows, refused } = decodeAll(decoder, Buffer.from(row.repeat(60)), setup);
      expect(refused).toEqual([]);
      expect(rows).toEqual(Array.from({ length: 60 }, () => hostile.map((_, index) => index)));
      expect(decoder.shapesKnown).toBe(scan ? 1 : 0);
    }
  });

  test('may be so many that a scanner does not read all of them itself', () => {
    const setup = {
      columns: Array.from({ length: 120 }, (_, index) => column(`c${index}`, index % 2 === 0 ? DOUBLE : STRING)),
    };
    const row = (n: number): string =>
      `{${setup.columns.map(({ name }, index) => `"${name}":${index % 2 === 0 ? n + index / 4 : `"${n}-${index}"`}`).join()}}\n`;
    const bytes = Buffer.from(Array.from({ length: 60 }, (_, n) => row(n)).join(''));
    const decoder = decoderOf(setup);
    expect(decodeAll(decoder, bytes, setup)).toEqual(decodeAll(decoderOf({ ...setup, scan: false }), bytes, setup));
    expect(decoder.shapesKnown).toBe(1);
    const short = Buffer.from('{"c0":1}\n');
    expect(decodeAll(decoder, short, setup).rows[0]!.slice(0, 3)).toEqual([1, null, null]);
  });

  test('of rows with several shapes each get a scanner, missing fields and unknown ones included', () => {
    const setup = {
      columns: [column('a', INT), column('b', STRING, { defaultValue: 'none' }), column('c', decimal(5, 2))],
    };
    const shapes = ['{"a":1,"b":"x"}', '{ "c": 1.5, "a": 2 }', '{"z":{"y":[1]},"a":3,"c":-0.05}', '{}'];
    const bytes = Buffer.from(`${Array.from({ length: 800 }, (_, index) => shapes[index % 4]).join('\n')}\n`);
    const decoder = decoderOf(setup);
    const plain = decodeAll(decoderOf({ ...setup, scan: false }), bytes, setup);
    expect(decodeAll(decoder, bytes, setup)).toEqual(plain);
    expect(decodeAll(decoder, bytes, setup)).toEqual(plain);
    expect(decoder.shapesKnown).toBeGreaterThanOrEqual(3);
    expect(plain.rows.slice(0, 4)).toEqual([
      [1, 'x', null],
      [2, 'none', 150n],
      [3, 'none', -5n],
      [null, 'none', null],
    ]);
  });
});

describe('a value that nobody asked for', () => {
  const pieces = [
    '',
    '-',
    '0',
    '5',
    '17',
    '1234',
    '00000',
    '.',
    'e',
    'E+',
    '"',
    '\\"',
    'x',
    ' ',
    't',
    'true',
    'null',
    '{}',
  ];

  test('is passed over by the scanner as the plain parser does, and refuses its row where it is no JSON', () => {
    const setup = { columns: [column('id', INT)] };
    const value = fc.array(fc.constantFrom(...pieces), { maxLength: 5 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), (values) => {
        const decoder = decoderOf(setup);
        const teach = Buffer.from('{"u":1,"id":2}\n'.repeat(40));
        decodeAll(decoder, teach, setup);
        expect(decoder.shapesKnown).toBe(1);
        const bytes = Buffer.from(values.map((text, row) => `{"u":${text},"id":${row}}\n`).join(''));
        const scanned = decodeAll(decoder, bytes, setup);
        expect(scanned).toEqual(decodeAll(decoderOf({ ...setup, scan: false }), bytes, setup));
        const sound = values.flatMap((text, row) => (isJson(text) ? [[row]] : []));
        expect(scanned.rows).toEqual(sound);
      }),
      { numRuns: 400 },
    );
  });

  test.each(['0', '-12.5', '12345678901234567890', '"text"'])('%s needs no plain parser', (text) => {
    const plain = vi.spyOn(RowParser.prototype, 'row');
    const setup = { columns: [column('id', INT)] };
    const bytes = Buffer.from(`{"u":${text},"id":2}\n`.repeat(1000));
    expect(decodeAll(decoderOf(setup), bytes, setup).rows).toHaveLength(1000);
    const parsed = plain.mock.calls.length;
    plain.mockRestore();
    expect(parsed).toBeLessThan(100);
  });

  function isJson(text: string): boolean {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  }
});

test('a scanner reads rows of any length where there is no limit, as for $late', () => {
  const plain = vi.spyOn(RowParser.prototype, 'row');
  const options = { unknownFields: 'ignore', keep: [0], rowBytesMax: Infinity } as const;
  const bytes = Buffer.from('{"n":1}\n'.repeat(1000));
  const { length } = new JsonDecoder([column('n', INT)], options).decode(bytes, 0, bytes.length, 1000);
  const parsed = plain.mock.calls.length;
  plain.mockRestore();
  expect(length).toBe(1000);
  expect(parsed).toBeLessThan(100);
});

test('a row that is no object at all is told so', () => {
  const rows = ['not json', '[1,]', '"a', '7'];
  const bytes = Buffer.from(`${rows.join('\n')}\n`);
  const { refused } = decoderOf({ columns: [column('n', INT)] }).decode(bytes, 0, bytes.length, 10);
  expect(refused.map(({ code, message }) => `${code} ${message}`)).toEqual([
    'MALFORMED_JSON expected { of a JSON object at byte 0',
    'MALFORMED_JSON expected { of a JSON object at byte 0',
    'MALFORMED_JSON expected { of a JSON object at byte 0',
    'WRONG_TYPE a row is a JSON object, not 7',
  ]);
});

describe('rows read with scanners', () => {
  const columns = [column('n', BIGINT), column('t', STRING), column('b', BOOLEAN)];

  /** By the plain parser, and by scanners, which must have read all but the first few rows. */
  function both(bytes: Buffer, setup: Setup, byHand = 40): Outcome {
    const padded = Buffer.concat([bytes, Buffer.alloc(16)]).subarray(0, bytes.length);
    const plain = decodeAll(decoderOf({ ...setup, scan: false }), bytes, setup);
    const spy = vi.spyOn(RowParser.prototype, 'row');
    const scanned = decodeAll(decoderOf(setup), padded, setup);
    const parsed = spy.mock.calls.length;
    spy.mockRestore();
    expect(scanned).toEqual(plain);
    expect(parsed).toBeLessThanOrEqual(byHand);
    return scanned;
  }

  const rowOf = (n: number, text: string): string => `{"n":${n},"t":"${text}","b":${n % 2 === 0}}\n`;

  test('may be longer than the memory that scanners have at first, and than it ever gets', () => {
    const setup = { columns, rowBytesMax: 64 << 20 };
    const small = Array.from({ length: 40 }, (_, n) => rowOf(n, 'x')).join('');
    const sizes = [600_000, 3_000_000, 18_000_000, 10];
    const bytes = Buffer.from(small + sizes.map((size, n) => rowOf(n, 'y'.repeat(size))).join('') + small);
    const before = decoderOf(setup);
    decodeAll(before, Buffer.from(small), setup);
    const { rows } = both(bytes, setup);
    expect(rows.slice(40, 44).map((row) => (row[1] as string).length)).toEqual(sizes);
    // A scanner that was there before the memory grew writes to where it is now.
    expect(decodeAll(before, Buffer.from(small), setup)).toEqual(
      decodeAll(decoderOf({ ...setup, scan: false }), Buffer.from(small), setup),
    );
  });

  test('end where the memory of scanners ends, and go on in another run', () => {
    const bytes = Buffer.from(Array.from({ length: 30_000 }, (_, n) => rowOf(n, 'abc'.repeat(n % 40))).join(''));
    expect(both(bytes, { columns }).rows).toHaveLength(30_000);
  });

  test('of two streams in turn do not meet each other', () => {
    const setups = [{ columns }, { columns: [column('t', STRING), column('n', INT)] }];
    const decoders = setups.map(decoderOf);
    const texts = ['left', 'right'].map((side) => Array.from({ length: 50 }, (_, n) => rowOf(n, side + n)).join(''));
    for (let turn = 0; turn < 6; turn++) {
      const side = turn % 2;
      const bytes = Buffer.from(texts[side]!);
      const plain = decodeAll(decoderOf({ ...setups[side]!, scan: false }), bytes, setups[side]!);
      expect(decodeAll(decoders[side]!, bytes, setups[side]!, 20)).toEqual(plain);
    }
  });

  test('may have more columns than there is room for', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => column(`c${index}`, INT));
    const setup = { columns: [column('n', INT), ...many] };
    const bytes = Buffer.from('{"n":1}\n'.repeat(40));
    expect(both(bytes, setup).rows[39]!.slice(0, 2)).toEqual([1, null]);
  });

  test('have digits, points and signs wherever they may stand', () => {
    const numbers = fc
      .tuple(
        fc.constantFrom('', '-'),
        fc.stringMatching(/^(0|[1-9]\d{0,17})$/),
        fc.oneof(fc.constant(''), fc.stringMatching(/^\.\d{1,17}$/)),
        fc.constantFrom('', '', '', 'e2', 'E-1'),
      )
      .map((parts) => parts.join(''));
    const types = [BIGINT, DOUBLE, decimal(10, 2), decimal(15, 15), decimal(38, 20), INT, TIMESTAMP];
    const setup = { columns: types.map((type, index) => column(`c${index}`, type)) };
    fc.assert(
      fc.property(
        fc.array(fc.array(numbers, { minLength: 8, maxLength: 8 }), { minLength: 60, maxLength: 60 }),
        (rows) => {
          const text = rows.map((row) => `{${row.map((number, index) => `"c${index}":${number}`).join()}}\n`).join('');
          // Rows that are good, so that there is a scanner.
          const good = `{${Array.from({ length: 8 }, (_, index) => `"c${index}":0`).join()}}\n`.repeat(40);
          both(Buffer.from(good + text), setup, 200);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('random rows', () => {
  test('mean what JSON.parse and plain checks say, in any order and spacing', () => {
    fc.assert(
      fc.property(fc.array(rowText, { minLength: 1, maxLength: 30 }), (rows) => {
        const bytes = Buffer.from(rows.map(({ text }) => text).join('\n'));
        const { rows: decoded } = decodeAll(decoderOf(everyType), bytes, everyType, 7);
        expect(decoded).toEqual(rows.map(oracle).filter((row) => row !== null));
      }),
      { numRuns: 100 },
    );
  }, 30_000);

  /** Rows in one order, so that scanners are made, with other rows in between, and some bytes changed. */
  const bytesOfRows = fc
    .tuple(
      fc.array(
        fc.tuple(
          ...['i', 'big', 'm', 'd', 's', 't', 'ok', 'j'].map((name) =>
            valueTexts[name]!.map((text) => `"${name}":${text}`),
          ),
        ),
        {
          minLength: 30,
          maxLength: 60,
        },
      ),
      fc.array(rowText, { maxLength: 10 }),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 20 }),
    )
    .map(([regular, others, flips]) => {
      const rows = regular.map((fields) => `{${fields.join()}}`);
      others.forEach(({ text }, index) => rows.splice(20 + index * 3, 0, text));
      const bytes = Buffer.from(`${rows.join('\n')}\n`);
      const plainStart = bytes.indexOf('\n') * 17;
      for (const [at, byte] of flips) bytes[Math.min(bytes.length - 1, plainStart + (at % bytes.length))] = byte;
      return bytes;
    });

  test('with changed bytes give the same by scanner and by plain parser, however they are cut', () => {
    fc.assert(
      fc.property(bytesOfRows, fc.integer({ min: 1, max: 50 }), (bytes, rowsMax) => {
        const plain = decodeAll(decoderOf({ ...everyType, scan: false }), bytes, everyType);
        const scanning = decoderOf(everyType);
        expect(decodeAll(scanning, bytes, everyType)).toEqual(plain);
        // Again with the scanners that were learned, over bytes with room behind them.
        const roomy = Buffer.concat([bytes, Buffer.alloc(32, 34)]).subarray(0, bytes.length);
        expect(decodeAll(scanning, roomy, everyType, rowsMax)).toEqual(plain);
      }),
      { numRuns: 100 },
    );
  }, 30_000);

  test('tell the first refused rows and count the others, and accept the same', () => {
    fc.assert(
      fc.property(bytesOfRows, fc.nat(5), (bytes, refusedMax) => {
        const all = decoderOf(everyType).decode(bytes, 0, bytes.length, 1000);
        const few = decoderOf(everyType).decode(bytes, 0, bytes.length, 1000, refusedMax);
        expect(few.refused).toEqual(all.refused.slice(0, refusedMax));
        expect(few.rejected).toBe(all.refused.length);
        const types = everyType.columns.map(({ type }) => type);
        expect(outcomeOf(few, types).rows).toEqual(outcomeOf(all, types).rows);
        expect({ lines: few.lines, next: few.next }).toEqual({ lines: all.lines, next: all.next });
      }),
      { numRuns: 50 },
    );
  }, 30_000);

  test('give the texts of lines again, without the space around them', () => {
    const text = Buffer.from(' {"v":1} \n\n\t\r\n{"v":2}\r\n x \n{"v":3}');
    const decoder = decoderOf({ columns: [column('v', INT)] });
    expect(decoder.rawLines(text, 0, text.length, [0, 1, 3])).toEqual(['{"v":1}', '{"v":2}', '{"v":3}']);
    expect(decoder.decode(text, 0, text.length, 9).refused).toMatchObject([{ line: 2, raw: 'x' }]);
  });

  test('that give a computed column are refused', () => {
    const setup = { columns: [column('v', INT)] };
    const options = { unknownFields: 'ignore', keep: [0], rowBytesMax: 1 << 20, computed: ['c', 'd'] } as const;
    const text = Buffer.from('{"v":1}\n{"v":1,"c":null}\n{"\\u0064":2,"v":1}\n{"v":1,"e":2}');
    const decoder = new JsonDecoder(setup.columns, options);
    expect(decodeAll(decoder, text, setup).refused).toEqual([
      { line: 1, code: 'COMPUTED_COLUMN', field: 'c' },
      { line: 2, code: 'COMPUTED_COLUMN', field: 'd' },
    ]);
  });

  test('are read through a scanner once their shape is known', () => {
    const bytes = Buffer.from(`{"b":"x","a":1}\n`.repeat(100));
    const setup = { columns: [column('a', INT), column('b', STRING)] };
    const decoder = decoderOf(setup);
    decodeAll(decoder, bytes, setup);
    expect(decoder.shapesKnown).toBe(1);
  });
});

describe('rows with objects within', () => {
  const setup: Setup = {
    columns: [
      column('id', INT),
      column(rowName(['s']), BOOLEAN),
      column(leafName(['s', 'a']), INT, { required: 'NULL_NOT_ALLOWED' }),
      column(rowName(['s', 'r']), BOOLEAN),
      column(leafName(['s', 'r', 'c']), STRING),
      column(leafName(['s', 'r', 'j']), JSON_TYPE),
      column(leafName(['s', 'z']), BIGINT, { defaultValue: 7n }),
      column(rowName(['must']), BOOLEAN, { required: 'NULL_NOT_ALLOWED' }),
      column(leafName(['must', 'b']), BOOLEAN),
    ],
  };

  function modelOf({ id, s, must }: Sent): Value[] | null {
    if (typeof must !== 'object' || must === null) return null;
    if (s !== null && s !== undefined && (s.a === undefined || s.a === null)) return null;
    const there = s !== null && s !== undefined;
    const r = s?.r;
    const inner = r !== null && r !== undefined;
    const json = r?.j === undefined || r.j === null ? null : JSON.stringify(r.j);
    return [
      id ?? null,
      there ? true : null,
      s?.a ?? null,
      inner ? true : null,
      r?.c ?? null,
      json,
      there ? (s.z === null ? null : BigInt(s.z ?? 7)) : null,
      true,
      must.b ?? null,
    ];
  }

  interface Sent {
    readonly id?: number | null;
    readonly s?: {
      readonly a?: number | null;
      readonly r?: { readonly c?: string | null; readonly j?: unknown } | null;
      readonly z?: number | null;
    } | null;
    readonly must?: { readonly b?: boolean | null } | null;
  }

  const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 4 });
  const object = fc.record(
    {
      id: orNull(fc.integer()),
      s: orNull(
        fc.record(
          {
            a: orNull(fc.nat(9)),
            r: orNull(
              fc.record(
                { c: orNull(fc.string()), j: orNull(fc.constantFrom([1, { k: 2 }], {}, 'x')) },
                { requiredKeys: [] },
              ),
            ),
            z: orNull(fc.nat(99)),
            unknown: fc.constantFrom<unknown>({ a: [1] }, 3),
          },
          { requiredKeys: ['a'] },
        ),
      ),
      must: orNull(fc.record({ b: orNull(fc.boolean()) }, { requiredKeys: [] })),
      other: fc.constantFrom({ s: 1 }, null),
    },
    { requiredKeys: ['id', 'must'] },
  ) as fc.Arbitrary<Sent>;

  test('are what JSON.parse says they are, by scanner and by plain parser', () => {
    fc.assert(
      fc.property(fc.array(object, { minLength: 1, maxLength: 4 }), fc.nat(3), (shapes, keptCount) => {
        const sent = Array.from({ length: 80 }, (_, index) => shapes[Math.floor(index / 20) % shapes.length]!);
        const bytes = Buffer.from(sent.map((row) => JSON.stringify(row)).join('\n'));
        const expected = sent.flatMap((row) => {
          const values = modelOf(row);
          return values === null ? [] : [values];
        });
        const scanned = decodeAll(decoderOf(setup), bytes, setup);
        expect(scanned).toEqual(decodeAll(decoderOf({ ...setup, scan: false }), bytes, setup));
        expect(scanned.rows).toEqual(expected);
        const keep = [0, 2, 4, 8].slice(keptCount);
        const narrow = { ...setup, keep };
        expect(decodeAll(decoderOf(narrow), bytes, narrow).rows).toEqual(
          expected.map((row) => keep.map((at) => row[at])),
        );
      }),
      { numRuns: 100 },
    );
  }, 30_000);

  test('are read through a scanner once their shape is known', () => {
    const decoder = decoderOf(setup);
    const bytes = Buffer.from('{"id":1,"s":{"a":2,"r":{"c":"x"}},"must":{}}\n'.repeat(100));
    expect(decodeAll(decoder, bytes, setup).rows.length).toBe(100);
    expect(decoder.shapesKnown).toBe(1);
  });

  test('say where they are wrong, with the names around it', () => {
    const lines = [
      '{"must":{"b":3}}',
      '{"must":{"b":true,"b":true}}',
      '{"must":{"x":1}}',
      '{"must":7}',
      '{"must":{"b":tru}}',
    ];
    const strict: Setup = { ...setup, unknownFields: 'refuse' };
    expect(decodeAll(decoderOf(strict), Buffer.from(lines.join('\n')), strict).refused).toEqual([
      { line: 0, code: 'WRONG_TYPE', field: 'must.b' },
      { line: 1, code: 'DUPLICATE_KEY', field: 'must.b' },
      { line: 2, code: 'UNKNOWN_FIELD', field: 'must.x' },
      { line: 3, code: 'WRONG_TYPE', field: 'must' },
      { line: 4, code: 'MALFORMED_JSON', field: 'must.b' },
    ]);
  });

  test('are no deeper than others may be', () => {
    const deep = (levels: number): string =>
      `{"id":1,"must":{},"s":{"a":1,"r":{"j":${'['.repeat(levels)}${']'.repeat(levels)}}}}`;
    const { rows, refused } = decodeAll(decoderOf(setup), Buffer.from(`${deep(61)}\n${deep(62)}`), setup);
    expect(rows.length).toBe(1);
    expect(refused).toEqual([{ line: 1, code: 'TOO_DEEP', field: 's.r.j' }]);
  });
});
