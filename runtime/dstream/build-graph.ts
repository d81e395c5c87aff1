import { assert, unreachable } from '../errors/assert.ts';
import { GroupAggregate, type GroupAggregateOptions } from '../operators/group-aggregate.ts';
import { Join, type JoinOptions } from '../operators/join.ts';
import { WindowAggregate } from '../operators/window-aggregate.ts';
import { WindowAssign } from '../operators/window-assign.ts';
import type {
  GroupAggregateNode,
  JoinNode,
  PhysicalNode,
  PhysicalPlan,
  WindowAggregateNode,
  WindowAssignNode,
} from '../plan/physical-plan.ts';
import type { DataType } from '../types/data-type.ts';
import type { Schema } from '../types/schema.ts';
import type { Counters, DStream, GraphContext } from './dstream.ts';
import { DStreamGraph } from './dstream-graph.ts';
import { InputDStream } from './input-dstream.ts';
import { OutputDStream } from './output-dstream.ts';
import { segmentPairFilter } from './segment-pair-filter.ts';
import { StateDStream } from './state-dstream.ts';
import { TransformedDStream } from './transformed-dstream.ts';
import { UnionDStream } from './union-dstream.ts';
import { ValuesDStream } from './values-dstream.ts';
import { WindowedDStream } from './windowed-dstream.ts';

/**
 * One DStream per node of the plan, and the output. Operators ask for their state here, so the states may be empty and
 * be restored afterwards, or be restored already.
 */
export function buildGraph(plan: PhysicalPlan, context: GraphContext): DStreamGraph {
  const builder = new GraphBuilder(plan, context);
  const dstreams: DStream[] = [];
  for (const [id, node] of plan.nodes.entries()) dstreams.push(builder.dstream(id, node, dstreams));
  const last = dstreams.at(-1);
  assert(last !== undefined, 'a plan without nodes');
  const { length } = plan.nodes;
  const { rowBounds } = context;
  const output = new OutputDStream(length, last, { output: plan.output, state: context.stateOf(length), rowBounds });
  const scans = new Map(dstreams.flatMap((one) => (one instanceof InputDStream ? [[one.id, one] as const] : [])));
  return new DStreamGraph({
    dstreams: [...dstreams, output],
    scans,
    output,
    stateOf: (operator) => context.stateOf(operator),
    monotonic: () => context.monotonic(),
  });
}

class GraphBuilder {
  readonly #plan: PhysicalPlan;
  readonly #context: GraphContext;
  /** Per node, whether its watermark is that of an event time: else it stays at -Infinity until the end. */
  readonly #timed: boolean[] = [];

  constructor(plan: PhysicalPlan, context: GraphContext) {
    this.#plan = plan;
    this.#context = context;
  }

  dstream(id: number, node: PhysicalNode, built: readonly DStream[]): DStream {
    this.#timed[id] = this.#isTimed(node);
    const parents = node.inputs.map((input) => built[input]!);
    switch (node.kind) {
      case 'scan':
        return new InputDStream(id);
      case 'values':
        return new ValuesDStream(id, node);
      case 'segment':
        return new TransformedDStream(id, parents[0]!, node, this.#fieldsOf(node.inputs[0]!));
      case 'window-assign':
        return new WindowedDStream(node.kind, id, parents[0]!, (counters) => this.#windowAssign(node, counters));
      case 'window-aggregate':
        return new WindowedDStream(node.kind, id, parents[0]!, (counters) => this.#windowAggregate(id, node, counters));
      case 'group-aggregate':
        return new StateDStream(node.kind, id, parents, this.#timedInputs(node), (counters) => {
          const groups = new GroupAggregate({ ...this.#group(id, node), counters });
          return {
            start: () => groups.start(),
            process: ([rows], watermark) => groups.process(rows!, watermark),
            nextClose: () => groups.nextClose(),
          };
        });
      case 'join':
        return new StateDStream(node.kind, id, parents, this.#timedInputs(node), (counters) => {
          const join = new Join({ ...this.#join(id, node), counters });
          return {
            process: ([left, right], watermark) => join.process(left!, right!, watermark),
            nextClose: () => join.nextClose(),
            unmatched: () => join.unmatched(),
          };
        });
      case 'union':
        return new UnionDStream(id, parents, this.#typesOf(id), this.#timedInputs(node));
      default:
        return unreachable(node);
    }
  }

  #windowAssign(node: WindowAssignNode, counters: Counters): WindowAssign {
    return new WindowAssign(node, this.#fieldsOf(node.inputs[0]!), counters);
  }

  #windowAggregate(id: number, node: WindowAggregateNode, counters: Counters): WindowAggregate {
    const input = node.inputs[0]!;
    return new WindowAggregate({
      node,
      input: this.#fieldsOf(input),
      bounded: this.#plan.nodes[input]!.edge.watermarkColumn === node.time,
      state: this.#context.stateOf(id),
      seed: this.#context.seed,
      counters,
    });
  }

  #group(id: number, node: GroupAggregateNode): Omit<GroupAggregateOptions, 'counters'> {
    const inputTypes = this.#typesOf(node.inputs[0]!);
    return { node, inputTypes, retracts: this.#retracts(node), state: this.#context.stateOf(id) };
  }

  #join(id: number, node: JoinNode): Omit<JoinOptions, 'counters'> {
    return {
      node,
      leftTypes: this.#typesOf(node.inputs[0]!),
      rightTypes: this.#typesOf(node.inputs[1]!),
      retracts: this.#retracts(node),
      filter: node.residual === null ? null : segmentPairFilter(node.residual, node.edge.columns),
      state: this.#context.stateOf(id),
      seed: this.#context.seed,
    };
  }

  #typesOf(node: number): DataType[] {
    return this.#fieldsOf(node).map((field) => field.type);
  }

  #fieldsOf(node: number): Schema {
    return this.#plan.nodes[node]!.edge.columns;
  }

  #retracts(node: PhysicalNode): boolean {
    return node.inputs.some((input) => this.#plan.nodes[input]!.edge.mode === 'retract');
  }

  #timedInputs(node: PhysicalNode): boolean[] {
    return node.inputs.map((input) => this.#timed[input]!);
  }

  #isTimed(node: PhysicalNode): boolean {
    if (node.kind === 'values') return false;
    if (node.kind !== 'scan') return this.#timedInputs(node).includes(true);
    if (node.relationKind === 'table' || node.relationKind === 'errors') return false;
    return !(this.#context.timeless?.(node.relation) ?? false);
  }
}
