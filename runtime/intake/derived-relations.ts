import type { StreamDefinition } from '../catalog/catalog.ts';
import type { Column } from '../columns/column.ts';
import type { RefusedRow } from '../formats/format.ts';
import { membersText } from '../formats/row-json.ts';
import { columnTrees } from '../types/row-columns.ts';

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
  const trees = columnTrees(definition.columns.map(({ name }) => name));
  for (let row = 0; row < length; row++) {
    const lateBy = watermarks[row]! - times[row]!;
    if (lateBy <= 0) continue;
    const fields = membersText(trees, definition.columns, columns, row);
    // After the end of a stream no rows come, so W(r) is finite here.
    lines.push(`{${fields},"late_by":${lateBy},"watermark":${watermarks[row]}}`);
  }
  return lines;
}

const SURROGATE = /[\ud800-\udfff]/;

/** Text cut between two surrogates would be no valid JSON text. */
function wellFormed(text: string): string {
  return SURROGATE.test(text) ? Buffer.from(text, 'utf8').toString('utf8') : text;
}
