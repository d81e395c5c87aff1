import type { StreamDefinition } from '../catalog/catalog.ts';
import { valueAt } from '../columns/value-at.ts';
import type { Column } from '../columns/column.ts';
import type { RefusedRow } from '../formats/format.ts';
import { jsonText } from '../types/json-text.ts';

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
