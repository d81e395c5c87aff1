import type { Batch } from '../../../runtime/columns/batch.ts';
import type { Column } from '../../../runtime/columns/column.ts';
import { columnFromValues } from '../../../runtime/columns/column-builder.ts';
import { valueAt } from '../../../runtime/columns/value-at.ts';
import { buildGraph } from '../../../runtime/dstream/build-graph.ts';
import type { Flow } from '../../../runtime/dstream/dstream.ts';
import type { DStreamGraph, GraphOutput } from '../../../runtime/dstream/dstream-graph.ts';
import type {
  AggregateCall,
  EdgeProperties,
  OutputSpec,
  PhysicalNode,
  PhysicalPlan,
} from '../../../runtime/plan/physical-plan.ts';
import { openOperatorState } from '../../../runtime/state/operator-state.ts';
import type { CheckpointedState } from '../../../runtime/state/state.ts';
import type { DataType } from '../../../runtime/types/data-type.ts';
import type { Value } from '../../../runtime/types/value.ts';

/** Plans written by hand and their dataflows, run micro-batch by micro-batch, restored in between where asked. */

export type Row = readonly Value[];

/** A change as subscribers see it: `['+', ...values]`. */
export type Change = readonly ['+' | '-', ...Value[]];

export interface Hidden {
  readonly weights?: readonly number[];
  readonly ordinals?: readonly number[];
  readonly watermarks?: readonly number[];
}

export function batchOf(types: readonly DataType[], rows: readonly Row[], hidden: Hidden = {}): Batch {
  const columns = types.map((type, index) => {
    const column = columnFromValues(
      rows.map((row) => row[index]!),
      type,
    );
    return index % 2 === 0 ? asUtf8(column) : column;
  });
  return {
    length: rows.length,
    columns,
    weights: hidden.weights ? Int8Array.from(hidden.weights) : null,
    ordinals: hidden.ordinals ? Float64Array.from(hidden.ordinals) : null,
    watermarks: hidden.watermarks ? Float64Array.from(hidden.watermarks) : null,
  };
}

/** Texts as slices of bytes, as a decoder leaves them. */
function asUtf8(column: Column): Column {
  if (column.rep !== 'string') return column;
  const bytes = Buffer.from(column.values.join(''));
  const lengths = Int32Array.from(column.values, (text) => Buffer.byteLength(text));
  let end = 0;
  const starts = lengths.map((length) => {
    end += length;
    return end - length;
  });
  return { rep: 'utf8', bytes, starts, lengths, valid: column.valid };
}

export function rowsOf(
  batch: { readonly length: number; readonly columns: readonly Column[] },
  types: readonly DataType[],
): Row[] {
  return Array.from({ length: batch.length }, (_, row) =>
    types.map((type, index) => valueAt(batch.columns[index]!, type, row)),
  );
}

/** Weighted rows of an inner edge: `[weight, ...values]`. */
export function weightedRowsOf(
  batches: readonly Batch[],
  types: readonly DataType[],
): (readonly [number, ...Value[]])[] {
  return batches.flatMap((batch) =>
    rowsOf(batch, types).map((row, index) => [batch.weights?.[index] ?? 1, ...row] as const),
  );
}

export function edge(types: readonly DataType[], properties: Partial<EdgeProperties> = {}): EdgeProperties {
  const columns = types.map((type, index) => ({ name: `c${index}`, type, nullable: true }));
  return { columns, mode: 'append', key: null, watermarkColumn: null, stateBound: 'none', ...properties };
}

export function scan(
  types: readonly DataType[],
  properties: Partial<EdgeProperties> = {},
  relation = 's',
): PhysicalNode {
  return {
    kind: 'scan',
    inputs: [],
    relation,
    relationKind: 'stream',
    columns: [...types.keys()],
    ordinals: true,
    edge: edge(types, properties),
  };
}

export function call(
  name: string,
  args: readonly number[],
  argTypes: readonly DataType[],
  type: DataType,
): AggregateCall {
  return { function: name, args, argTypes, distinct: false, filter: null, type };
}

export function output(types: readonly DataType[], spec: Partial<OutputSpec>): OutputSpec {
  const columns = types.map((type, index) => ({ name: `c${index}`, type, nullable: true }));
  return { columns, mode: 'append', key: [], windowEnd: null, order: [], limit: null, offset: 0, ...spec };
}

export function planOf(nodes: readonly PhysicalNode[], spec: Partial<OutputSpec>): PhysicalPlan {
  const types = nodes.at(-1)!.edge.columns.map((field) => field.type);
  return { nodes, output: output(types, spec), warnings: [], fingerprint: '' };
}

/** A dataflow over a plan. With `restore`, each micro-batch runs in a graph rebuilt from what was checkpointed. */
export class TestDataflow {
  readonly plan: PhysicalPlan;
  readonly types: readonly DataType[];
  #states: readonly CheckpointedState[];
  #graph: DStreamGraph;
  /** Per operator: the last base, and the deltas after it. */
  readonly #stored: { base: Uint8Array | null; deltas: Uint8Array[] }[];
  readonly #watermarks = new Map<number, number>();
  readonly #restore: boolean;
  #epoch = 0;
  #lateBefore = 0;

  constructor(plan: PhysicalPlan, options: { readonly restore?: boolean } = {}) {
    this.plan = plan;
    this.types = plan.output.columns.map((field) => field.type);
    this.#restore = options.restore ?? false;
    this.#states = openStates(plan, 1);
    this.#graph = graphOf(plan, this.#states);
    this.#stored = this.#states.map(() => ({ base: null, deltas: [] }));
  }

  /** One micro-batch; the inputs are flows by scan node. */
  run(inputs: Readonly<Record<number, Flow>>): GraphOutput {
    const flows = new Map(Object.entries(inputs).map(([node, flow]) => [Number(node), flow] as const));
    for (const [node, flow] of flows) this.#watermarks.set(node, flow.watermark);
    const tick = { epoch: ++this.#epoch, clock: 0 };
    const out = this.#epoch === 1 ? this.#graph.start(flows, tick) : this.#graph.advance(flows, tick);
    void out.result.retractions.length;
    if (this.#restore) this.#reopen();
    return out;
  }

  /** As run; answers the changes. */
  changes(inputs: Readonly<Record<number, Flow>>): Change[] {
    return changesOf(this.run(inputs), this.types);
  }

  rows(): Row[] {
    return rowsOf(this.#graph.currentRows(), this.types);
  }

  get graph(): DStreamGraph {
    return this.#graph;
  }

  /** Rows dropped as late, over all operators. */
  get late(): number {
    return this.#lateBefore + this.#graph.statistics().reduce((sum, { late }) => sum + late, 0);
  }

  #reopen(): void {
    this.#lateBefore = this.late;
    const states = openStates(this.plan, this.#epoch + 1);
    const graph = graphOf(this.plan, states);
    for (const [operator, state] of states.entries()) {
      this.#store(operator);
      const { base, deltas } = this.#stored[operator]!;
      if (base) state.applyBase(base);
      for (const bytes of deltas) state.applyDelta(bytes);
      state.restored();
    }
    graph.restoreWatermarks(this.#watermarks);
    this.#states = states;
    this.#graph = graph;
  }

  /** A delta, and after every fourth micro-batch a new base. */
  #store(operator: number): void {
    const stored = this.#stored[operator]!;
    const state = this.#states[operator]!;
    const delta = state.encodeDelta();
    if (delta) stored.deltas.push(delta);
    if (this.#epoch % 4 !== 0) return;
    stored.base = state.encodeBase();
    stored.deltas = [];
  }
}

function openStates(plan: PhysicalPlan, hashSeed: number): CheckpointedState[] {
  return Array.from({ length: plan.nodes.length + 1 }, () => openOperatorState({ hashSeed }));
}

function graphOf(plan: PhysicalPlan, states: readonly CheckpointedState[]): DStreamGraph {
  let now = 0;
  return buildGraph(plan, { stateOf: (operator) => states[operator]!, monotonic: () => now++, seed: 7 });
}

export function changesOf({ result: { changes } }: GraphOutput, types: readonly DataType[]): Change[] {
  return rowsOf(changes, types).map((row, index) => [changes.ops[index] === 1 ? '+' : '-', ...row] as const);
}

/** A text under which equal rows are equal. */
export function rowText(row: Row): string {
  return JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}

/** Applies changes to a bag of rows, as a subscriber of a retract or append view does; a `-` of no row throws. */
export function foldBag(bag: Map<string, number>, changes: readonly Change[]): void {
  for (const [op, ...row] of changes) {
    const text = rowText(row);
    const count = (bag.get(text) ?? 0) + (op === '+' ? 1 : -1);
    if (count < 0) throw new Error(`taken back but not there: ${text}`);
    if (count === 0) bag.delete(text);
    else bag.set(text, count);
  }
}

/** Applies changes as a subscriber of an upsert view does; a `-` of another row than the current one throws. */
export function foldUpsert(rows: Map<string, string>, key: readonly number[], changes: readonly Change[]): void {
  for (const [op, ...row] of changes) {
    const at = rowText(key.map((position) => row[position]!));
    if (op === '+') rows.set(at, rowText(row));
    else if (rows.get(at) !== rowText(row)) throw new Error(`taken back but not there: ${rowText(row)}`);
    else rows.delete(at);
  }
}
