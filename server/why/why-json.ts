import type { WhyInput, WhyStatus } from '../../runtime/engine/engine.ts';
import type { WhyJson } from '../protocol.ts';
import { timeJson } from '../status-json.ts';
import { firstToClose, type Holding, holdingBack } from './holding.ts';
import { whySentences } from './why-sentences.ts';

/** Why there is no output, or no more than there is: as data and as sentences. */
export function whyJson(why: WhyStatus): WhyJson {
  const { view, inputs, seq } = why;
  const holding = holdingBack(inputs);
  return {
    name: view.name,
    state: view.state,
    sentences: whySentences(why, holding),
    seq,
    watermark: timeJson(view.watermark),
    heldBackBy: holding && { relation: holding.input.relation, partition: holding.partition },
    nextWindow: nextWindow(why, holding),
    inputs: inputs.map(inputJson),
    operators: view.plan.operators.map((operator, index) => ({
      id: operator.id,
      kind: operator.kind,
      text: operator.text,
      rowsIn: operator.rowsIn,
      rowsOut: operator.rowsOut,
      filtered: operator.kind === 'segment' ? operator.rowsIn - operator.rowsOut - operator.failed : 0,
      late: operator.late,
      failed: operator.failed,
      waiting: operator.stateRows,
      unmatched: why.operators[index]?.unmatched ?? [],
    })),
  };
}

function nextWindow(why: WhyStatus, holding: Holding | null): WhyJson['nextWindow'] {
  const first = firstToClose(why);
  if (!first) return null;
  const watermark = holding?.input.watermark ?? null;
  const missingMs = watermark === null ? null : Math.max(0, first.end - watermark);
  return { operator: first.operator, end: timeJson(first.end), missingMs };
}

function inputJson({ partitions, watermark, ...input }: WhyInput): WhyJson['inputs'][number] {
  return {
    ...input,
    watermark: timeJson(watermark),
    partitions: partitions.map((partition) => ({
      ...partition,
      watermark: timeJson(partition.watermark),
      lastRowAt: timeJson(partition.lastRowAt),
    })),
  };
}
