import type { Retention } from '../catalog/retention.ts';
import { allocateNumbers } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import type { NumberColumn } from '../columns/column.ts';
import type { ClosingColumn } from '../plan/physical-plan.ts';
import type { StateRegister } from '../state/state.ts';
import type { HeldRows } from './result-table.ts';

/** How much of the rows of closed windows is kept: since they closed (ms of the recorded clock), and bytes of all rows. */
export type RowBounds = Pick<Retention, 'ms' | 'bytes'>;

/** The time that is kept is told apart in so many cells of the clock; one more is under way. */
const CELLS = 16;
const SLOTS = CELLS + 1;
/** What is beyond its bytes is brought down to this share of them, so that rows are gone through now and then only. */
const TARGET = 31 / 32;

export interface WindowRetentionOptions {
  readonly bounds: RowBounds;
  readonly closing: ClosingColumn;
  readonly rows: HeldRows;
  readonly register: StateRegister;
}

/**
 * Lets rows of closed windows leave a result, whole windows and the oldest first. They do not change any more, so nothing
 * ever asks for them again, and nothing of it is announced.
 *
 * When a window closed is told by marks in registers, one per cell of the clock: "at this time the watermark had come so
 * far". A mark moves until its cell is over, so rows stay up to a cell longer than they must.
 */
export class WindowRetention {
  readonly #bounds: RowBounds;
  readonly #closing: ClosingColumn;
  readonly #rows: HeldRows;
  readonly #register: StateRegister;
  /** No row is held whose window ends before. */
  #oldest = -Infinity;

  constructor({ bounds, closing, rows, register }: WindowRetentionOptions) {
    this.#bounds = bounds;
    this.#closing = closing;
    this.#rows = rows;
    this.#register = register;
  }

  /** Rows come, or go. */
  note(batches: readonly Batch[]): void {
    for (const { columns, length } of batches) {
      const ends = endsOf(this.#closing, length, (column) => columns[column] as NumberColumn);
      for (let row = 0; row < length; row++) if (ends[row]! < this.#oldest) this.#oldest = ends[row]!;
    }
  }

  /** Whether something will leave by time alone. */
  mayExpire(watermark: number): boolean {
    return this.#isTimed && this.#rows.size > 0 && this.#oldest <= watermark;
  }

  /** Lets go what is beyond the bounds at this clock. Answers whether anything did, or a mark was set. */
  trim(clock: number, watermark: number): boolean {
    const horizon = this.#horizon(clock, watermark);
    const marked = this.#isTimed && this.#mark(clock, watermark);
    const tooMuch = watermark >= this.#oldest && this.#rows.size > 0 && this.#rows.bytes > this.#bounds.bytes;
    if (!tooMuch && horizon < this.#oldest) return marked;
    return this.#letGo(horizon, watermark) || marked;
  }

  get #isTimed(): boolean {
    return this.#bounds.ms > 0 && this.#bounds.ms !== Infinity;
  }

  /** Windows that end up to here closed longer ago than is kept. */
  #horizon(clock: number, watermark: number): number {
    if (this.#bounds.ms === 0) return watermark;
    let horizon = -Infinity;
    for (let slot = 0; this.#isTimed && slot < SLOTS; slot++) {
      const { at, upTo } = this.#markIn(slot);
      if (at < clock - this.#bounds.ms) horizon = Math.max(horizon, upTo);
    }
    return horizon;
  }

  #mark(clock: number, watermark: number): boolean {
    if (!Number.isFinite(clock) || !(watermark > this.#marked())) return false;
    // What it replaces is older than all that is kept.
    const slot = ((this.#cellOf(clock) % SLOTS) + SLOTS) % SLOTS;
    this.#register.set(`at ${slot}`, clock);
    this.#register.set(`up to ${slot}`, watermark);
    return true;
  }

  /** How far the watermark had come at the newest mark. */
  #marked(): number {
    let marked = -Infinity;
    for (let slot = 0; slot < SLOTS; slot++) marked = Math.max(marked, this.#markIn(slot).upTo);
    return marked;
  }

  #markIn(slot: number): { readonly at: number; readonly upTo: number } {
    const at = this.#register.get(`at ${slot}`);
    return at === undefined ? { at: Infinity, upTo: -Infinity } : { at, upTo: this.#register.get(`up to ${slot}`)! };
  }

  #cellOf(clock: number): number {
    return Math.floor((clock / this.#bounds.ms) * CELLS);
  }

  /** Whole windows: all that end up to the horizon, and the oldest closed ones while there are too many rows. */
  #letGo(horizon: number, watermark: number): boolean {
    const ids = this.#rows.live();
    const byEnd = this.#byEnd(ids);
    const most = this.#rowsThatFit();
    let left = ids.length;
    const gone: number[] = [];
    this.#oldest = Infinity;
    for (const end of [...byEnd.keys()].sort((a, b) => a - b)) {
      if (end > horizon && (end > watermark || left <= most)) {
        this.#oldest = end;
        break;
      }
      const window = byEnd.get(end)!;
      left -= window.length;
      for (const id of window) gone.push(id);
    }
    this.#rows.remove(gone);
    return gone.length > 0;
  }

  #byEnd(ids: Int32Array): Map<number, number[]> {
    const ends = endsOf(this.#closing, ids.length, (column) => this.#rows.numbers(column, ids));
    const byEnd = new Map<number, number[]>();
    for (const [place, id] of ids.entries()) {
      const end = ends[place]!;
      const window = byEnd.get(end);
      if (window) window.push(id);
      else byEnd.set(end, [id]);
    }
    return byEnd;
  }

  /** Number of rows that the bytes allow, by what a row takes on average now. */
  #rowsThatFit(): number {
    const { bytes, size } = this.#rows;
    return bytes > this.#bounds.bytes ? Math.floor(size * (this.#bounds.bytes / bytes) * TARGET) : Infinity;
  }
}

/** By row, what the watermark must reach to settle it. */
function endsOf(
  { column, other, offset }: ClosingColumn,
  length: number,
  numbers: (column: number) => NumberColumn,
): Float64Array {
  const { values, valid } = numbers(column);
  const others = other === undefined || valid === null ? null : numbers(other).values;
  const ends = allocateNumbers(length);
  for (let row = 0; row < length; row++)
    ends[row] = (others !== null && valid![row] === 0 ? others[row]! : values[row]!) + offset;
  return ends;
}
