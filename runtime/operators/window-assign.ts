import { allocateInts, allocateNumbers } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import type { NumberColumn } from '../columns/column.ts';
import { gatherBatch } from '../columns/gather.ts';
import type { Counters } from '../dstream/dstream.ts';
import type { WindowAssignNode } from '../plan/physical-plan.ts';
import type { Schema } from '../types/schema.ts';
import { WindowBounds } from '../windows/window-bounds.ts';
import { nullEventTime, untoldWindow } from './window-failure.ts';

/**
 * Repeats each row once per window that covers it, earliest window first, and appends window_start, window_end and
 * window_time (the last ms of the window). Copies keep their weight, ordinal and W(r).
 */
export class WindowAssign {
  readonly #time: number;
  readonly #bounds: WindowBounds;

  readonly #input: Schema;
  readonly #counters: Counters;

  constructor(node: WindowAssignNode, input: Schema, counters: Counters) {
    this.#time = node.time;
    this.#bounds = new WindowBounds(node.window);
    this.#input = input;
    this.#counters = counters;
  }

  process(batches: readonly Batch[]): Batch[] {
    return batches.map((batch) => this.#assign(batch));
  }

  #assign(batch: Batch): Batch {
    const time = batch.columns[this.#time] as NumberColumn;
    const copies = this.#countCopies(time, batch);
    const rows = allocateInts(copies);
    const starts = allocateNumbers(copies);
    const ends = allocateNumbers(copies);
    const times = allocateNumbers(copies);
    let at = 0;
    for (let row = 0; row < batch.length; row++) {
      if (time.valid !== null && time.valid[row] === 0) continue;
      const last = this.#bounds.lastEnd(time.values[row]!);
      for (let end = this.#bounds.firstEnd(time.values[row]!); end <= last; end += this.#bounds.slide) {
        if (!this.#bounds.isTold(end)) {
          this.#counters.fail(untoldWindow(this.#input, batch.columns, row), batch.weights?.[row] ?? 1);
          continue;
        }
        rows[at] = row;
        starts[at] = end - this.#bounds.size;
        ends[at] = end;
        times[at++] = end - 1;
      }
    }
    const repeated = gatherBatch(batch, rows, at);
    const bounds = [starts, ends, times].map((all) => {
      return { rep: 'number', values: all.subarray(0, at), valid: null } as const;
    });
    return { ...repeated, columns: [...repeated.columns, ...bounds] };
  }

  #countCopies(time: NumberColumn, { columns, length, weights }: Batch): number {
    let copies = 0;
    for (let row = 0; row < length; row++) {
      if (time.valid === null || time.valid[row] !== 0) copies += this.#bounds.windowsOf(time.values[row]!);
      else this.#counters.fail(nullEventTime(this.#input, columns, row), weights?.[row] ?? 1);
    }
    return copies;
  }
}
