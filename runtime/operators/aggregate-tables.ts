import { allocateInts } from '../columns/allocator.ts';
import type { Column, NumberColumn } from '../columns/column.ts';
import { type AggregateSet, openPanedAggregates } from '../functions/aggregate-set.ts';
import type { AggregateCall } from '../plan/physical-plan.ts';
import type { OperatorState, Paned, StateTable } from '../state/state.ts';
import { BIGINT, type DataType } from '../types/data-type.ts';

const COUNT_ROWS: AggregateCall = {
  function: 'COUNT',
  args: [],
  argTypes: [],
  distinct: false,
  filter: null,
  type: BIGINT,
};

export interface AggregateTablesOptions {
  /** Name of the state; no other state of the operator begins with it. */
  readonly name: string;
  readonly keys: readonly DataType[];
  readonly calls: readonly AggregateCall[];
  /** Whether rows can be taken back. */
  readonly retracts: boolean;
  /** Whether each group must know its number of rows. */
  readonly counted: boolean;
}

/** Groups with their accumulators by pane, dropped whole. */
export class PanedAggregates {
  readonly #sets: Paned<AggregateSet>;
  readonly #layout: ResultLayout;

  constructor(state: OperatorState, { name, keys, calls, retracts, counted }: AggregateTablesOptions) {
    const known = calls.findIndex(
      (call) => call.function === 'COUNT' && call.args.length === 0 && call.filter === null,
    );
    const added = counted && known < 0;
    const rows = !counted ? null : added ? calls.length : known;
    this.#layout = { width: calls.length, names: calls.map((call) => call.function), rows };
    this.#sets = openPanedAggregates(added ? [...calls, COUNT_ROWS] : calls, state, { name, keys, retracts });
  }

  /** Ascending. */
  panes(): readonly number[] {
    return this.#sets.panes();
  }

  get(pane: number): AggregateTable | undefined {
    const set = this.#sets.get(pane);
    return set && new AggregateTable(set, this.#layout);
  }

  getOrCreate(pane: number): AggregateTable {
    return new AggregateTable(this.#sets.getOrCreate(pane), this.#layout);
  }

  drop(pane: number): void {
    this.#sets.drop(pane);
  }
}

interface ResultLayout {
  /** Number of aggregates that the query asked for, and what they are called. */
  readonly width: number;
  readonly names: readonly string[];
  /** Position of the aggregate that counts all rows; null where nobody needs it. */
  readonly rows: number | null;
}

/** Results of some groups, as of now. */
export interface GroupResults {
  /** One per aggregate. */
  readonly columns: readonly Column[];
  /** Number of rows of each group; null where they are not counted. */
  readonly rows: Float64Array | null;
}

/** Groups with their accumulators. */
export class AggregateTable {
  readonly #set: AggregateSet;
  readonly #layout: ResultLayout;

  constructor(set: AggregateSet, layout: ResultLayout) {
    this.#set = set;
    this.#layout = layout;
  }

  /** For keys only: its cells are the accumulators'. */
  get table(): StateTable {
    return this.#set.table;
  }

  /** Adds the rows (or takes them back, by weight) into groups that the caller has resolved. */
  update(groups: Int32Array, length: number, columns: readonly Column[], weights: Int8Array | null): void {
    this.#set.update(groups, length, columns, weights);
    this.table.touch(groups, length);
  }

  /** Adds groups of another table with the same aggregates; `keys` are theirs here. */
  mergeFrom(from: AggregateTable, groups: Int32Array, keys: readonly Column[]): void {
    const into = allocateInts(groups.length);
    this.table.resolve(keys, groups.length, into);
    this.#set.merge(from.#set, groups, into, groups.length);
    this.table.touch(into, groups.length);
  }

  /** `failed[i]` becomes 1 where a result of the group cannot be represented. */
  finish(groups: Int32Array, failed: Uint8Array): GroupResults {
    const columns = this.#set.finish(groups, groups.length, failed);
    const { width, rows } = this.#layout;
    return { columns: columns.slice(0, width), rows: rows === null ? null : (columns[rows] as NumberColumn).values };
  }

  /** The aggregate whose result of this group cannot be represented. */
  overflowing(group: number): string {
    return this.#layout.names[this.#set.overflowing(group)] ?? 'an aggregate';
  }

  remove(groups: Int32Array): void {
    this.#set.remove(groups, groups.length);
  }
}
