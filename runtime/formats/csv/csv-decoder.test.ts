import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { valueAt } from '../../columns/value-at.ts';
import { encodeRows } from '../change-rows.ts';
import {
  BIGINT,
  BOOLEAN,
  DATE,
  type DataType,
  decimal,
  DOUBLE,
  INT,
  JSON_TYPE,
  STRING,
  TIMESTAMP,
} from '../../types/data-type.ts';
import type { Value } from '../../types/value.ts';
import type { DecodedRows, DecoderOptions, WireColumn } from '../format.ts';
import { CsvDecoder } from './csv-decoder.ts';
import { headerEnd } from './csv-header.ts';
import { csvRows } from './csv-rows.ts';

const column = (name: string, type: DataType, more: Partial<WireColumn> = {}): WireColumn => ({
  name,
  type,
  required: false,
  defaultValue: null,
  ...more,
});

interface Outcome {
  readonly rows: Value[][];
  readonly refused: [line: number, code: string, field: string | null][];
  readonly raw: string[];
}

/** Decodes a body in calls of at most `rowsMax` rows, as intake does. */
function decode(
  columns: readonly WireColumn[],
  body: string | Buffer,
  options: Partial<DecoderOptions> = {},
  rowsMax = 1000,
): Outcome {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body, 'utf8');
  const start = Math.max(0, headerEnd(bytes));
  const all = {
    unknownFields: 'ignore',
    keep: columns.map((_, index) => index),
    rowBytesMax: 1 << 20,
    ...options,
  } as const;
  const decoder = new CsvDecoder(columns, all, bytes.subarray(0, start));
  const outcome: Outcome = { rows: [], refused: [], raw: [] };
  let line = 0;
  for (let at = start; at < bytes.length; ) {
    const decoded: DecodedRows = decoder.decode(bytes, at, bytes.length, rowsMax);
    for (let row = 0; row < decoded.length; row++) {
      outcome.rows.push(
        all.keep.map((position, index) => valueAt(decoded.columns[index]!, columns[position]!.type, row)),
      );
    }
    const lines = decoded.refused.map((row) => row.line);
    expect(decoder.rawLines(bytes, at, decoded.next, lines)).toEqual(decoded.refused.map(({ raw }) => raw));
    for (const row of decoded.refused) outcome.refused.push([row.line + line, row.code, row.field]);
    for (const { raw } of decoded.refused) outcome.raw.push(raw);
    expect(decoded.next).toBeGreaterThan(at);
    line += decoded.lines;
    at = decoded.next;
  }
  return outcome;
}

const AB = [column('a', BIGINT), column('b', STRING)];

describe('a record', () => {
  const cases: [what: string, body: string, rows: Value[][]][] = [
    [
      'is one line',
      'a,b\n1,x\n2,y\n',
      [
        [1n, 'x'],
        [2n, 'y'],
      ],
    ],
    [
      'may end without a newline',
      'a,b\n1,x\n2,y',
      [
        [1n, 'x'],
        [2n, 'y'],
      ],
    ],
    [
      'may end with CRLF',
      'a,b\r\n1,x\r\n2,y\r\n',
      [
        [1n, 'x'],
        [2n, 'y'],
      ],
    ],
    ['has its cells in the order of the header', 'b,a\nx,1\n', [[1n, 'x']]],
    ['may have quotes', 'a,b\n"1","x, y"\n', [[1n, 'x, y']]],
    [
      'has quotes doubled',
      'a,b\n1,"say ""hi"""\n2,""""\n',
      [
        [1n, 'say "hi"'],
        [2n, '"'],
      ],
    ],
    [
      'may go over lines',
      'a,b\r\n1,"x\r\ny\n"\r\n2,z\r\n',
      [
        [1n, 'x\r\ny\n'],
        [2n, 'z'],
      ],
    ],
    [
      'has empty cells for NULL',
      'a,b\n,\n1,\n',
      [
        [null, null],
        [1n, null],
      ],
    ],
    [
      'has the empty text in quotes',
      'a,b\n1,""\n"",x\n',
      [
        [1n, ''],
        [null, 'x'],
      ],
    ],
    [
      'is nothing where the line is empty',
      'a,b\n\n1,x\n\r\n\n2,y\n\n',
      [
        [1n, 'x'],
        [2n, 'y'],
      ],
    ],
    ['keeps the spaces of texts', 'a,b\n 1 , x \n', [[1n, ' x ']]],
    ['begins behind a byte order mark', '\ufeffa,b\n1,x\n', [[1n, 'x']]],
    ['has names in quotes', '"a","b"\n1,x\n', [[1n, 'x']]],
    ['may have cells of no column', 'z,a,y,b,x\n?,1,"?\n?",x,\n', [[1n, 'x']]],
    ['may lack columns', 'b\nx\n', [[null, 'x']]],
    ['holds any text', 'a,b\n1,Zürich 東京 👍\n', [[1n, 'Zürich 東京 👍']]],
  ];
  test.each(cases)('%s', (_what, body, rows) => {
    for (const rowsMax of [1, 2, 1000]) expect(decode(AB, body, {}, rowsMax)).toEqual({ rows, refused: [], raw: [] });
  });

  const refused: [what: string, record: string, code: string, field: string | null][] = [
    ['has a cell too few', '1', 'MALFORMED_CSV', null],
    ['has a cell too many', '1,x,', 'MALFORMED_CSV', null],
    ['has a quote within a plain cell', '1,5" pipe', 'MALFORMED_CSV', null],
    ['has text behind a quote', '1,"x"y', 'MALFORMED_CSV', null],
    ['holds no such number', 'one,x', 'WRONG_TYPE', 'a'],
    ['holds a part of a number', '1x,x', 'WRONG_TYPE', 'a'],
    ['holds a broken number', '1.5,x', 'WRONG_TYPE', 'a'],
    ['holds spaces for a number', '  ,x', 'WRONG_TYPE', 'a'],
    ['holds a number beyond its type', '9223372036854775808,x', 'OUT_OF_RANGE', 'a'],
  ];
  test.each(refused)('that %s is refused alone', (_what, record, code, field) => {
    for (const rowsMax of [1, 1000]) {
      expect(decode(AB, `a,b\n1,before\n${record}\n2,after\n`, {}, rowsMax)).toEqual({
        rows: [
          [1n, 'before'],
          [2n, 'after'],
        ],
        refused: [[1, code, field]],
        raw: [record],
      });
    }
  });

  test('whose quotes are never closed ends with the body', () => {
    expect(decode(AB, 'a,b\n1,x\n2,"y\n3,z\n')).toEqual({
      rows: [[1n, 'x']],
      refused: [[1, 'MALFORMED_CSV', null]],
      raw: ['2,"y\n3,z'],
    });
  });

  test('that is not UTF-8 or too large is refused alone', () => {
    const bad = Buffer.concat([Buffer.from('a,b\n1,x\n2,'), Buffer.from([0xff, 0xfe]), Buffer.from('\n3,z\n')]);
    expect(decode(AB, bad).rows).toEqual([
      [1n, 'x'],
      [3n, 'z'],
    ]);
    expect(decode(AB, bad).refused).toEqual([[1, 'INVALID_UTF8', null]]);
    const large = `a,b\n1,x\n2,"${'y\n'.repeat(600_000)}"\n3,z\n`;
    expect(decode(AB, large).rows).toEqual([
      [1n, 'x'],
      [3n, 'z'],
    ]);
    expect(decode(AB, large).refused).toEqual([[1, 'ROW_TOO_LARGE', null]]);
  });
});

describe('a cell', () => {
  const cells: [type: DataType, text: string, value: Value][] = [
    [INT, '-7', -7],
    [INT, '1.0', 1],
    [INT, '2147483648', 'OUT_OF_RANGE'],
    [BIGINT, '9223372036854775807', 9223372036854775807n],
    [DOUBLE, '1e3', 1000],
    [DOUBLE, '-0.5', -0.5],
    [DOUBLE, 'NaN', NaN],
    [DOUBLE, '-Infinity', -Infinity],
    [DOUBLE, 'nan', 'WRONG_TYPE'],
    [decimal(5, 2), '1.005', 101n],
    [decimal(5, 2), '1000', 'OUT_OF_RANGE'],
    [BOOLEAN, 'true', true],
    [BOOLEAN, 'FALSE', false],
    [BOOLEAN, 't', true],
    [BOOLEAN, '0', false],
    [BOOLEAN, 'maybe', 'WRONG_TYPE'],
    [TIMESTAMP, '2026-01-31T10:00:00.000Z', Date.parse('2026-01-31T10:00:00Z')],
    [TIMESTAMP, '2026-01-31 10:00:00', Date.parse('2026-01-31T10:00:00Z')],
    [TIMESTAMP, '1700000000000', 1_700_000_000_000],
    [TIMESTAMP, '1700000000000.9', 1_700_000_000_000],
    [TIMESTAMP, 'yesterday', 'WRONG_TYPE'],
    [TIMESTAMP, '1e30', 'OUT_OF_RANGE'],
    [DATE, '2026-01-31', 20_484],
    [DATE, '31.1.2026', 'WRONG_TYPE'],
    [JSON_TYPE, '"{""a"":[1,\n2.50]}"', '{"a":[1, 2.50]}'],
    [JSON_TYPE, '1.50', '1.50'],
    [JSON_TYPE, 'null', null],
    [JSON_TYPE, '"{""a"":}"', 'MALFORMED_JSON'],
  ];
  test.each(cells)('of type %j may be %s', (type, text, value) => {
    const { rows, refused } = decode([column('v', type), column('n', INT)], `n,v\n1,${text}\n2,${text}`);
    const wrong = ['WRONG_TYPE', 'OUT_OF_RANGE', 'MALFORMED_JSON'].includes(value as string);
    if (wrong)
      expect(refused).toEqual([
        [0, value, 'v'],
        [1, value, 'v'],
      ]);
    else
      expect(rows).toEqual([
        [value, 1],
        [value, 2],
      ]);
  });

  test('that is missing or NULL follows the declaration', () => {
    const columns = [
      column('a', BIGINT, { defaultValue: 7n }),
      column('b', STRING, { defaultValue: 'x' }),
      column('c', INT, { required: 'NULL_NOT_ALLOWED' }),
    ];
    expect(decode(columns, 'c\n1\n').rows).toEqual([[7n, 'x', 1]]);
    expect(decode(columns, 'a,b,c\n,,1\n').rows).toEqual([[null, null, 1]]);
    expect(decode(columns, 'a,c\n1,\n').refused).toEqual([[0, 'NULL_NOT_ALLOWED', 'c']]);
    expect(decode(columns, 'a\n1\n').refused).toEqual([[0, 'NULL_NOT_ALLOWED', 'c']]);
  });

  test('that nobody keeps is checked all the same', () => {
    expect(decode(AB, 'a,b\n1,x\nno,y\n', { keep: [1] })).toEqual({
      rows: [['x']],
      refused: [[1, 'WRONG_TYPE', 'a']],
      raw: ['no,y'],
    });
  });
});

describe('a header', () => {
  const bad: [what: string, header: string, message: RegExp][] = [
    ['that is missing', '\n1,x\n', /CSV_HEADER: there is no header line/],
    ['with a name twice', 'a,b,a\n1,x,2\n', /CSV_HEADER: "a" stands twice/],
    ['that names no column', '1,x\n2,y\n', /CSV_HEADER: no name in the header is a column: 1,x/],
    ['in another case', 'A,B\n2,y\n', /CSV_HEADER: no name in the header is a column: A,B/],
    ['with broken quotes', 'a,"b"c\n1,2\n', /CSV_HEADER: the quotes of the header do not fit/],
  ];
  test.each(bad)('%s refuses the body', (_what, body, message) => {
    expect(() => decode(AB, body)).toThrow(message);
  });

  test('with an unknown name is ignored, or refuses its rows', () => {
    expect(decode(AB, 'a,z\n1,x\n').rows).toEqual([[1n, null]]);
    expect(decode(AB, 'a,z\n1,x\n', { unknownFields: 'refuse' }).refused).toEqual([[0, 'UNKNOWN_FIELD', 'z']]);
    expect(decode(AB, 'a,z\n1,x\n', { computed: ['z'] }).refused).toEqual([[0, 'COMPUTED_COLUMN', 'z']]);
  });
});

test('what is written as CSV is read as it was', () => {
  const fields = [STRING, BIGINT, JSON_TYPE].map((type, index) => ({ name: `c${index}`, type, nullable: true }));
  const columns = fields.map(({ name, type }) => column(name, type));
  const text = fc.oneof(fc.string(), fc.constantFrom('', ',', '"', '""', '\n', '\r\n', 'null', ' a ', '"a",b'));
  const row = fc.tuple(
    fc.option(text),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.option(fc.jsonValue()),
  );
  fc.assert(
    fc.property(fc.array(row), fc.integer({ min: 1, max: 10 }), (rows, rowsMax) => {
      const json = rows.map(([s, n, j]) => [s, n, j === null ? null : JSON.stringify(j)] as const);
      const strings = (values: readonly (string | null)[]) => ({
        rep: 'string' as const,
        values: values.map((value) => value ?? ''),
        valid: Uint8Array.from(values, (value) => (value === null ? 0 : 1)),
      });
      const cells = [
        strings(json.map(([s]) => s)),
        { rep: 'wide' as const, values: json.map(([, n]) => n), valid: null },
        strings(json.map(([, , j]) => j)),
      ];
      const encoded = encodeRows(cells, fields, rows.length).map((chunk) => Buffer.from(chunk.rows));
      const csv = csvRows(Buffer.concat(encoded), fields);
      const expected = json.map(([s, n, j]) => [s === null ? null : Buffer.from(s).toString(), n, j]);
      const read = decode(columns, csv, {}, rowsMax);
      expect(read.refused).toEqual([]);
      expect(read.rows.map(([s, n, j]) => [s, n, normal(j)])).toEqual(expected.map(([s, n, j]) => [s, n, normal(j)]));
    }),
  );
});

/** JSON text that is NULL where it is null, as JSON rows have it. */
function normal(json: unknown): unknown {
  return json === null || json === 'null' ? null : JSON.parse(json as string);
}

test('bytes of any kind are rows or refusals, the same however they are cut', () => {
  const piece = fc.constantFrom('1', 'x', ',', '"', '""', '\n', '\r\n', ' ', '\ud800', 'é');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (pieces, rowsMax) => {
      const body = `a,b\n${pieces.join('')}`;
      expect(decode(AB, body, {}, rowsMax)).toEqual(decode(AB, body));
    }),
    { numRuns: 500 },
  );
});
