import { describe, expect, test } from 'vitest';
import {
  BIGINT,
  BOOLEAN,
  type DataType,
  decimal,
  DOUBLE,
  JSON_TYPE,
  STRING,
  TIMESTAMP,
} from '../../types/data-type.ts';
import { csvRows } from './csv-rows.ts';

function csvOf(types: readonly DataType[], rows: string): string {
  const columns = types.map((type, index) => ({ name: `c${index}`, type, nullable: true }));
  return csvRows(Buffer.from(rows, 'utf8'), columns).toString('utf8');
}

describe('a row as CSV', () => {
  const cells: [what: string, type: DataType, json: string, csv: string][] = [
    ['a number', BIGINT, '-12', '-12'],
    ['a number that JSON has as a text', BIGINT, '"9223372036854775807"', '9223372036854775807'],
    ['a decimal', decimal(10, 2), '"1.50"', '1.50'],
    ['a double that is none in JSON', DOUBLE, '"NaN"', 'NaN'],
    ['a boolean', BOOLEAN, 'true', 'true'],
    ['a time', TIMESTAMP, '"2026-01-31T10:00:00.000Z"', '2026-01-31T10:00:00.000Z'],
    ['NULL', STRING, 'null', ''],
    ['the empty text', STRING, '""', '""'],
    ['the text null', STRING, '"null"', 'null'],
    ['a text', STRING, '"Zürich 東京"', 'Zürich 東京'],
    ['a text with a comma', STRING, '"a,b"', '"a,b"'],
    ['a text with quotes', STRING, '"say \\"hi\\""', '"say ""hi"""'],
    ['a text with a line end', STRING, '"a\\r\\nb"', '"a\r\nb"'],
    ['a text with escapes', STRING, '"tab\\tback\\\\slash \\u0001"', 'tab\tback\\slash \u0001'],
    ['a text with brackets', STRING, '"[{]}"', '[{]}'],
    ['an object', JSON_TYPE, '{"a":[1,"]\\""],"b":{}}', '"{""a"":[1,""]\\""""],""b"":{}}"'],
    ['a JSON string', JSON_TYPE, '"x"', '"""x"""'],
    ['a JSON number', JSON_TYPE, '1.50', '1.50'],
  ];
  test.each(cells)('%s', (_what, type, json, csv) => {
    expect(csvOf([type, BIGINT], `[${json},1],[2,${type.kind === 'json' ? '[1]' : 3}]`)).toBe(
      `c0,c1\r\n${csv},1\r\n2,${type.kind === 'json' ? '[1]' : 3}\r\n`,
    );
  });
});

test('no rows are a header alone, and names are quoted where they need it', () => {
  const columns = ['plain', 'a,b', 'say "x"'].map((name) => ({ name, type: STRING, nullable: true }));
  expect(csvRows(Buffer.alloc(0), columns).toString()).toBe('plain,"a,b","say ""x"""\r\n');
});
