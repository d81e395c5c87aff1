import { allocateBytes, allocateInts } from '../columns/allocator.ts';
import type { Column } from '../columns/column.ts';
import { assert } from '../errors/assert.ts';
import type { AggregateCall } from '../plan/physical-plan.ts';
import type { BagLayout, CellKind, OperatorState, Paned, StateBag, StateTable, TableLayout } from '../state/state.ts';
import type { DataType } from '../types/data-type.ts';
import type { Accumulator, AggregateFunction } from './aggregate-function.ts';
import { aggregateFunction } from './aggregate-functions.ts';
import { DistinctAccumulator } from './aggregate/distinct.ts';
import { groupBagLayout } from './aggregate/group-bag.ts';

/**
 * Groups and their aggregates: a state table whose cells belong to the accumulators, and the bags beside it. FILTER,
 * DISTINCT and bags are seen to here, so that operators only resolve groups and hand rows on:
 *
 *     table.resolve(keys, length, groups); set.update(groups, length, columns, weights); table.touch(groups, length)
 */
export interface AggregateSet {
  /** Its cells are the accumulators'; resolve, find, touch and read keys here, but remove groups by `remove`. */
  readonly table: StateTable;
  /**
   * Adds the rows to their groups, or takes them back where weights[i] is -1. `columns` are those of the operator's
   * input, to which AggregateCall.args and filter refer. Rows with groups[i] < 0 are skipped.
   */
  update(groups: Int32Array, length: number, columns: readonly Column[], weights: Int8Array | null): void;
  /** Adds group fromGroups[i] of another set of the same calls (a pane) into own group intoGroups[i] (a window). */
  merge(from: AggregateSet, fromGroups: Int32Array, intoGroups: Int32Array, length: number): void;
  /** One column per call. `failed[i]` becomes 1 where a result cannot be represented (OVERFLOW). */
  finish(groups: Int32Array, length: number, failed: Uint8Array): Column[];
  /** The first call whose result of this group cannot be represented; -1: none. */
  overflowing(group: number): number;
  /** Removes live groups, with everything that the aggregates keep of them. */
  remove(groups: Int32Array, length: number): void;
}

export interface AggregateSetOptions {
  /** Names the table, and with a suffix the bags, in the operator's state. */
  readonly name: string;
  /** Types of the group keys. */
  readonly keys: readonly DataType[];
  /** Whether rows can be taken back (weights -1). */
  readonly retracts: boolean;
}

/** One set of groups that lives as long as the operator, or as the OperatorState it is given. */
export function openAggregates(
  calls: readonly AggregateCall[],
  state: OperatorState,
  options: AggregateSetOptions,
): AggregateSet {
  const plan = planCalls(calls, options.retracts);
  const table = state.table(options.name, tableLayout(plan, options));
  const bags = plan.map(({ bag }, index) => bag && state.bag(bagName(options, index), bag));
  return new OpenAggregates(plan, table, bags, options.retracts);
}

/** A set of groups per pane, made and dropped with its bags. */
export function openPanedAggregates(
  calls: readonly AggregateCall[],
  state: OperatorState,
  options: AggregateSetOptions,
): Paned<AggregateSet> {
  const plan = planCalls(calls, options.retracts);
  const tables = state.panedTables(options.name, tableLayout(plan, options));
  const bags = plan.map(({ bag }, index) => bag && state.panedBags(bagName(options, index), bag));
  return new PanedAggregates(plan, tables, bags, options.retracts);
}

interface PlannedCall {
  readonly call: AggregateCall;
  readonly function: AggregateFunction;
  readonly cells: readonly CellKind[];
  readonly distinct: boolean;
  /** Layout of the one bag that a call needs at most: DISTINCT's, or the function's own. */
  readonly bag: BagLayout | null;
}

function planCalls(calls: readonly AggregateCall[], retracts: boolean): readonly PlannedCall[] {
  return calls.map((call) => {
    const aggregate = aggregateFunction(call.function);
    assert(aggregate !== undefined, `a plan calls the unknown aggregate ${call.function}`);
    const distinct = call.distinct && !aggregate.distinctIsNoop;
    assert(!distinct || !aggregate.bag(retracts), `${call.function} has no DISTINCT`);
    const bag = distinct || aggregate.bag(retracts) ? groupBagLayout(call.argTypes) : null;
    return { call, function: aggregate, cells: aggregate.cells(call.argTypes, retracts), distinct, bag };
  });
}

function tableLayout(plan: readonly PlannedCall[], { keys }: AggregateSetOptions): TableLayout {
  return { keys, values: plan.flatMap(({ cells }) => cells) };
}

function bagName({ name }: AggregateSetOptions, call: number): string {
  return `${name}.${call}`;
}

class OpenAggregates implements AggregateSet {
  readonly table: StateTable;
  readonly #calls: readonly AggregateCall[];
  readonly #accumulators: readonly Accumulator[];

  constructor(plan: readonly PlannedCall[], table: StateTable, bags: readonly (StateBag | null)[], retracts: boolean) {
    this.table = table;
    this.#calls = plan.map(({ call }) => call);
    let cells = 0;
    this.#accumulators = plan.map((planned, index) => {
      const first = cells;
      cells += planned.cells.length;
      return openAccumulator(planned, table, first, bags[index] ?? null, retracts);
    });
  }

  update(groups: Int32Array, length: number, columns: readonly Column[], weights: Int8Array | null): void {
    const filtered = new Map<number, Int32Array>();
    for (const [index, accumulator] of this.#accumulators.entries()) {
      const { args, filter } = this.#calls[index]!;
      let counted = groups;
      if (filter !== null) {
        counted = filtered.get(filter) ?? keepTrue(groups, length, columns[filter]!);
        filtered.set(filter, counted);
      }
      accumulator.update(
        counted,
        length,
        args.map((arg) => columns[arg]!),
        weights,
      );
    }
  }

  merge(from: AggregateSet, fromGroups: Int32Array, intoGroups: Int32Array, length: number): void {
    assert(from instanceof OpenAggregates, 'aggregates merge aggregates of the same calls');
    for (const [index, accumulator] of this.#accumulators.entries()) {
      accumulator.merge(from.#accumulators[index]!, fromGroups, intoGroups, length);
    }
  }

  finish(groups: Int32Array, length: number, failed: Uint8Array): Column[] {
    return this.#accumulators.map((accumulator) => accumulator.finish(groups, length, failed));
  }

  overflowing(group: number): number {
    const groups = Int32Array.of(group);
    return this.#accumulators.findIndex((accumulator) => {
      const failed = allocateBytes(1);
      accumulator.finish(groups, 1, failed);
      return failed[0] === 1;
    });
  }

  remove(groups: Int32Array, length: number): void {
    for (const accumulator of this.#accumulators) accumulator.forget?.(groups, length);
    for (let index = 0; index < length; index++) this.table.remove(groups[index]!);
  }
}

function openAccumulator(
  planned: PlannedCall,
  table: StateTable,
  first: number,
  bag: StateBag | null,
  retracts: boolean,
): Accumulator {
  const { call, distinct, cells } = planned;
  const accumulator = planned.function.open({
    table,
    cells: table.cells.slice(first, first + cells.length),
    bag: distinct ? null : bag,
    argTypes: call.argTypes,
    type: call.type,
    retracts,
  });
  if (!distinct) return accumulator;
  assert(bag !== null, 'DISTINCT needs a bag');
  return new DistinctAccumulator(accumulator, bag, retracts);
}

/** FILTER: rows where the condition is not TRUE lose their group. */
function keepTrue(groups: Int32Array, length: number, condition: Column): Int32Array {
  assert(condition.rep === 'boolean', 'FILTER takes a BOOLEAN');
  const { values, valid } = condition;
  const kept = allocateInts(length);
  for (let row = 0; row < length; row++) {
    kept[row] = values[row] === 1 && (valid === null || valid[row] === 1) ? groups[row]! : -1;
  }
  return kept;
}

class PanedAggregates implements Paned<AggregateSet> {
  readonly #plan: readonly PlannedCall[];
  readonly #tables: Paned<StateTable>;
  readonly #bags: readonly (Paned<StateBag> | null)[];
  readonly #retracts: boolean;
  /** Accumulators over the table that a pane has now: a restore replaces tables. */
  readonly #open = new Map<number, AggregateSet>();

  constructor(
    plan: readonly PlannedCall[],
    tables: Paned<StateTable>,
    bags: readonly (Paned<StateBag> | null)[],
    retracts: boolean,
  ) {
    this.#plan = plan;
    this.#tables = tables;
    this.#bags = bags;
    this.#retracts = retracts;
  }

  panes(): readonly number[] {
    return this.#tables.panes();
  }

  get(pane: number): AggregateSet | undefined {
    const table = this.#tables.get(pane);
    return table && this.#over(pane, table);
  }

  getOrCreate(pane: number): AggregateSet {
    return this.#over(pane, this.#tables.getOrCreate(pane));
  }

  drop(pane: number): void {
    this.#tables.drop(pane);
    for (const bags of this.#bags) bags?.drop(pane);
    this.#open.delete(pane);
  }

  #over(pane: number, table: StateTable): AggregateSet {
    const known = this.#open.get(pane);
    if (known?.table === table) return known;
    const bags = this.#bags.map((paned) => paned && paned.getOrCreate(pane));
    const opened = new OpenAggregates(this.#plan, table, bags, this.#retracts);
    this.#open.set(pane, opened);
    return opened;
  }
}
