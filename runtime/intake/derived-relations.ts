import type { StreamDefinition } from '../catalog/catalog.ts';
import type { Column } from '../columns/column.ts';
import type { RefusedRow } from '../formats/format.ts';
import { membersText } from '../formats/row-json.ts';
import { valueAt } from '../columns/value-at.ts';
import type { DataType } from '../types/data-type.ts';
import { jsonText } from '../types/json-text.ts';
import { type ColumnTree, columnTrees } from '../types/row-columns.ts';

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
): Buffer {
  const lines: string[] = [];
  const members = columnTrees(definition.columns.map(({ name }) => name)).map((tree) =>
    memberWriter(tree, definition, columns),
  );
  for (let row = 0; row < length; row++) {
    const lateBy = watermarks[row]! - times[row]!;
    if (lateBy <= 0) continue;
    let line = '{';
    for (const member of members) line += member(row);
    // After the end of a stream no rows come, so W(r) is finite here.
    lines.push(`${line}"late_by":${lateBy},"watermark":${watermarks[row]}}\n`);
  }
  return Buffer.from(lines.join(''), 'utf8');
}

type MemberWriter = (row: number) => string;

/** Writes `"name":value,` of a row. All rows of a body can be late, and they are written in one go: this is a hot loop. */
function memberWriter(
  tree: ColumnTree,
  { columns: fields }: StreamDefinition,
  columns: readonly Column[],
): MemberWriter {
  if (tree.kind === 'row') return (row) => `${membersText([tree], fields, columns, row)},`;
  const name = `${JSON.stringify(tree.name)}:`;
  const cell = cellWriter(columns[tree.index]!, fields[tree.index]!.type);
  return (row) => `${name}${cell(row)},`;
}

/** A time is written in ms: that is quicker to write and to read again than its text. */
function cellWriter(column: Column, type: DataType): MemberWriter {
  const { valid } = column;
  if (column.rep === 'number' && (type.kind === 'int' || type.kind === 'bigint' || type.kind === 'timestamp')) {
    const { values } = column;
    return (row) => (valid !== null && valid[row] === 0 ? 'null' : String(values[row]));
  }
  return (row) => jsonText(valueAt(column, type, row), type);
}

const SURROGATE = /[\ud800-\udfff]/;

/** Text cut between two surrogates would be no valid JSON text. */
function wellFormed(text: string): string {
  return SURROGATE.test(text) ? Buffer.from(text, 'utf8').toString('utf8') : text;
}
