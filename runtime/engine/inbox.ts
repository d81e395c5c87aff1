import { allocateInts, allocateNumbers, allocateWeights } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import type { Column } from '../columns/column.ts';
import { gatherColumns } from '../operators/gather-columns.ts';
import { readRows, writeRow } from '../operators/row-cells.ts';
import type { ScanNode } from '../plan/physical-plan.ts';
import { openOperatorState } from '../state/operator-state.ts';
import { type CheckpointedState, cellKindOf, type NumberCells, type StateTable } from '../state/state.ts';
import { type DataType, DOUBLE } from '../types/data-type.ts';

/** What a view or table did that a query which rests has yet to absorb. It is state of that query, and survives with it. */
export interface Inbox {
  readonly state: CheckpointedState;
  /** Takes in what changed, as the scan sees it. */
  add(batches: readonly Batch[]): void;
  /** Everything that is in it, in order where its input has one. */
  read(): Batch[];
  /** Empties it, once what it held is absorbed. */
  clear(): void;
}

export function openInbox(scan: ScanNode, hashSeed: number): Inbox {
  const types = scan.edge.columns.map(({ type }) => type);
  const state = openOperatorState({ hashSeed });
  return scan.edge.mode === 'append' ? new AppendInbox(state, types) : new NetInbox(state, types);
}

/** Register: number of the last row. */
const LAST = 'last';

/** Rows of an append-only input in their order, each with its W(r). */
class AppendInbox implements Inbox {
  readonly state: CheckpointedState;
  readonly #types: readonly DataType[];
  readonly #table: StateTable;

  constructor(state: CheckpointedState, types: readonly DataType[]) {
    this.state = state;
    this.#types = types;
    this.#table = state.table('rows', { keys: [DOUBLE], values: [...types.map(cellKindOf), 'number'] });
  }

  add(batches: readonly Batch[]): void {
    for (const { length, columns, watermarks } of batches) {
      const groups = allocateInts(length);
      this.#table.resolve([this.#number(length)], length, groups);
      const lateness: Column = { rep: 'number', values: watermarks ?? allocateNumbers(length), valid: null };
      const known = watermarks ? columns.concat(lateness) : columns;
      for (let row = 0; row < length; row++) writeRow(this.#table.cells, groups[row]!, known, row);
      this.#table.touch(groups, length);
    }
  }

  read(): Batch[] {
    const groups = this.#table.live();
    if (groups.length === 0) return [];
    const [numbers] = this.#table.readKeys(groups, groups.length) as [Column & { values: Float64Array }];
    const order = Int32Array.from(groups.keys()).sort((a, b) => numbers.values[a]! - numbers.values[b]!);
    const ordered = order.map((place) => groups[place]!);
    const columns = readRows(this.#table.cells.slice(0, -1), this.#types, ordered, ordered.length);
    const watermarks = this.#watermarksOf(ordered);
    return [{ length: ordered.length, columns, weights: null, ordinals: null, watermarks }];
  }

  clear(): void {
    if (this.#table.size === 0) return;
    for (const group of this.#table.live()) this.#table.remove(group);
  }

  /** The numbers of so many new rows. */
  #number(length: number): Column {
    const last = this.state.register.get(LAST) ?? 0;
    const values = allocateNumbers(length).map((_, row) => last + row + 1);
    this.state.register.set(LAST, last + length);
    return { rep: 'number', values, valid: null };
  }

  #watermarksOf(groups: Int32Array): Float64Array | null {
    const { values, valid } = this.#table.cells.at(-1) as NumberCells;
    if (!groups.some((group) => valid[group] === 1)) return null;
    // Batches without W(r) hold no late row.
    return allocateNumbers(groups.length).map((_, row) =>
      valid[groups[row]!] === 1 ? values[groups[row]!]! : -Infinity,
    );
  }
}

/** The net change of an input whose rows come and go: at most what it held before and what it holds now. */
class NetInbox implements Inbox {
  readonly state: CheckpointedState;
  readonly #table: StateTable;

  constructor(state: CheckpointedState, types: readonly DataType[]) {
    this.state = state;
    this.#table = state.table('net', { keys: types, values: ['number'] });
  }

  add(batches: readonly Batch[]): void {
    for (const { length, columns, weights } of batches) {
      const groups = allocateInts(length);
      this.#table.resolve(columns, length, groups);
      const { values, valid } = this.#table.cells[0] as NumberCells;
      for (let row = 0; row < length; row++) {
        values[groups[row]!]! += weights?.[row] ?? 1;
        valid[groups[row]!] = 1;
      }
      this.#table.touch(groups, length);
      for (const group of new Set(groups)) if (values[group] === 0) this.#table.remove(group);
    }
  }

  read(): Batch[] {
    const groups = this.#table.live();
    if (groups.length === 0) return [];
    const columns = this.#table.readKeys(groups, groups.length);
    const { values } = this.#table.cells[0] as NumberCells;
    const rows: number[] = [];
    const signs: number[] = [];
    for (const sign of [-1, 1]) {
      for (const [place, group] of groups.entries()) {
        for (let copies = values[group]! * sign; copies > 0; copies--) {
          rows.push(place);
          signs.push(sign);
        }
      }
    }
    const weights = allocateWeights(rows.length);
    weights.set(signs);
    const gathered = gatherColumns(columns, Int32Array.from(rows), rows.length);
    return [{ length: rows.length, columns: gathered, weights, ordinals: null, watermarks: null }];
  }

  clear(): void {
    if (this.#table.size === 0) return;
    for (const group of this.#table.live()) this.#table.remove(group);
  }
}
