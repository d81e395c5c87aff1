import type { ChangeMode } from '../protocol.ts';
import { splitChangeRows } from './split-change-rows.ts';

/** A change row in its text: `op`, and the values with commas between. */
export interface ChangeText {
  readonly op: '+' | '-';
  readonly cells: readonly string[];
}

/**
 * The net change of several batches of one view. Rows stay text: equal rows have equal texts, since one encoder writes them.
 *
 * - append: all rows.
 * - upsert: the last row of each key. A key that came and went leaves its last row and its delete, since it may have been
 *   there before; one that went first and was not there in the end leaves the delete of the row as it was last sent.
 * - retract: how many more or fewer of each row there are.
 */
export class NetChange {
  readonly #mode: ChangeMode;
  readonly #key: readonly number[];
  readonly #keyed = new Map<
    string,
    { readonly first: string; readonly firstOp: string; last: string; lastOp: string }
  >();
  readonly #counts = new Map<string, number>();
  readonly #appended: string[] = [];
  /** Of the text that is held, roughly. */
  bytes = 0;

  /** `key`: positions of the key's columns. */
  constructor(mode: ChangeMode, key: readonly number[]) {
    this.#mode = mode;
    this.#key = key;
  }

  /** `rows`: change rows as JSON text without the outer brackets. */
  add(rows: Uint8Array): void {
    this.bytes += rows.length;
    const text = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength).toString('utf8');
    if (this.#mode === 'append') this.#appended.push(text);
    else for (const row of splitChangeRows(text)) this.#addRow(row);
  }

  /** Change rows as JSON text without the outer brackets, in pieces; deletes of a bag come before its inserts. */
  pieces(): readonly string[] {
    switch (this.#mode) {
      case 'append':
        return this.#appended;
      case 'upsert':
        return [...this.#keyed.values()].flatMap(netOfKey);
      case 'retract':
        return this.#netCounts();
    }
  }

  #addRow({ op, cells }: ChangeText): void {
    const row = cells.join(',');
    if (this.#mode === 'retract') {
      this.#counts.set(row, (this.#counts.get(row) ?? 0) + (op === '+' ? 1 : -1));
      return;
    }
    const key = this.#key.map((column) => cells[column]!).join(',');
    const known = this.#keyed.get(key);
    // Where a key changes again it moves to the end: rows come in the order of their last change.
    this.#keyed.delete(key);
    const first = known ?? { first: row, firstOp: op };
    this.#keyed.set(key, { first: first.first, firstOp: first.firstOp, last: row, lastOp: op });
  }

  #netCounts(): string[] {
    const gone: string[] = [];
    const come: string[] = [];
    for (const [row, count] of this.#counts) {
      for (let copy = 0; copy < -count; copy++) gone.push(`["-",${row}]`);
      for (let copy = 0; copy < count; copy++) come.push(`["+",${row}]`);
    }
    return [...gone, ...come];
  }
}

function netOfKey(change: { first: string; firstOp: string; last: string; lastOp: string }): string[] {
  if (change.lastOp === '+') return [`["+",${change.last}]`];
  if (change.firstOp === '-') return [`["-",${change.first}]`];
  return [`["+",${change.last}]`, `["-",${change.last}]`];
}
