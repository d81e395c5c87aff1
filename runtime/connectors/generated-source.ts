import type { Column } from '../columns/column.ts';
import type { Offset, Polled, PolledRows, PollLimit, RecordedPoll, Source } from './connector.ts';

/** Rows that are made from their number alone, so that any of them can be made again. */
export interface GeneratedRows {
  /** Infinity: no end. */
  readonly rows: number;
  /** Rows become due one by one from here on, ms; null: all of them are, from the start. */
  readonly startsAt: number | null;
  /** Clock time at which a row is due, ms. */
  dueAt(row: number): number;
  /** How many rows are due at this time (from `startsAt` on), to within some rows. */
  aboutDue(now: number): number;
  readonly bytesPerRow: number;
  /** One per declared column; null where it is not needed. */
  columns(first: number, length: number, needed: readonly boolean[] | undefined): readonly (Column | null)[];
}

/** A source of generated rows: one partition, whose offset is the number of the next row. */
export class GeneratedSource implements Source {
  readonly endless: boolean;
  readonly growing = false;
  readonly joinsPolls = true;
  readonly #generated: GeneratedRows;

  constructor(generated: GeneratedRows) {
    this.#generated = generated;
    this.endless = generated.startsAt === null;
  }

  partitions(): readonly string[] {
    return ['0'];
  }

  start(): Offset {
    return 0;
  }

  poll(_partition: string, from: Offset, { rowsMax, bytesMax, now, needed }: PollLimit): Polled {
    const first = Number(from);
    const { rows, bytesPerRow } = this.#generated;
    if (first >= rows) return { kind: 'end' };
    const ready = Math.min(rows, this.#dueBy(now)) - first;
    if (ready <= 0) return { kind: 'wait', delayMs: Math.max(1, this.#generated.dueAt(first) - now) };
    const fitting = Math.max(1, Math.floor(bytesMax / Math.max(1, bytesPerRow)));
    return this.#polled(first, Math.min(ready, Math.max(1, rowsMax), fitting), needed);
  }

  reread(_partition: string, { from, to }: RecordedPoll): PolledRows {
    return this.#polled(Number(from), Number(to) - Number(from));
  }

  close(): void {}

  #polled(first: number, length: number, needed?: readonly boolean[]): PolledRows {
    const columns = this.#generated.columns(first, length, needed);
    return { kind: 'columns', columns, length, to: first + length, check: 0 };
  }

  /** How many rows are due at this time: the estimate, put right by the rows' own times. */
  #dueBy(now: number): number {
    const generated = this.#generated;
    if (generated.startsAt === null) return Infinity;
    if (now < generated.startsAt) return 0;
    let due = generated.aboutDue(now);
    while (generated.dueAt(due) <= now) due++;
    while (due > 0 && generated.dueAt(due - 1) > now) due--;
    return due;
  }
}
