import type { ColumnDefinition, StreamDefinition } from '../catalog/catalog.ts';
import { valueAt } from '../columns/value-at.ts';
import type { Column } from '../columns/column.ts';
import type { RefusedRow } from '../formats/format.ts';
import { BIGINT, STRING, TIMESTAMP } from '../types/data-type.ts';
import { jsonText } from '../types/json-text.ts';

/** `<stream>$errors` holds the refused rows, `<stream>$late` the rows behind the watermark: streams without event time. */
export function derivedDefinitions(of: StreamDefinition): StreamDefinition[] {
  const derived = [derive(of, `${of.name}$errors`, ERROR_COLUMNS)];
  if (of.watermark) derived.push(derive(of, `${of.name}$late`, lateColumns(of)));
  return derived;
}

const ERROR_COLUMNS: readonly ColumnDefinition[] = [
  { name: 'at', type: TIMESTAMP, nullable: false, defaultValue: null },
  { name: 'row', type: BIGINT, nullable: false, defaultValue: null },
  { name: 'code', type: STRING, nullable: false, defaultValue: null },
  { name: 'field', type: STRING, nullable: true, defaultValue: null },
  { name: 'message', type: STRING, nullable: false, defaultValue: null },
  { name: 'raw', type: STRING, nullable: true, defaultValue: null },
];

function lateColumns(of: StreamDefinition): ColumnDefinition[] {
  return [
    ...of.columns.map((column) => ({ ...column, nullable: true, defaultValue: null })),
    { name: 'late_by', type: BIGINT, nullable: true, defaultValue: null },
    { name: 'watermark', type: TIMESTAMP, nullable: true, defaultValue: null },
  ];
}

function derive(of: StreamDefinition, name: string, columns: readonly ColumnDefinition[]): StreamDefinition {
  return {
    kind: 'stream',
    name,
    columns,
    primaryKey: [],
    watermark: null,
    connector: 'http',
    format: 'json',
    options: of.options['retention'] === undefined ? {} : { retention: of.options['retention'] },
    idleTimeoutMs: null,
    derivedFrom: of.name,
    sql: '',
  };
}

/** The refused rows of one body as lines of `$errors`. `at`: ms. */
export function errorLines(refused: readonly RefusedRow[], at: number): Buffer {
  const lines = refused.map(({ line, code, field, message, raw }) =>
    JSON.stringify({ at, row: line, code, field, message: wellFormed(message), raw: wellFormed(raw) }),
  );
  return Buffer.from(lines.join('\n'), 'utf8');
}

/** The late rows of one slice as lines of `$late`; `late_by` in ms. */
export function lateLines(
  definition: StreamDefinition,
  columns: readonly Column[],
  times: Float64Array,
  watermarks: Float64Array,
  length: number,
): string[] {
  const lines: string[] = [];
  const names = definition.columns.map(({ name }) => JSON.stringify(name));
  for (let row = 0; row < length; row++) {
    const lateBy = watermarks[row]! - times[row]!;
    if (lateBy <= 0) continue;
    const fields = definition.columns.map(
      ({ type }, index) => `${names[index]}:${jsonText(valueAt(columns[index]!, type, row), type)}`,
    );
    // After the end of a stream no rows come, so W(r) is finite here.
    lines.push(`{${fields.join(',')},"late_by":${lateBy},"watermark":${watermarks[row]}}`);
  }
  return lines;
}

/** Text cut between two surrogates would be no valid JSON text. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
