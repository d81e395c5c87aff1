import type { MaterializedViewDefinition } from '../catalog/catalog.ts';
import type { PhysicalNode, PhysicalPlan } from '../plan/physical-plan.ts';
import { planFingerprint } from '../plan/plan-fingerprint.ts';

/** `<view>$errors` is a dataflow like any other: its scan gets what the view could not compute, its rows are its change log. */
export function errorsPlan({ columns }: MaterializedViewDefinition, view: string): PhysicalPlan {
  const scan: PhysicalNode = {
    kind: 'scan',
    inputs: [],
    relation: view,
    relationKind: 'errors',
    columns: [...columns.keys()],
    ordinals: false,
    edge: { columns, mode: 'append', key: null, watermarkColumn: null, stateBound: 'none' },
  };
  const output = { columns, mode: 'append', key: [], windowEnd: null, order: [], limit: null, offset: 0 } as const;
  return { nodes: [scan], output, warnings: [], fingerprint: planFingerprint([scan], output) };
}
