import { describeNode, describeOutput } from './explain-plan.ts';
import { shownKey, shownName } from '../types/row-columns.ts';
import type { PhysicalPlan } from './physical-plan.ts';

/** One operator of a plan in words, as its running twin is numbered: the nodes in order, then the output. */
export interface OperatorText {
  readonly id: number;
  readonly kind: string;
  readonly inputs: readonly number[];
  /** What it does, as EXPLAIN says it: `clicks (ts, item)`, `filter price > 10`. */
  readonly text: string;
  /** How rows leave it. */
  readonly mode: 'append' | 'upsert' | 'retract';
  /** The columns that identify a row that leaves it: null when none do, [] when there is at most one row. */
  readonly key: readonly string[] | null;
  /** The column that the watermark bounds. */
  readonly watermarkColumn: string | null;
  /** What it keeps, in words: `one row per (item) and open window`; null where it keeps nothing. */
  readonly state: string | null;
}

/** All operators of a plan, those that others read first. */
export function describeOperators({ nodes, output }: PhysicalPlan): readonly OperatorText[] {
  const operators = nodes.map((node, id): OperatorText => {
    const { kind, inputs, edge } = node;
    const names = edge.columns.map(({ name }) => shownName(name));
    return {
      id,
      kind,
      inputs,
      text: afterTitle(describeNode(node, nodes)),
      mode: edge.mode,
      key: edge.key && edge.key.map((column) => names[column]!),
      watermarkColumn: edge.watermarkColumn === null ? null : names[edge.watermarkColumn]!,
      state: edge.stateBound === 'none' ? null : edge.stateBound,
    };
  });
  const last = nodes.length - 1;
  return [
    ...operators,
    {
      id: nodes.length,
      kind: 'output',
      inputs: last < 0 ? [] : [last],
      text: describeOutput(output).replace(/^Output /, ''),
      mode: output.mode,
      key: output.key.length === 0 && output.mode !== 'upsert' ? null : shownKey(output.key, output.columns),
      watermarkColumn: null,
      state: null,
    },
  ];
}

/** `Join full: a = b` is of kind join, does `full: a = b`; most titles say no more than the kind. */
function afterTitle(description: string): string {
  return description.replace(/^[A-Z]\w*[:,]? ?/, '');
}
