import type { ClosingColumn, PhysicalNode } from '../../runtime/plan/physical-plan.ts';
import type { LogicalColumn } from '../logical/logical-plan.ts';
import { keyColumns, type RowKey } from './row-key.ts';

/** What leaves a node that is already placed. */
export interface Flow {
  /** Position of the node. */
  readonly node: number;
  readonly columns: readonly LogicalColumn[];
  readonly mode: 'append' | 'retract';
  readonly key: RowKey | null;
  /** Whether its rows stand for windows that the watermark closes. */
  readonly windowed: boolean;
  /** By any of them alone: what it says of a row is settled once the watermark is there. */
  readonly closing: readonly ClosingColumn[];
  /** Whether each row carries its W(r), so that an operator with windows knows which of them are late. */
  readonly judged: boolean;
}

export type FlowProperties = Omit<Flow, 'node'>;

/** A node before its edge is worked out from the flow. */
export type NodeBody = PhysicalNode extends infer N ? (N extends PhysicalNode ? Omit<N, 'edge'> : never) : never;

/** The nodes of a plan under construction, in topological order. */
export class NodeList {
  readonly #nodes: PhysicalNode[] = [];

  add(body: NodeBody, flow: FlowProperties, stateBound: string): Flow {
    const columns = flow.columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
    const key = flow.key === null ? null : keyColumns(flow.key);
    const edge = { columns, mode: flow.mode, key, watermarkColumn: watermarkColumn(flow.columns), stateBound };
    this.#nodes.push({ ...body, edge });
    return { ...flow, node: this.#nodes.length - 1 };
  }

  get nodes(): readonly PhysicalNode[] {
    return this.#nodes;
  }
}

/** Position of the column that the watermark bounds: a window's end before event time. */
export function watermarkColumn(columns: readonly LogicalColumn[]): number | null {
  const end = windowEndColumn(columns);
  if (end !== null) return end;
  const time = columns.findIndex((column) => column.time?.kind === 'event-time');
  return time < 0 ? null : time;
}

export function windowEndColumn(columns: readonly LogicalColumn[]): number | null {
  const end = columns.findIndex(
    (column) => column.time?.kind === 'window-end' && column.time.padded === null && !column.nullable,
  );
  return end < 0 ? null : end;
}
