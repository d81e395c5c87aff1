import type { Column } from '../columns/column.ts';
import type { DataType } from '../types/data-type.ts';

/**
 * Keyed state. One home owns hashing, dirty tracking, delta encoding and restore, so that no operator knows how to
 * checkpoint: an operator asks its OperatorState for tables and bags by name, works on them, and forgets about disks.
 *
 * Group ids are small dense integers, stable until the group is removed (and stable across restore), reused afterwards.
 */

/** `number`: Float64. `exact`: an integer of any size, Float64 while safe. `text`: a JS string. All can be NULL (`valid`). */
export type CellKind = 'number' | 'exact' | 'text';

export function cellKindOf(type: DataType): CellKind {
  switch (type.kind) {
    case 'bigint':
    case 'decimal':
      return 'exact';
    case 'string':
    case 'json':
      return 'text';
    case 'boolean':
    case 'int':
    case 'double':
    case 'timestamp':
    case 'date':
    case 'interval':
    case 'null':
      return 'number';
    default: {
      const never: never = type;
      return never;
    }
  }
}

/** Cells of one value column by group id. Arrays grow, so read `values` and `valid` anew after `resolve`. */
export type StateCells = NumberCells | ExactCells | TextCells;

export interface NumberCells {
  readonly kind: 'number';
  readonly values: Float64Array;
  /** 1 = value; 0 = NULL, the state of a new group (its cell is 0). */
  readonly valid: Uint8Array;
}

export interface ExactCells {
  readonly kind: 'exact';
  /** The safe integers; NaN for a group that `wide` holds, so that arithmetic on it notices. Write wide ones by `set`. */
  readonly values: Float64Array;
  readonly valid: Uint8Array;
  /** Groups whose value left the safe range; empty in the usual case. */
  readonly wide: ReadonlyMap<number, bigint>;
  get(group: number): bigint;
  /** Stores an exact value, narrow when it is safe, and sets valid. */
  set(group: number, value: bigint): void;
}

export interface TextCells {
  readonly kind: 'text';
  readonly values: string[];
  readonly valid: Uint8Array;
}

export interface TableLayout {
  readonly keys: readonly DataType[];
  readonly values: readonly CellKind[];
}

/** Key columns -> dense group id -> value cells. NULLs in keys are equal; -0 is 0; NaN equals NaN. */
export interface StateTable {
  /** Number of live groups. */
  readonly size: number;
  /** Every id is below it. */
  readonly capacity: number;
  /** Bytes that the live groups take, to within a factor of two. */
  readonly liveBytes: number;
  readonly cells: readonly StateCells[];
  /** groups[i] = id of the group of row i, made if new (zeroed, invalid cells; marked changed). */
  resolve(keys: readonly Column[], length: number, groups: Int32Array): void;
  /** As resolve, but -1 where there is none. */
  find(keys: readonly Column[], length: number, groups: Int32Array): void;
  /** Marks groups as changed since the last checkpoint; ids < 0 are skipped. */
  touch(groups: Int32Array, length: number): void;
  remove(group: number): void;
  isLive(group: number): boolean;
  /** Ids of the live groups, ascending. */
  live(): Int32Array;
  /** The key columns of these groups. */
  readKeys(groups: Int32Array, length: number): Column[];
}

export interface BagLayout {
  readonly row: readonly DataType[];
  /** Rows are chained by their first `prefix` columns. */
  readonly prefix: number;
  /** Extra cells per distinct row (such as a join's number of matches). */
  readonly values: readonly CellKind[];
}

/**
 * A multiset of rows: each distinct row has an id, a count (> 0 while it is live) and value cells, and is chained to
 * the other rows of its prefix.
 */
export interface StateBag {
  /** Number of distinct live rows. */
  readonly size: number;
  /** Bytes that they take, to within a factor of two. */
  readonly liveBytes: number;
  readonly cells: readonly StateCells[];
  /** ids[i] = id of row i, entered with count 0 if new. An id whose count is 0 is good until the next `resolve`. */
  resolve(row: readonly Column[], length: number, ids: Int32Array): void;
  find(row: readonly Column[], length: number, ids: Int32Array): void;
  count(id: number): number;
  /** Adds to the count; at 0 the row leaves the bag (its id is reused after the next `resolve`). Never below 0: asserted. */
  add(id: number, weight: number): void;
  /** Head of the chain of rows with this prefix, per probe row; -1 where none (also where a prefix cell is NULL and `nullsMatch` is false). */
  heads(prefix: readonly Column[], length: number, heads: Int32Array, nullsMatch: boolean): void;
  /** The next id in the chain, -1 at its end. Chains hold live rows only, in the order in which they entered. */
  next(id: number): number;
  touch(id: number): void;
  live(): Int32Array;
  /** Columns of these rows: `count(id)` is not repeated. */
  readRows(ids: Int32Array, length: number): Column[];
}

/**
 * Tables or bags by pane (a number such as a window's end), dropped whole. Panes iterate in ascending order. A dropped
 * table or bag must not be used any more: its memory serves the next pane (columns read from it stay good).
 */
export interface Paned<T> {
  panes(): readonly number[];
  get(pane: number): T | undefined;
  getOrCreate(pane: number): T;
  drop(pane: number): void;
}

/** Numbers that an operator keeps besides its tables (such as the highest window end it has closed). */
export interface StateRegister {
  get(name: string): number | undefined;
  set(name: string, value: number): void;
}

/** What one operator owns. Ask for everything in the constructor, always in the same order with the same layouts. */
export interface OperatorState {
  table(name: string, layout: TableLayout): StateTable;
  bag(name: string, layout: BagLayout): StateBag;
  panedTables(name: string, layout: TableLayout): Paned<StateTable>;
  panedBags(name: string, layout: BagLayout): Paned<StateBag>;
  readonly register: StateRegister;
}

/** The checkpoint side, called by the engine only. */
export interface CheckpointedState extends OperatorState {
  /** What changed since the last call (or restore), null when nothing did; afterwards nothing is dirty. */
  encodeDelta(): Uint8Array | null;
  /** All of it. Does not touch the dirty marks. */
  encodeBase(): Uint8Array;
  /** Base first, then deltas in order of epoch; call `restored` at the end. Throws AssertionError on a malformed blob. */
  applyBase(bytes: Uint8Array): void;
  applyDelta(bytes: Uint8Array): void;
  /** Rebuilds hashes and chains after the last blob. */
  restored(): void;
  readonly rows: number;
  /** Bytes held in memory, to within a factor of two. */
  readonly bytes: number;
}
