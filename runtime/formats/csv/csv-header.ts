import { problem } from '../../errors/problem.ts';
import type { DecoderOptions, RowRefusal, WireColumn } from '../format.ts';
import { RecordScan } from './csv-records.ts';

const HEADER_BYTES_MAX = 1 << 20;
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const UNKNOWN = -1;

/** Where the header line of a body ends, its newline included; -1 when it is not complete. */
export function headerEnd(bytes: Uint8Array): number {
  return new RecordScan().next(bytes, 0, Math.min(bytes.length, HEADER_BYTES_MAX));
}

/** What the header of a body says of its cells. */
export interface CsvHeader {
  /** By cell: the position of its column, -1 where there is none. */
  readonly columns: readonly number[];
  /** Positions of the columns that rows do not give. */
  readonly absent: readonly number[];
  /** Why no row of this body can be accepted; null: they can. */
  readonly refusal: RowRefusal | null;
}

/** @throws ProblemError CSV_HEADER when the line is no header for these columns. */
export function readHeader(line: Uint8Array, columns: readonly WireColumn[], options: DecoderOptions): CsvHeader {
  const names = namesOf(line);
  const positions = new Map(columns.map(({ name }, position) => [name, position]));
  const found = names.map((name) => positions.get(name) ?? UNKNOWN);
  const others = [...(options.computed ?? []), ...(options.unchecked ?? [])];
  const known = names.some((name, cell) => found[cell] !== UNKNOWN || others.includes(name));
  if (!known) {
    const expected = columns.map(({ name }) => name).join(', ');
    throw noHeader(`no name in the header is a column: ${excerpt(names.join(','))}`, `the columns are ${expected}`);
  }
  const given = new Set(found);
  const absent = columns.flatMap((_, position) => (given.has(position) ? [] : [position]));
  return { columns: found, absent, refusal: refusalOf(names, found, options) };
}

function refusalOf(names: readonly string[], found: readonly number[], options: DecoderOptions): RowRefusal | null {
  for (const [cell, field] of names.entries()) {
    const text = JSON.stringify(field);
    if (options.computed?.includes(field))
      return { code: 'COMPUTED_COLUMN', field, message: `${text} is computed by the server and cannot be given` };
    if (found[cell] === UNKNOWN && options.unknownFields === 'refuse' && !options.unchecked?.includes(field))
      return { code: 'UNKNOWN_FIELD', field, message: `there is no column ${text}` };
  }
  return null;
}

function namesOf(line: Uint8Array): readonly string[] {
  const text = Buffer.from(line);
  const plain = text.subarray(0, 3).equals(MARK) ? text.subarray(3) : text;
  const names = splitCells(plain.toString('utf8').replace(/\r?\n$/, ''));
  if (names.length === 1 && names[0] === '') throw noHeader('there is no header line', 'CSV begins with column names');
  const twice = names.find((name, cell) => names.indexOf(name) !== cell);
  if (twice !== undefined) throw noHeader(`${JSON.stringify(twice)} stands twice in the header`);
  return names;
}

/** The names of a header, without quotes. */
function splitCells(line: string): readonly string[] {
  const cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  for (;;) {
    const match = cell.exec(line);
    if (!match) throw noHeader(`the quotes of the header do not fit: ${excerpt(line)}`);
    cells.push(match[1] === undefined ? match[2]! : match[1].replaceAll('""', '"'));
    if (match[3] === '') return cells;
  }
}

function noHeader(message: string, hint?: string): Error {
  return problem('CSV_HEADER', message, undefined, hint);
}

function excerpt(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}...`;
}
