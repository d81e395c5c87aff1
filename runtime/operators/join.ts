import { allocateInts, allocateNumbers, allocateWeights } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import type { Column } from '../columns/column.ts';
import { concatBatches } from '../columns/concat-columns.ts';
import { gather, gatherBatch } from '../columns/gather.ts';
import { nullColumn } from '../columns/null-column.ts';
import type { Counters } from '../dstream/dstream.ts';
import type { JoinNode } from '../plan/physical-plan.ts';
import type { OperatorState, StateBag } from '../state/state.ts';
import type { DataType } from '../types/data-type.ts';
import { type BucketRows, bucketRowsByValue } from './bucket-rows.ts';
import { ascending, sortedRows } from './compare-cells.ts';
import { gatherColumns } from './gather-columns.ts';
import { JoinOrder, type SideBatch } from './join-order.ts';
import { JoinOutput } from './join-output.ts';
import { JoinSide, UNBOUNDED, degreeOf, hasValue, setDegree } from './join-side.ts';
import type { PairFilter } from './pair-filter.ts';

/** Register: rows of windows that end at or before it are forgotten. */
const CLOSED = 'closed';

export interface JoinOptions {
  readonly node: JoinNode;
  readonly leftTypes: readonly DataType[];
  readonly rightTypes: readonly DataType[];
  /** Whether rows can be taken back, on either side. */
  readonly retracts: boolean;
  /** Keeps the pairs (left columns, then right) that satisfy the residual condition; null keeps all. */
  readonly filter: PairFilter | null;
  readonly state: OperatorState;
  readonly seed: number;
  readonly counters: Counters;
}

/**
 * Equi-join of two bags of rows. A batch of one side meets the other side as it stands and is then entered itself, so
 * that of two batches dA and dB each of dA x B, A x dB and dA x dB is counted once. A row of an outer side knows its
 * degree, the number of partner rows that match it: at degree 0 it is in the result padded with NULLs, at once with
 * `emit: update` (and taken back when its first partner comes), or once its window has ended with `emit: final`.
 */
export class Join {
  readonly #node: JoinNode;
  readonly #sides: readonly [JoinSide, JoinSide];
  readonly #retracts: boolean;
  readonly #filter: PairFilter | null;
  readonly #state: OperatorState;
  readonly #seed: number;
  readonly #counters: Counters;

  constructor({ node, leftTypes, rightTypes, retracts, filter, state, seed, counters }: JoinOptions) {
    const { type, leftKeys, rightKeys, closeBy } = node;
    const shared = { closeBy, state };
    this.#node = node;
    this.#sides = [
      new JoinSide({
        name: 'left',
        types: leftTypes,
        keys: leftKeys,
        outer: type === 'left' || type === 'full',
        ...shared,
      }),
      new JoinSide({
        name: 'right',
        types: rightTypes,
        keys: rightKeys,
        outer: type === 'right' || type === 'full',
        ...shared,
      }),
    ];
    this.#retracts = retracts;
    this.#filter = filter;
    this.#state = state;
    this.#seed = seed;
    this.#counters = counters;
  }

  /** One micro-batch: the rows of both sides, then the watermark (Infinity: neither side can get more rows). */
  process(left: readonly Batch[], right: readonly Batch[], watermark: number): Batch[] {
    const sides = [this.#together(0, left), this.#together(1, right)] as const;
    const out = this.#weighted
      ? this.#absorb(sides.map((batch, side) => ({ side: side as Side, batch })))
      : this.#inOrder(sides);
    this.#close(watermark, out);
    return out.filter((batch) => batch.length > 0);
  }

  /** End of the first window whose rows are kept, ms; null when none has an end. */
  nextClose(): number | null {
    const ends = this.#sides.flatMap(({ bags }) => bags.panes().slice(0, 1)).filter((end) => end !== UNBOUNDED);
    return ends.length === 0 ? null : Math.min(...ends);
  }

  /** Rows kept whose partner has not come, per side; null for an inner side, which does not count them. */
  unmatched(): readonly (number | null)[] {
    return this.#sides.map(({ outer, bags }) => {
      if (!outer) return null;
      let rows = 0;
      for (const pane of bags.panes()) {
        const bag = bags.get(pane)!;
        for (const id of bag.live()) if (degreeOf(bag, id) === 0) rows += bag.count(id);
      }
      return rows;
    });
  }

  #together(side: Side, batches: readonly Batch[]): Batch {
    const { types } = this.#sides[side];
    const kept = batches.filter((batch) => batch.length > 0);
    const numbered = kept.every((batch) => batch.ordinals !== null);
    const all = concatBatches(kept, types);
    return this.#withoutLate(side, numbered ? all : { ...all, ordinals: null });
  }

  /** A result that only grows shows its order, so rows of both sides are taken in acceptance order where they know it. */
  #inOrder(sides: readonly [Batch, Batch]): Batch[] {
    if (sides[0].length + sides[1].length === 0) return [];
    const [left, right] = sides.map((batch, side) => ({ batch, keys: this.#sides[side as Side].keyColumns(batch) }));
    const keyTypes = this.#sides[0].keys.map((column) => this.#sides[0].types[column]!);
    const order = new JoinOrder(left!, right!, keyTypes, this.#seed);
    const made = this.#absorb(order.rounds);
    return made.length === 0 ? [] : [order.inOrder(made, [...this.#sides[0].types, ...this.#sides[1].types])];
  }

  /** Whether rows of the result can be taken back. */
  get #weighted(): boolean {
    return this.#retracts || (this.#node.emit === 'update' && this.#sides.some((side) => side.outer));
  }

  #withoutLate(side: Side, batch: Batch): Batch {
    const bound = this.#sides[side].boundColumn(batch);
    if (bound === null || batch.length === 0) return batch;
    const closed = this.#state.register.get(CLOSED) ?? -Infinity;
    const kept = allocateInts(batch.length);
    let count = 0;
    for (let row = 0; row < batch.length; row++) {
      const ended = Math.max(closed, batch.watermarks === null ? -Infinity : batch.watermarks[row]!);
      if (!hasValue(bound, row) || bound.values[row]! > ended) kept[count++] = row;
    }
    this.#counters.late += batch.length - count;
    return count === batch.length ? batch : gatherBatch(batch, kept, count);
  }

  #absorb(parts: readonly SideBatch[]): Batch[] {
    const out: Batch[] = [];
    for (const { side, batch } of parts) {
      const panes = this.#sides[side].panesOf(batch);
      for (const part of bucketRowsByValue(panes, batch.length)) this.#meet(side, part, batch, out);
    }
    return out;
  }

  /** The rows of one pane meet the other side's, then are entered. */
  #meet(side: Side, { bucket: pane, rows, length }: BucketRows, whole: Batch, out: Batch[]): void {
    const own = this.#sides[side];
    const other = this.#sides[1 - side]!;
    const batch = rows === null ? whole : gatherBatch(whole, rows, length);
    const bag = other.bags.get(pane);
    const pairs = bag === undefined ? NO_PAIRS : this.#pairs(side, batch, bag);
    const degrees = allocateNumbers(length);
    const output = new JoinOutput();
    let pair = 0;
    for (let row = 0; row < length; row++) {
      const first = pair;
      while (pair < pairs.rows.length && pairs.rows[pair] === row) degrees[row]! += bag!.count(pairs.partners[pair++]!);
      const weight = batch.weights?.[row] ?? 1;
      for (let at = first; at < pair; at++) this.#match(output, other, bag!, row, pairs.partners[at]!, weight);
      if (degrees[row] === 0 && own.outer && this.#node.emit === 'update') output.add(row, row, -1, weight, 1);
    }
    this.#enter(own, pane, batch, degrees);
    if (output.length > 0)
      out.push(output.batch(batch, own, other, bag, { swapped: side === 1, weighted: this.#weighted }));
  }

  /** A row comes (+1) or goes (-1) beside a partner, which may lose its padding or get it back. */
  #match(output: JoinOutput, other: JoinSide, bag: StateBag, row: number, partner: number, weight: number): void {
    const copies = bag.count(partner);
    const pads = other.outer && this.#node.emit === 'update';
    const before = other.outer ? degreeOf(bag, partner) : 0;
    if (other.outer) setDegree(bag, partner, before + weight);
    if (pads && weight > 0 && before === 0) output.add(row, -1, partner, -1, copies);
    output.add(row, row, partner, weight, copies);
    if (pads && weight < 0 && before === 1) output.add(row, -1, partner, 1, copies);
  }

  /** A row with a NULL in its key has no partner; it is kept only if padding it is still to come. */
  #enter(own: JoinSide, pane: number, batch: Batch, degrees: Float64Array): void {
    const waits = own.outer && this.#node.emit === 'final';
    const rows = waits ? null : rowsWithKey(own.keyColumns(batch), batch.length);
    const entered = rows === null ? batch : gatherBatch(batch, rows, rows.length);
    if (entered.length === 0) return;
    own.enter(pane, entered, rows === null ? degrees : degreesOf(degrees, rows));
  }

  /** Pairs of a row of the batch and a row of the bag, by row, then in the order in which the partners came. */
  #pairs(side: Side, batch: Batch, bag: StateBag): Pairs {
    const own = this.#sides[side];
    const heads = allocateInts(batch.length);
    bag.heads(own.keyColumns(batch), batch.length, heads, false);
    const rows: number[] = [];
    const partners: number[] = [];
    for (let row = 0; row < batch.length; row++) {
      for (let id = heads[row]!; id >= 0; id = bag.next(id)) {
        rows.push(row);
        partners.push(id);
      }
    }
    return this.#filter === null || rows.length === 0
      ? { rows, partners }
      : this.#filtered(this.#filter, side, batch, bag, { rows, partners });
  }

  #filtered(filter: PairFilter, side: Side, batch: Batch, bag: StateBag, { rows, partners }: Pairs): Pairs {
    const { length } = rows;
    const ownRows = Int32Array.from(rows);
    const own = batch.columns.slice(0, this.#sides[side].types.length).map((column) => gather(column, ownRows, length));
    const other = this.#sides[1 - side]!.readRows(bag, Int32Array.from(partners), length);
    const { kept, failed } = filter.keep(side === 0 ? [...own, ...other] : [...other, ...own], length);
    for (const { row: at, failure } of failed) {
      this.#counters.fail(failure, (batch.weights?.[rows[at]!] ?? 1) * bag.count(partners[at]!));
    }
    return { rows: Array.from(kept, (at) => rows[at]!), partners: Array.from(kept, (at) => partners[at]!) };
  }

  /** Forgets the windows that the watermark has reached; with `emit: final` their unmatched outer rows leave now. */
  #close(watermark: number, out: Batch[]): void {
    const closed = this.#state.register.get(CLOSED) ?? -Infinity;
    if (watermark <= closed) return;
    const [left, right] = this.#sides;
    const panes = [...new Set([...left.bags.panes(), ...right.bags.panes()])].sort((a, b) => a - b);
    const due = panes.filter((pane) => (pane === UNBOUNDED ? watermark === Infinity : pane <= watermark));
    for (const pane of due) {
      if (this.#node.emit === 'final') out.push(this.#padding(pane));
      left.bags.drop(pane);
      right.bags.drop(pane);
    }
    if (due.length > 0) this.#state.register.set(CLOSED, watermark);
  }

  /** The unmatched outer rows of a pane by join key, left before right, then by their other columns. */
  #padding(pane: number): Batch {
    const [left, right] = this.#sides;
    const parts = [this.#unmatched(left, pane), this.#unmatched(right, pane)] as const;
    const length = parts[0].length + parts[1].length;
    const nulls = (types: readonly DataType[], rows: number): Column[] => types.map((type) => nullColumn(type, rows));
    const all = concatBatches(
      [
        { ...parts[0], columns: [...parts[0].columns, ...nulls(right.types, parts[0].length)] },
        { ...parts[1], columns: [...nulls(left.types, parts[1].length), ...parts[1].columns] },
      ],
      [...left.types, ...right.types],
    );
    const keys = concatBatches(
      parts.map((part, side) => ({ ...part, columns: this.#sides[side as Side].keyColumns(part) })),
      left.keys.map((column) => left.types[column]!),
    );
    const order = sortedRows(keys.columns, length, ascending([...keys.columns.keys()]));
    const padded = gatherBatch(all, order, length);
    return { ...padded, weights: this.#weighted ? allocateWeights(length).fill(1) : null };
  }

  #unmatched(side: JoinSide, pane: number): Batch {
    const bag = side.outer ? side.bags.get(pane) : undefined;
    const ids: number[] = [];
    if (bag !== undefined) {
      for (const id of bag.live()) {
        for (let copy = degreeOf(bag, id) === 0 ? bag.count(id) : 0; copy > 0; copy--) ids.push(id);
      }
    }
    const { length } = ids;
    const columns =
      bag === undefined
        ? side.types.map((type) => nullColumn(type, 0))
        : side.readRows(bag, Int32Array.from(ids), length);
    const order = sortedRows(columns, length, ascending([...columns.keys()]));
    return { length, columns: gatherColumns(columns, order, length), weights: null, ordinals: null, watermarks: null };
  }
}

type Side = 0 | 1;

interface Pairs {
  readonly rows: readonly number[];
  readonly partners: readonly number[];
}

const NO_PAIRS: Pairs = { rows: [], partners: [] };

/** The rows without a NULL in their key; null: all of them. */
function rowsWithKey(keys: readonly Column[], length: number): Int32Array | null {
  if (keys.every((key) => key.valid === null)) return null;
  const rows = allocateInts(length);
  let count = 0;
  for (let row = 0; row < length; row++) if (keys.every((key) => hasValue(key, row))) rows[count++] = row;
  return rows.subarray(0, count);
}

function degreesOf(degrees: Float64Array, rows: Int32Array): Float64Array {
  const kept = allocateNumbers(rows.length);
  for (let row = 0; row < rows.length; row++) kept[row] = degrees[rows[row]!]!;
  return kept;
}
