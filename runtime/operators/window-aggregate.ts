import { allocateInts, allocateNumbers } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import type { Column, NumberColumn } from '../columns/column.ts';
import { gather } from '../columns/gather.ts';
import type { Counters } from '../dstream/dstream.ts';
import type { WindowAggregateNode } from '../plan/physical-plan.ts';
import type { OperatorState } from '../state/state.ts';
import { openOperatorState } from '../state/operator-state.ts';
import { type DataType, TIMESTAMP } from '../types/data-type.ts';
import type { Schema } from '../types/schema.ts';
import { WindowBounds } from '../windows/window-bounds.ts';
import { type AggregateTable, PanedAggregates } from './aggregate-tables.ts';
import { type BucketRows, bucketRows, bucketRowsByValue } from './bucket-rows.ts';
import { finalGroups } from './final-groups.ts';
import { constantColumn } from './gather-columns.ts';
import { GroupChanges } from './group-changes.ts';
import { type FailedGroup, groupFailure } from './group-failure.ts';
import { nullEventTime, untoldWindow } from './window-failure.ts';

/** Above it, adding a row to each of its windows costs less than merging a window from its panes. */
const PANES_PER_WINDOW_MAX = 256;

/** Register: every window that ends at or before it has closed. */
const CLOSED = 'closed';

export interface WindowAggregateOptions {
  readonly node: WindowAggregateNode;
  readonly input: Schema;
  /** Whether the input's watermark bounds the window's time column: else no row is late and windows close at the end. */
  readonly bounded: boolean;
  readonly state: OperatorState;
  readonly seed: number;
  readonly counters: Counters;
}

/**
 * Aggregates over event-time windows of an append-only input. Each row counts in each of its windows whose end is above
 * the row's own watermark W(r), so that the cut into micro-batches never changes a result.
 *
 * With `emit: final` and windows that overlap, rows are added to panes and a window is merged from its panes when it
 * closes:
 *
 *     panes          0    2    4    6    8       (size 6, slide 2)
 *     window [0,6)   |----|----|----|
 *     window [2,8)        |----|----|----|
 *
 * A late row that only some of its windows may still count goes to a side pane, keyed by the end of the first window
 * that may, and is merged by windows that end there or later. Otherwise (one window per row, very fine panes, or
 * `emit: update`, which needs every open window's current result) rows are added to each of their windows directly.
 */
export class WindowAggregate {
  readonly #node: WindowAggregateNode;
  readonly #input: Schema;
  readonly #bounds: WindowBounds;
  readonly #bounded: boolean;
  readonly #state: OperatorState;
  readonly #counters: Counters;
  /** Columns of the input that the aggregates read. */
  readonly #read: readonly number[];
  readonly #resultTypes: readonly DataType[];
  /** By pane start, or by window end where rows go to windows directly. */
  readonly #tables: PanedAggregates;
  /** By pane start; its first key is the end of the first window that counts the group. Null: rows go to windows. */
  readonly #side: PanedAggregates | null;
  /** Where windows are merged. */
  readonly #scratch: PanedAggregates;
  #groups = allocateInts(0);
  /** By window end: what the running micro-batch changes. */
  readonly #changes = new Map<number, GroupChanges>();

  constructor({ node, input, bounded, state, seed, counters }: WindowAggregateOptions) {
    this.#node = node;
    this.#input = input;
    this.#bounds = new WindowBounds(node.window);
    this.#bounded = bounded;
    this.#state = state;
    this.#counters = counters;
    this.#read = columnsRead(node);
    this.#resultTypes = node.aggregates.map((call) => call.type);
    const keys = node.keys.map((column) => input[column]!.type);
    const { aggregates: calls } = node;
    const shared = { calls, retracts: false, counted: node.emit === 'update' };
    this.#tables = new PanedAggregates(state, { name: 'groups', keys, ...shared });
    this.#side = this.#usesPanes()
      ? new PanedAggregates(state, { name: 'late', keys: [TIMESTAMP, ...keys], ...shared })
      : null;
    this.#scratch = new PanedAggregates(openOperatorState({ hashSeed: seed }), { name: 'merged', keys, ...shared });
  }

  /** One micro-batch: its rows, then its watermark. */
  process(batches: readonly Batch[], watermark: number): Batch[] {
    for (const batch of batches) if (batch.length > 0) this.#absorb(batch);
    const out = [...this.#collectChanges()];
    const reached = this.#bounded || watermark === Infinity ? watermark : -Infinity;
    if (reached > this.#closed()) out.push(...this.#close(reached));
    return out.filter((batch) => batch.length > 0);
  }

  /** End of the first open window that has rows, ms; null when none has. */
  nextClose(): number | null {
    const panes = [...this.#tables.panes(), ...(this.#side?.panes() ?? [])];
    if (panes.length === 0) return null;
    const first = Math.min(...panes);
    if (this.#side === null) return first;
    const closed = this.#closed();
    const open = closed === -Infinity ? -Infinity : this.#bounds.firstEnd(closed);
    return Math.max(open, this.#bounds.firstEnd(first));
  }

  #usesPanes(): boolean {
    const { panesPerWindow, size, slide } = this.#bounds;
    return this.#node.emit === 'final' && slide < size && panesPerWindow <= PANES_PER_WINDOW_MAX;
  }

  #closed(): number {
    return this.#state.register.get(CLOSED) ?? -Infinity;
  }

  #absorb(batch: Batch): void {
    const { length } = batch;
    if (this.#absorbInOnePane(batch)) return;
    const windows = new RowWindows(length, this.#bounds, this.#side !== null);
    this.#placeRows(windows, batch);
    if (this.#side === null) {
      for (const part of bucketRows(windows.first, windows.last, this.#bounds.slide, length)) {
        this.#add(this.#tables, part, batch, null);
      }
      return;
    }
    for (const part of bucketRowsByValue(windows.panes, length)) this.#add(this.#tables, part, batch, null);
    if (windows.sidePanes === null) return;
    for (const part of bucketRowsByValue(windows.sidePanes, length))
      this.#add(this.#side, part, batch, windows.firstEnds);
  }

  /**
   * The usual batch: all rows lie in one pane and all of its windows count them. Such a batch goes on as it is. False,
   * and nothing done, for any other.
   */
  #absorbInOnePane(batch: Batch): boolean {
    const { columns, length, watermarks } = batch;
    const bounds = this.#bounds;
    const times = columns[this.#node.time] as NumberColumn;
    if (times.valid !== null) return false;
    const pane = bounds.paneOf(times.values[0]!);
    if (!allWithin(times, length, pane, pane + bounds.pane)) return false;
    const first = bounds.firstEnd(pane);
    const last = bounds.lastEnd(pane);
    if (first > last || first <= this.#closed()) return false;
    if (this.#bounded && watermarks !== null && !allBelow(watermarks, length, first)) return false;
    if (this.#side !== null) this.#add(this.#tables, { bucket: pane, rows: null, length }, batch, null);
    else {
      for (let end = first; end <= last; end += bounds.slide) {
        this.#add(this.#tables, { bucket: end, rows: null, length }, batch, null);
      }
    }
    return true;
  }

  /** Finds the windows that count each row. Neighbours mostly share a pane, so its windows are looked up once. */
  #placeRows(windows: RowWindows, { columns, length, watermarks }: Batch): void {
    const bounds = this.#bounds;
    const { values, valid } = columns[this.#node.time] as NumberColumn;
    const judged = this.#bounded ? watermarks : null;
    const closed = this.#closed();
    let pane = Number.NaN;
    let paneEnd = Number.NaN;
    let first = 0;
    let last = 0;
    let late = 0;
    for (let row = 0; row < length; row++) {
      if (valid !== null && valid[row] === 0) {
        this.#counters.fail(nullEventTime(this.#input, columns, row));
        continue;
      }
      const time = values[row]!;
      if (!(time >= pane && time < paneEnd)) {
        pane = bounds.paneOf(time);
        paneEnd = pane + bounds.pane;
        first = bounds.firstEnd(pane);
        last = bounds.lastEnd(pane);
      }
      if (first > last) continue; // in a gap between windows
      const ended = judged === null ? closed : Math.max(closed, judged[row]!);
      if (first > ended) windows.place(row, pane, first, last);
      else if (last > ended) windows.placeLate(row, pane, bounds.firstEndAbove(first, ended), last);
      else late++;
    }
    this.#counters.late += late;
  }

  /** `firstEnds`: per row of the batch, for side panes. */
  #add(tables: PanedAggregates, part: BucketRows, batch: Batch, firstEnds: Float64Array | null): void {
    const { rows, length } = part;
    const columns = [...batch.columns];
    if (rows !== null) for (const column of this.#read) columns[column] = gather(columns[column]!, rows, length);
    const keys: Column[] = this.#node.keys.map((column) => columns[column]!);
    if (firstEnds !== null) {
      const ends: Column = { rep: 'number', values: firstEnds, valid: null };
      keys.unshift(rows === null ? ends : gather(ends, rows, length));
    }
    const target = tables.getOrCreate(part.bucket);
    const groups = this.#groupsOf(length);
    target.table.resolve(keys, length, groups);
    if (this.#node.emit === 'update') this.#changesOf(part.bucket, target).note(groups, length);
    target.update(groups, length, columns, null);
  }

  /** Room for the groups of a batch, used anew by every batch. */
  #groupsOf(length: number): Int32Array {
    if (this.#groups.length < length) this.#groups = allocateInts(length);
    return this.#groups;
  }

  #changesOf(end: number, target: AggregateTable): GroupChanges {
    const known = this.#changes.get(end);
    if (known) return known;
    const made = new GroupChanges(target, this.#resultTypes, false);
    this.#changes.set(end, made);
    return made;
  }

  #collectChanges(): Batch[] {
    const ends = [...this.#changes.keys()].sort((a, b) => a - b);
    const out = ends.map((end) => {
      const { batch, failed } = this.#changes.get(end)!.collect();
      this.#fail(end, this.#tables.get(end)!, failed);
      return this.#windowBatch(end, batch);
    });
    this.#changes.clear();
    return out;
  }

  #windowBatch(end: number, batch: Batch): Batch {
    if (!this.#bounds.isTold(end)) {
      const fields = this.#node.edge.columns.slice(2);
      for (let row = 0; row < batch.length; row++) {
        this.#counters.fail(untoldWindow(fields, batch.columns, row), batch.weights?.[row] ?? 1);
      }
      return { ...batch, length: 0 };
    }
    const bounds = [constantColumn(end - this.#bounds.size, batch.length), constantColumn(end, batch.length)];
    return { ...batch, columns: [...bounds, ...batch.columns] };
  }

  /** Closes the windows that the watermark has reached, in order of their ends, and forgets what no open window needs. */
  #close(watermark: number): Batch[] {
    const closable = this.#bounds.firstEnd(watermark) - this.#bounds.slide;
    const reached = watermark === Infinity ? Infinity : closable;
    const closed = this.#closed();
    if (!(reached > closed)) return [];
    const out: Batch[] = [];
    if (this.#side !== null) this.#closeMerged(this.#side, closed, reached, out);
    else {
      for (const end of this.#tables.panes()) {
        if (end > reached) break;
        if (this.#node.emit === 'final') out.push(this.#finish(end, this.#tables.get(end)!));
        this.#tables.drop(end);
      }
    }
    this.#state.register.set(CLOSED, reached);
    return out;
  }

  #closeMerged(side: PanedAggregates, closed: number, reached: number, out: Batch[]): void {
    const panes = [...new Set([...this.#tables.panes(), ...side.panes()])].sort((a, b) => a - b);
    for (const end of this.#endsToClose(panes, closed, reached)) {
      const covered = panes.slice(lowerBound(panes, end - this.#bounds.size), lowerBound(panes, end));
      const merged = this.#merge(side, covered, end);
      if (merged !== null) out.push(this.#finish(end, merged));
      this.#scratch.drop(end);
    }
    for (const pane of panes) {
      if (this.#bounds.lastEnd(pane) > reached) break;
      this.#tables.drop(pane);
      side.drop(pane);
    }
  }

  /** Ends in (closed, reached] of windows that cover some pane, ascending. Empty stretches of time cost nothing. */
  #endsToClose(panes: readonly number[], closed: number, reached: number): number[] {
    const { slide } = this.#bounds;
    const ends: number[] = [];
    let next = closed === -Infinity ? -Infinity : this.#bounds.firstEnd(closed);
    for (const pane of panes) {
      const last = Math.min(this.#bounds.lastEnd(pane), reached);
      for (let end = Math.max(next, this.#bounds.firstEnd(pane)); end <= last; end += slide) {
        ends.push(end);
        next = end + slide;
      }
    }
    return ends;
  }

  /** The groups of a window: of its only pane where that is all there is, else merged; null when there are none. */
  #merge(side: PanedAggregates, panes: readonly number[], end: number): AggregateTable | null {
    const mains = panes.flatMap((pane) => this.#tables.get(pane) ?? []);
    const sides = panes.flatMap((pane) => side.get(pane) ?? []);
    if (sides.length === 0 && mains.length <= 1) return mains[0] ?? null;
    const merged = this.#scratch.getOrCreate(end);
    for (const main of mains) {
      const groups = main.table.live();
      merged.mergeFrom(main, groups, main.table.readKeys(groups, groups.length));
    }
    for (const late of sides) {
      const all = late.table.live();
      const firstEnds = late.table.readKeys(all, all.length)[0] as NumberColumn;
      const groups = all.filter((_, row) => firstEnds.values[row]! <= end);
      merged.mergeFrom(late, groups, late.table.readKeys(groups, groups.length).slice(1));
    }
    return merged;
  }

  #finish(end: number, target: AggregateTable): Batch {
    const { batch, failed } = finalGroups(target);
    this.#fail(end, target, failed);
    return this.#windowBatch(end, batch);
  }

  #fail(end: number, target: AggregateTable, failed: readonly FailedGroup[]): void {
    const told = this.#bounds.isTold(end);
    const fields = this.#node.edge.columns.slice(told ? 0 : 2, 2 + this.#node.keys.length);
    const bounds = told ? [end - this.#bounds.size, end] : [];
    for (const group of failed) this.#counters.fail(groupFailure(target, group, fields, bounds));
  }
}

/**
 * Where the rows of a batch go: by row its pane, or its side pane with the end of the first window that counts it; or,
 * where rows go to windows directly, the ends of its first and last window. NaN: nowhere.
 */
class RowWindows {
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly panes: Float64Array;
  sidePanes: Float64Array | null = null;
  firstEnds: Float64Array | null = null;
  readonly #byPane: boolean;

  constructor(length: number, bounds: WindowBounds, byPane: boolean) {
    this.#byPane = byPane;
    this.panes = nowhere(byPane ? length : 0);
    this.first = nowhere(byPane ? 0 : length);
    this.last = byPane || bounds.slide >= bounds.size ? this.first : nowhere(length);
  }

  /** A row that all of its windows count. */
  place(row: number, pane: number, first: number, last: number): void {
    if (this.#byPane) this.panes[row] = pane;
    else {
      this.first[row] = first;
      this.last[row] = last;
    }
  }

  /** A row that its windows count from the one that ends at `first` on. */
  placeLate(row: number, pane: number, first: number, last: number): void {
    if (!this.#byPane) return this.place(row, pane, first, last);
    this.sidePanes ??= nowhere(this.panes.length);
    this.firstEnds ??= nowhere(this.panes.length);
    this.sidePanes[row] = pane;
    this.firstEnds[row] = first;
  }
}

function allWithin({ values, ascending }: NumberColumn, length: number, from: number, to: number): boolean {
  if (ascending) return values[0]! >= from && values[length - 1]! < to;
  for (let row = 0; row < length; row++) {
    const value = values[row]!;
    if (!(value >= from && value < to)) return false;
  }
  return true;
}

function allBelow(values: Float64Array, length: number, limit: number): boolean {
  for (let row = 0; row < length; row++) if (!(values[row]! < limit)) return false;
  return true;
}

function nowhere(length: number): Float64Array {
  return allocateNumbers(length).fill(Number.NaN);
}

function columnsRead(node: WindowAggregateNode): number[] {
  const filters = node.aggregates.flatMap((call) => (call.filter === null ? [] : [call.filter]));
  return [...new Set([...node.keys, ...node.aggregates.flatMap((call) => call.args), ...filters])];
}

/** Position of the first element that is at least `value`. */
function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
