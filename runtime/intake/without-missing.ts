import { allocateInts } from '../columns/allocator.ts';
import { gather } from '../columns/gather.ts';
import { rawLines } from '../formats/line-spans.ts';
import { allKept, type DecodedBody, type DecodedSlice, REFUSED_KEPT } from './row-reader.ts';

/** The body with these lines refused, which take away a row that is not there. `bytes`: those of the body. */
export function withoutMissing(body: DecodedBody, missing: readonly number[], bytes: Buffer): DecodedBody {
  const gone = new Set(missing);
  const rows = body.rows.map((slice) => withoutLines(slice, gone)).filter(({ length }) => length > 0);
  const raw = rawLines(bytes, 0, bytes.length, missing.slice(0, REFUSED_KEPT));
  const refused = raw.map((text, index) => {
    const message = 'no row of the relation equals "before"';
    return { line: missing[index]!, code: 'NO_SUCH_ROW' as const, field: 'before', message, raw: text };
  });
  return {
    rows,
    length: rows.reduce((sum, { length }) => sum + length, 0),
    accepted: body.accepted - missing.length,
    refused: [...body.refused, ...refused].sort((a, b) => a.line - b.line).slice(0, REFUSED_KEPT),
    rejected: body.rejected + missing.length,
  };
}

function withoutLines({ length, columns, weights, lines }: DecodedSlice, gone: ReadonlySet<number>): DecodedSlice {
  const kept = allocateInts(length);
  let count = 0;
  for (let row = 0; row < length; row++) if (!gone.has(lines![row]!)) kept[count++] = row;
  const all = allKept(columns).map((column) => gather(column, kept, count));
  const rows = kept.subarray(0, count);
  return {
    length: count,
    columns: all,
    whole: () => all,
    weights: Int8Array.from(rows, (row) => weights![row]!),
    lines: rows.map((row) => lines![row]!),
  };
}
