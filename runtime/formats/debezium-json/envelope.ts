import type { Column } from '../../columns/column.ts';
import { textAt } from '../../columns/text-at.ts';
import { assert } from '../../errors/assert.ts';
import { JSON_TYPE, STRING } from '../../types/data-type.ts';
import type { DecodedRows, RefusedRow, WireColumn } from '../format.ts';
import { JsonDecoder } from '../json/json-decoder.ts';
import { TextLines } from './text-lines.ts';

const OP = 0;
const BEFORE = 1;
const AFTER = 2;
const PAYLOAD = 3;
const SCHEMA = 4;

/** Stands for a payload that is missing: no JSON. A payload that is null is a tombstone. */
const NO_PAYLOAD = '-';

const COLUMNS: readonly WireColumn[] = [
  { name: 'op', type: STRING, required: false, defaultValue: null },
  { name: 'before', type: JSON_TYPE, required: false, defaultValue: null },
  { name: 'after', type: JSON_TYPE, required: false, defaultValue: null },
  { name: 'payload', type: JSON_TYPE, required: false, defaultValue: NO_PAYLOAD },
  { name: 'schema', type: JSON_TYPE, required: false, defaultValue: null },
];

/** The members of one message that matter; `row`: its place in these columns. */
export interface Message {
  /** Of those of the call. */
  readonly line: number;
  readonly row: number;
  readonly op: string | null;
  readonly before: Column;
  readonly after: Column;
  /** JSON text of the schema beside the payload. */
  readonly schema: string | null;
}

export interface Messages {
  readonly messages: readonly Message[];
  readonly refused: readonly RefusedRow[];
  readonly next: number;
  readonly lines: number;
}

/**
 * Reads lines into messages: `{"op", "before", "after", ...}`, or the same as `payload` beside a `schema`. Whatever else
 * they hold (`source`, `ts_ms`, `transaction`) is checked to be JSON and passed over. A tombstone (`null`, or a payload that
 * is null) is no message.
 */
export class EnvelopeReader {
  readonly #outer: JsonDecoder;
  readonly #inner: JsonDecoder;

  constructor(rowBytesMax: number) {
    const options = { unknownFields: 'ignore', keep: [...COLUMNS.keys()], rowBytesMax } as const;
    this.#outer = new JsonDecoder(COLUMNS, options);
    this.#inner = new JsonDecoder(COLUMNS, options);
  }

  read(bytes: Buffer, start: number, end: number, messagesMax: number): Messages {
    const outer = this.#outer.decode(bytes, start, end, messagesMax);
    const refused = outer.refused.filter(({ raw }) => raw.trim() !== 'null');
    const lineOf = acceptedLines(outer);
    const payloads = new TextLines();
    /** Row of each payload. */
    const wrapped: number[] = [];
    const messages: Message[] = [];
    for (let row = 0; row < outer.length; row++) {
      const message = messageAt(outer, row, lineOf[row]!);
      const payload = cellText(outer.columns[PAYLOAD]!, row);
      if (message.op !== null || payload === NO_PAYLOAD) messages.push(message);
      else if (payload !== null) {
        payloads.add(outer.columns[PAYLOAD]!, row);
        wrapped.push(row);
      }
    }
    if (wrapped.length === 0) return { messages, refused, next: outer.next, lines: outer.lines };
    const inner = this.#unwrap(
      outer,
      payloads,
      wrapped.map((row) => lineOf[row]!),
      wrapped,
    );
    return {
      messages: [...messages, ...inner.messages].sort((a, b) => a.line - b.line),
      refused: [...refused, ...inner.refused].sort((a, b) => a.line - b.line),
      next: outer.next,
      lines: outer.lines,
    };
  }

  #unwrap(
    outer: DecodedRows,
    payloads: TextLines,
    lines: readonly number[],
    rows: readonly number[],
  ): Pick<Messages, 'messages' | 'refused'> {
    const bytes = payloads.bytes();
    const inner = this.#inner.decode(bytes, 0, bytes.length, payloads.count);
    assert(inner.lines === payloads.count, 'every payload is read');
    const lineOf = acceptedLines(inner);
    const messages = Array.from({ length: inner.length }, (_, row) => {
      const index = lineOf[row]!;
      const schema = cellText(outer.columns[SCHEMA]!, rows[index]!);
      return { ...messageAt(inner, row, lines[index]!), schema };
    });
    const refused = inner.refused.map((each) => ({ ...each, line: lines[each.line]!, field: each.field ?? 'payload' }));
    return { messages, refused };
  }
}

function messageAt({ columns }: DecodedRows, row: number, line: number): Message {
  const schema = cellText(columns[SCHEMA]!, row);
  return { line, row, op: cellText(columns[OP]!, row), before: columns[BEFORE]!, after: columns[AFTER]!, schema };
}

function cellText(column: Column, row: number): string | null {
  assert(column.rep === 'utf8', 'a decoder gives texts as bytes');
  return column.valid !== null && column.valid[row] === 0 ? null : textAt(column, row);
}

/** The line of each accepted row. */
export function acceptedLines({ lines, refused }: DecodedRows): number[] {
  const gone = new Set(refused.map(({ line }) => line));
  return Array.from({ length: lines }, (_, line) => line).filter((line) => !gone.has(line));
}
