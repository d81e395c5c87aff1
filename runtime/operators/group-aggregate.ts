import { allocateInts, allocateNumbers } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import type { NumberColumn } from '../columns/column.ts';
import { gatherBatch } from '../columns/gather.ts';
import type { Counters } from '../dstream/dstream.ts';
import type { GroupAggregateNode } from '../plan/physical-plan.ts';
import type { OperatorState } from '../state/state.ts';
import type { DataType } from '../types/data-type.ts';
import { type AggregateTable, PanedAggregates } from './aggregate-tables.ts';
import { bucketRowsByValue } from './bucket-rows.ts';
import { finalGroups } from './final-groups.ts';
import { GroupChanges } from './group-changes.ts';
import { type FailedGroup, groupFailure } from './group-failure.ts';

/** Register: groups whose bound is at or below it are final and forgotten. */
const CLOSED = 'closed';
/** The bucket of groups that no time bounds: all of them without `closeBy`, else those whose bound is NULL. */
const UNBOUNDED = Number.MAX_SAFE_INTEGER;

export interface GroupAggregateOptions {
  readonly node: GroupAggregateNode;
  readonly inputTypes: readonly DataType[];
  readonly retracts: boolean;
  readonly state: OperatorState;
  readonly counters: Counters;
}

/**
 * GROUP BY without panes, over rows that may be taken back. A group is there while it has rows; without keys the only
 * group is always there. With `closeBy`, groups live in one table per bound (a window's end), which is dropped whole
 * once the watermark reaches it.
 */
export class GroupAggregate {
  readonly #node: GroupAggregateNode;
  readonly #state: OperatorState;
  readonly #counters: Counters;
  readonly #resultTypes: readonly DataType[];
  /** Whether changes must be followed: to emit them, or to remove groups whose last row is taken back. */
  readonly #tracks: boolean;
  readonly #tables: PanedAggregates;
  /** By bound: what the running micro-batch changes. */
  readonly #changes = new Map<number, GroupChanges>();

  constructor({ node, inputTypes, retracts, state, counters }: GroupAggregateOptions) {
    this.#node = node;
    this.#state = state;
    this.#counters = counters;
    this.#resultTypes = node.aggregates.map((call) => call.type);
    this.#tracks = retracts || node.emit === 'update';
    const keys = node.keys.map((column) => inputTypes[column]!);
    this.#tables = new PanedAggregates(state, {
      name: 'groups',
      keys,
      calls: node.aggregates,
      retracts,
      counted: this.#tracks,
    });
  }

  /** The row of a global aggregate before any input. */
  start(): Batch[] {
    if (!this.#isGlobal()) return [];
    const target = this.#onlyGroup();
    return this.#node.emit === 'update' ? [finalGroups(target).batch] : [];
  }

  /** One micro-batch: its rows, then its watermark. */
  process(batches: readonly Batch[], watermark: number): Batch[] {
    for (const batch of batches) this.#absorb(this.#withoutLate(batch));
    const out = this.#collectChanges();
    out.push(...this.#close(watermark));
    return out.filter((batch) => batch.length > 0);
  }

  /** The first bound that the watermark has yet to reach, ms; null when no group has one. */
  nextClose(): number | null {
    const [first = UNBOUNDED] = this.#tables.panes();
    return first === UNBOUNDED ? null : first;
  }

  #isGlobal(): boolean {
    return this.#node.keys.length === 0;
  }

  #onlyGroup(): AggregateTable {
    const target = this.#tables.getOrCreate(UNBOUNDED);
    target.table.resolve([], 1, allocateInts(1));
    return target;
  }

  /** Rows whose group is final for them: its bound is at or below W(r), or has been closed. */
  #withoutLate(batch: Batch): Batch {
    if (this.#node.closeBy === null || batch.length === 0) return batch;
    const closed = this.#state.register.get(CLOSED) ?? -Infinity;
    if (batch.watermarks === null && closed === -Infinity) return batch;
    const bound = batch.columns[this.#node.keys[this.#node.closeBy]!] as NumberColumn;
    const kept = allocateInts(batch.length);
    let count = 0;
    for (let row = 0; row < batch.length; row++) {
      const ended = Math.max(closed, batch.watermarks === null ? -Infinity : batch.watermarks[row]!);
      const bounded = bound.valid === null || bound.valid[row] !== 0;
      if (!bounded || bound.values[row]! > ended) kept[count++] = row;
    }
    this.#counters.late += batch.length - count;
    return count === batch.length ? batch : gatherBatch(batch, kept, count);
  }

  #absorb(batch: Batch): void {
    if (batch.length === 0) return;
    if (this.#node.closeBy === null) return this.#add(UNBOUNDED, batch);
    for (const { bucket, rows, length } of bucketRowsByValue(this.#boundsOf(batch, this.#node.closeBy), batch.length)) {
      this.#add(bucket, rows === null ? batch : gatherBatch(batch, rows, length));
    }
  }

  #boundsOf(batch: Batch, closeBy: number): Float64Array {
    const bounds = allocateNumbers(batch.length).fill(UNBOUNDED);
    const column = batch.columns[this.#node.keys[closeBy]!] as NumberColumn;
    for (let row = 0; row < batch.length; row++) {
      if (column.valid === null || column.valid[row] !== 0) bounds[row] = column.values[row]!;
    }
    return bounds;
  }

  #add(bound: number, batch: Batch): void {
    const target = this.#tables.getOrCreate(bound);
    const groups = allocateInts(batch.length);
    const keys = this.#node.keys.map((column) => batch.columns[column]!);
    target.table.resolve(keys, batch.length, groups);
    if (this.#tracks) this.#changesOf(bound, target).note(groups, batch.length);
    target.update(groups, batch.length, batch.columns, batch.weights);
  }

  #changesOf(bound: number, target: AggregateTable): GroupChanges {
    const known = this.#changes.get(bound);
    if (known) return known;
    const made = new GroupChanges(target, this.#resultTypes, this.#isGlobal());
    this.#changes.set(bound, made);
    return made;
  }

  /** Emits what changed (`emit: update`) and removes the groups that have no rows left. */
  #collectChanges(): Batch[] {
    const out: Batch[] = [];
    for (const bound of [...this.#changes.keys()].sort((a, b) => a - b)) {
      const { batch, gone, failed } = this.#changes.get(bound)!.collect();
      const target = this.#tables.get(bound)!;
      if (this.#node.emit === 'update') {
        this.#fail(target, failed);
        out.push(batch);
      }
      if (gone.length > 0) target.remove(gone);
    }
    this.#changes.clear();
    return out;
  }

  /** Forgets the groups that the watermark has made final; with `emit: final` their results leave now, by bound and key. */
  #close(watermark: number): Batch[] {
    const out: Batch[] = [];
    const closed = this.#state.register.get(CLOSED) ?? -Infinity;
    if (watermark <= closed) return out;
    const ends = watermark === Infinity;
    const due = this.#tables.panes().filter((bound) => (bound === UNBOUNDED ? ends : bound <= watermark));
    for (const bound of due) {
      if (this.#node.emit === 'final') out.push(this.#finish(this.#tables.get(bound)!));
      this.#tables.drop(bound);
    }
    if (due.length > 0) this.#state.register.set(CLOSED, watermark);
    return out;
  }

  #finish(target: AggregateTable): Batch {
    const { batch, failed } = finalGroups(target);
    this.#fail(target, failed);
    return batch;
  }

  #fail(target: AggregateTable, failed: readonly FailedGroup[]): void {
    const fields = this.#node.edge.columns.slice(0, this.#node.keys.length);
    for (const group of failed) this.#counters.fail(groupFailure(target, group, fields));
  }
}
