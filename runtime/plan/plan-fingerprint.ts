import { createHash } from 'node:crypto';
import type { OutputSpec, PhysicalNode } from './physical-plan.ts';
import { encodePlan } from './plan-codec.ts';

/** SHA-256 of nodes and output, hexadecimal: equal fingerprints mean equal state layouts. */
export function planFingerprint(nodes: readonly PhysicalNode[], output: OutputSpec): string {
  return createHash('sha256').update(encodePlan({ nodes, output })).digest('hex');
}
