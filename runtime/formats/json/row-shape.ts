import { MEMBERS_MAX, type RowParser } from './row-parser.ts';

/** More bytes than this between values is no shape worth learning. */
const LITERALS_BYTES_MAX = 64 * 1024;

/**
 * What equal rows have in common: the bytes before, between and behind their values (names, spacing, brackets, the
 * newline) and the column of each value (-1: none). A row whose bytes there are the same has the same fields in the
 * same order, hence none twice and none missing that the first had.
 */
export interface RowShape {
  /** One more than `columns`. */
  readonly literals: readonly Buffer[];
  readonly columns: readonly number[];
  /** Objects around each value. */
  readonly depths: readonly number[];
  /** ROWs that have an object: their names and brackets are literals, their values stand among the others. */
  readonly objects: readonly number[];
}

/** The shape of the row that the parser read last, from `start` to its newline; null when it has none worth learning. */
export function shapeOf(parser: RowParser, buffer: Buffer, start: number, newline: number): RowShape | null {
  const count = parser.memberCount;
  if (count === 0 || count > MEMBERS_MAX || parser.objects.length === MEMBERS_MAX) return null;
  const literals: Buffer[] = [];
  let from = start;
  let bytes = 0;
  for (let index = 0; index < count; index++) {
    literals.push(Buffer.from(buffer.subarray(from, parser.memberStarts[index]!)));
    bytes += literals[index]!.length;
    from = parser.memberEnds[index]!;
  }
  literals.push(Buffer.from(buffer.subarray(from, newline + 1)));
  if (bytes > LITERALS_BYTES_MAX) return null;
  return {
    literals,
    columns: Array.from(parser.memberColumns.subarray(0, count)),
    depths: Array.from(parser.memberDepths.subarray(0, count)),
    objects: [...parser.objects],
  };
}

/** Whether the row that the parser read last has this shape. */
export function hasShape(shape: RowShape, parser: RowParser, buffer: Buffer, start: number, newline: number): boolean {
  const count = shape.columns.length;
  if (parser.memberCount !== count) return false;
  let from = start;
  for (let index = 0; index <= count; index++) {
    const literal = shape.literals[index]!;
    const to = index < count ? parser.memberStarts[index]! : newline + 1;
    if (to - from !== literal.length || literal.compare(buffer, from, to) !== 0) return false;
    if (index < count) from = parser.memberEnds[index]!;
  }
  return true;
}
