import type { Relation } from '../intake/relation.ts';
import { decodeTime } from '../intake/stream-time.ts';
import type { ScanNode } from '../plan/physical-plan.ts';
import type { Dataflow } from './dataflow.ts';
import type { ViewStatus, WhyInput, WhyStatus } from './engine.ts';
import { statusTime } from './frame-time.ts';
import type { Machine } from './machine.ts';

/** What a query waits for, as of its last micro-batch. */
export function whyStatus(machine: Machine, dataflow: Dataflow, view: ViewStatus, now: number): WhyStatus {
  const inputs = new Map<string, WhyInput>();
  for (const { scan, node } of dataflow.scans) {
    const input = whyInput(machine, scan, dataflow.scanWatermark(node));
    inputs.set(input.relation, input);
  }
  return { view, now, seq: dataflow.seq, inputs: [...inputs.values()], operators: dataflow.waits() };
}

function whyInput(machine: Machine, scan: ScanNode, scanned: number): WhyInput {
  const relation = scan.relationKind === 'stream' ? machine.intake.byName(scan.relation) : undefined;
  if (relation) return streamInput(relation);
  const table = machine.intake.byName(scan.relation);
  const upstream = machine.dataflows.get(scan.relation);
  return {
    relation: scan.relation,
    kind: scan.relationKind,
    timed: table === undefined && scan.edge.watermarkColumn !== null,
    watermark: statusTime(upstream?.watermark ?? scanned),
    rowsIn: table?.counters.rowsIn ?? upstream?.rowsOut ?? 0,
    rowsLate: 0,
    rowsRejected: table?.counters.rowsRejected ?? 0,
    delayMs: 0,
    idleTimeoutMs: null,
    partitions: [],
  };
}

function streamInput(relation: Relation): WhyInput {
  const { rowsIn, rowsLate, rowsRejected } = relation.counters;
  const { watermark: declared, idleTimeoutMs } = relation.definition;
  const saved = relation.time?.save();
  return {
    relation: relation.name,
    kind: 'stream',
    timed: relation.time !== null,
    watermark: statusTime(relation.time?.watermark ?? (relation.ended ? Infinity : -Infinity)),
    rowsIn,
    rowsLate,
    rowsRejected,
    delayMs: declared?.delayMs ?? 0,
    idleTimeoutMs,
    partitions: (saved?.partitions ?? []).map(({ name, watermark, lastRowAt, idle }) => {
      return { name, watermark: statusTime(decodeTime(watermark)), lastRowAt, idle };
    }),
  };
}
