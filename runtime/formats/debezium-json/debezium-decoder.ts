import { allocateInts, allocateWeights } from '../../columns/allocator.ts';
import type { Column } from '../../columns/column.ts';
import { concatColumns } from '../../columns/concat-columns.ts';
import { gather } from '../../columns/gather.ts';
import { assert } from '../../errors/assert.ts';
import type { ErrorCode } from '../../errors/problem.ts';
import type { DecodedRows, DecoderOptions, RefusedRow, RowDecoder, WireColumn } from '../format.ts';
import { JsonDecoder } from '../json/json-decoder.ts';
import { rawLines } from '../line-spans.ts';
import { acceptedLines, EnvelopeReader, type Message } from './envelope.ts';
import { SchemaCheck } from './schema-check.ts';
import { TextLines } from './text-lines.ts';

/** What one message does: the line of `before` among the rows that go, that of `after` among those that come; -1: none. */
interface Change {
  readonly line: number;
  readonly gone: number;
  readonly come: number;
}

type Refusal = Pick<RefusedRow, 'line' | 'code' | 'field' | 'message'>;

/**
 * Changes of a database to rows that come and go. Messages are read first, then the rows in them by two decoders of
 * plain rows. With a key, a row that goes needs the columns of the key only, and an update replaces by itself; without
 * one, both rows are whole.
 */
export class DebeziumDecoder implements RowDecoder {
  readonly #columns: readonly WireColumn[];
  readonly #keep: readonly number[];
  readonly #keyed: boolean;
  readonly #envelopes: EnvelopeReader;
  readonly #schemas: SchemaCheck;
  readonly #gone: JsonDecoder;
  readonly #come: JsonDecoder;

  constructor(columns: readonly WireColumn[], options: DecoderOptions) {
    this.#columns = columns;
    this.#keep = options.keep;
    this.#keyed = columns.some(({ required }) => required === 'NULL_KEY');
    this.#envelopes = new EnvelopeReader(options.rowBytesMax);
    this.#schemas = new SchemaCheck(columns);
    this.#gone = new JsonDecoder(this.#keyed ? columns.map(keyOnly) : columns, options);
    this.#come = new JsonDecoder(columns, options);
  }

  decode(bytes: Buffer, start: number, end: number, rowsMax: number): DecodedRows {
    const { messages, refused, next, lines } = this.#envelopes.read(bytes, start, end, Math.max(1, rowsMax >> 1));
    const gone = new TextLines();
    const come = new TextLines();
    const refusals: Refusal[] = [];
    const changes = messages.flatMap((message) => {
      const change = this.#changeOf(message, gone, come);
      if (!('code' in change)) return [change];
      refusals.push(change);
      return [];
    });
    const before = decodeAll(this.#gone, gone);
    const after = decodeAll(this.#come, come);
    const bad = [...faultsOf(changes, 'gone', before), ...faultsOf(changes, 'come', after)];
    const badLines = new Set(bad.map(({ line }) => line));
    const good = changes.filter(({ line }) => !badLines.has(line));
    const all = this.#shown([...refused, ...refusals, ...firstOfLine(bad)], bytes, start, next);
    return { ...this.#rowsOf(good, before, after), next, lines, refused: all };
  }

  #changeOf(message: Message, gone: TextLines, come: TextLines): Change | Refusal {
    const { line, row, op, schema } = message;
    const fault = schema === null ? null : this.#schemas.faultOf(schema);
    if (fault) return { line, code: 'WRONG_TYPE', ...fault };
    const there = ({ valid }: Column): boolean => valid === null || valid[row] !== 0;
    const needs = needsOf(op, this.#keyed);
    if (needs === null) return badOp(line, op);
    for (const name of ['before', 'after'] as const) {
      if (needs[name] === 'must' && !there(message[name])) return missing(line, op!, name, this.#keyed);
    }
    const goes = needs.before !== 'never' && there(message.before);
    const comes = needs.after !== 'never';
    return {
      line,
      gone: goes ? gone.add(message.before, row) : -1,
      come: comes ? come.add(message.after, row) : -1,
    };
  }

  /** The rows in the order of their lines, what goes before what comes. */
  #rowsOf(
    changes: readonly Change[],
    before: Decoded,
    after: Decoded,
  ): Pick<DecodedRows, 'length' | 'columns' | 'weights' | 'lineOf'> {
    const length = changes.reduce((sum, { gone, come }) => sum + Number(gone >= 0) + Number(come >= 0), 0);
    const picked = allocateInts(length);
    const weights = allocateWeights(length);
    const lineOf = allocateInts(length);
    let at = 0;
    for (const { line, gone, come } of changes) {
      if (gone >= 0) {
        picked[at] = before.rowOf[gone]!;
        weights[at] = -1;
        lineOf[at++] = line;
      }
      if (come >= 0) {
        picked[at] = before.rows.length + after.rowOf[come]!;
        weights[at] = 1;
        lineOf[at++] = line;
      }
    }
    const lengths = [before.rows.length, after.rows.length];
    const columns = this.#keep.map((column, index) => {
      const parts = [before.rows.columns[index]!, after.rows.columns[index]!];
      return gather(concatColumns(parts, lengths, this.#columns[column]!.type), picked, length);
    });
    return { length, columns, weights, lineOf };
  }

  rawLines(bytes: Buffer, start: number, end: number, lines: readonly number[]): readonly string[] {
    return rawLines(bytes, start, end, lines);
  }

  #shown(refusals: readonly Refusal[], bytes: Buffer, start: number, end: number): RefusedRow[] {
    const sorted = [...refusals].sort((a, b) => a.line - b.line);
    const raw = rawLines(
      bytes,
      start,
      end,
      sorted.map(({ line }) => line),
    );
    return sorted.map((refusal, index) => ({ ...refusal, raw: raw[index]! }));
  }
}

type Need = 'must' | 'may' | 'never';

/** Which rows an op needs; null: it is none that a relation of rows can follow. */
function needsOf(op: string | null, keyed: boolean): { readonly before: Need; readonly after: Need } | null {
  switch (op) {
    case 'c':
    case 'r':
      return { before: 'never', after: 'must' };
    case 'u':
      return { before: keyed ? 'may' : 'must', after: 'must' };
    case 'd':
      return { before: 'must', after: 'never' };
    default:
      return null;
  }
}

function badOp(line: number, op: string | null): Refusal {
  if (op === null) return { line, code: 'NULL_NOT_ALLOWED', field: 'op', message: 'field "op" is missing' };
  const meaning = op === 't' ? ' (a truncation names no rows)' : '';
  return {
    line,
    code: 'WRONG_TYPE',
    field: 'op',
    message: `${JSON.stringify(op.slice(0, 20))} is no op that is followed: c, r, u or d${meaning}`,
  };
}

function missing(line: number, op: string, field: 'before' | 'after', keyed: boolean): Refusal {
  const hint = field === 'before' && !keyed ? ': let the database log whole rows (REPLICA IDENTITY FULL)' : '';
  return { line, code: 'NULL_NOT_ALLOWED', field, message: `op ${JSON.stringify(op)} needs "${field}"${hint}` };
}

function keyOnly(column: WireColumn): WireColumn {
  return column.required === 'NULL_KEY' ? column : { ...column, required: false, defaultValue: null };
}

interface Decoded {
  readonly rows: DecodedRows;
  /** Row of each line; -1 where it was refused. */
  readonly rowOf: Int32Array;
}

function decodeAll(decoder: JsonDecoder, lines: TextLines): Decoded {
  const bytes = lines.bytes();
  const rows = decoder.decode(bytes, 0, bytes.length, Math.max(1, lines.count));
  assert(rows.lines === lines.count, 'every row of the messages is read');
  const rowOf = allocateInts(lines.count).fill(-1);
  for (const [row, line] of acceptedLines(rows).entries()) rowOf[line] = row;
  return { rows, rowOf };
}

/** The refusals of rows as refusals of their messages. */
function faultsOf(changes: readonly Change[], part: 'gone' | 'come', { rows }: Decoded): Refusal[] {
  if (rows.refused.length === 0) return [];
  const lineOf = new Map(changes.map((change) => [change[part], change.line]));
  const name = part === 'gone' ? 'before' : 'after';
  return rows.refused.map(({ line, code, field, message }) => {
    return { line: lineOf.get(line)!, code: code as ErrorCode, field: field ?? name, message: `${name}: ${message}` };
  });
}

function firstOfLine(refusals: readonly Refusal[]): Refusal[] {
  const first = new Map<number, Refusal>();
  for (const refusal of refusals) if (!first.has(refusal.line)) first.set(refusal.line, refusal);
  return [...first.values()];
}
