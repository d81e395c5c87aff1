import { type ReadonlySignal, signal } from '@preact/signals';
import type { ColumnJson, ErrorJson, InsertedFrame, RowErrorJson } from '../../server/protocol.ts';
import { type Answer, errorsOf } from '../net/api.ts';
import { csvAsNdjson, inputBody, type InputRows, inputRows, MEDIA_TYPES } from './input-rows.ts';

export type Inserted = Omit<InsertedFrame, 'type' | 'ref'>;

/** A row that the server did not take, with the reason and its text, to be mended. */
export interface RefusedRow {
  readonly id: number;
  readonly text: string;
  /** Its place among the rows that were sent, from 1. */
  readonly place: number;
  readonly code: string;
  readonly field: string | null;
  readonly message: string;
}

export interface Sent {
  /** Over all sendings of these rows. */
  readonly accepted: number;
  readonly refused: readonly RefusedRow[];
  readonly ordinal: number | null;
  readonly epoch: number | null;
  /** Why nothing of the body was taken at all. */
  readonly errors: readonly ErrorJson[];
}

type Insert = (body: string, type: string) => Promise<Answer<Inserted>>;

/** Sends rows to one stream, keeps what was refused, and sends that again when it is mended. */
export class RowSender {
  readonly #columns: readonly Pick<ColumnJson, 'name' | 'type'>[];
  readonly #insert: Insert;
  readonly #sending = signal(false);
  readonly #sent = signal<Sent | null>(null);
  /** Of the rows that were sent last: how they are written. */
  #shape: Pick<InputRows, 'format' | 'header'> = { format: 'ndjson', header: null };
  #lastId = 0;

  constructor(columns: readonly Pick<ColumnJson, 'name' | 'type'>[], insert: Insert) {
    this.#columns = columns;
    this.#insert = insert;
  }

  get sending(): ReadonlySignal<boolean> {
    return this.#sending;
  }

  get sent(): ReadonlySignal<Sent | null> {
    return this.#sent;
  }

  send(text: string): Promise<void> {
    return this.#send(inputRows(text), 0);
  }

  /** The refused row is to be sent with this text. */
  mend(id: number, text: string): void {
    const sent = this.#sent.peek();
    if (!sent) return;
    this.#sent.value = { ...sent, refused: sent.refused.map((row) => (row.id === id ? { ...row, text } : row)) };
  }

  sendAgain(): Promise<void> {
    const { refused = [], accepted = 0 } = this.#sent.peek() ?? {};
    return this.#send({ ...this.#shape, rows: refused.map(({ text }) => text) }, accepted);
  }

  async #send(rows: InputRows, before: number): Promise<void> {
    if (this.#sending.peek() || rows.rows.length === 0) return;
    this.#sending.value = true;
    let sent = rows;
    let answer = await this.#post(sent);
    if (rows.format === 'csv' && answer.kind === 'problem' && answer.problem.code === 'UNSUPPORTED_MEDIA_TYPE') {
      sent = csvAsNdjson(rows, this.#columns);
      answer = await this.#post(sent);
    }
    this.#shape = { format: sent.format === 'json' ? 'ndjson' : sent.format, header: sent.header };
    this.#sending.value = false;
    this.#sent.value = this.#outcome(sent, answer, before);
  }

  #post(rows: InputRows): Promise<Answer<Inserted>> {
    const format = rows.format === 'json' ? 'ndjson' : rows.format;
    return this.#insert(inputBody(rows), MEDIA_TYPES[format]);
  }

  #outcome({ rows }: InputRows, answer: Answer<Inserted>, before: number): Sent {
    if (answer.kind !== 'ok') {
      const { refused = [] } = this.#sent.peek() ?? {};
      return {
        accepted: before,
        refused: before > 0 ? refused : [],
        ordinal: null,
        epoch: null,
        errors: errorsOf(answer),
      };
    }
    const { accepted, ordinal, epoch, errors } = answer.value;
    const refused = errors.map((error) => this.#refused(error, rows));
    return { accepted: before + accepted, refused, ordinal, epoch, errors: [] };
  }

  #refused({ row, code, field, message }: RowErrorJson, rows: readonly string[]): RefusedRow {
    return { id: ++this.#lastId, text: rows[row] ?? '', place: row + 1, code, field, message };
  }
}
