import type { WhyInput, WhyStatus } from '../../runtime/engine/engine.ts';
import { timeJson } from '../status-json.ts';
import { firstToClose, type Holding } from './holding.ts';

/** What a person would want to hear first comes first. */
export function whySentences(why: WhyStatus, holding: Holding | null): string[] {
  return [
    ...stateSentences(why),
    ...why.inputs.flatMap(inputSentences),
    ...windowSentences(why, holding),
    ...idleSentences(why.inputs),
    ...operatorSentences(why),
    ...lateSentences(why.inputs),
    ...outputSentences(why),
  ];
}

function stateSentences({ view }: WhyStatus): string[] {
  switch (view.state) {
    case 'failed':
      return [`${view.name} has failed: ${view.error?.message ?? 'for an unknown reason'}. Resume it to try again.`];
    case 'paused':
      return [`${view.name} is paused: it takes up what came meanwhile when it is resumed.`];
    case 'backfilling':
      return [`${view.name} is still reading what its inputs retain.`];
    case 'running':
      return [];
    default: {
      const never: never = view.state;
      return never;
    }
  }
}

function inputSentences({ relation, kind, rowsIn, rowsRejected, watermark }: WhyInput): string[] {
  const sentences: string[] = [];
  if (rowsIn === 0) sentences.push(`${relation} has ${kind === 'view' ? 'given' : 'accepted'} no row yet.`);
  if (rowsRejected > 0) {
    sentences.push(`${relation} refused ${rows(rowsRejected)}: ${relation}$errors says why.`);
  }
  if (watermark === Infinity) sentences.push(`${relation} has ended.`);
  return sentences;
}

function windowSentences(why: WhyStatus, holding: Holding | null): string[] {
  const first = firstToClose(why);
  const untilEnd = why.view.warnings.filter(({ code }) => code === 'FINAL_AT_END').map(({ message }) => message);
  if (!first) return untilEnd.length > 0 ? [`Its rows leave at the end of the input: ${untilEnd.join('; ')}.`] : [];
  const end = timeJson(first.end);
  if (!holding) return [`The next window ends at ${end}, and no input has a watermark that could reach it.`];
  const { input, partition } = holding;
  const where = partition === null ? input.relation : `partition ${partition} of ${input.relation}`;
  if (input.watermark === null) return [`The next window ends at ${end}; ${where} has no watermark yet.`];
  const missing = first.end - input.watermark;
  return [
    `The next window closes when the watermark reaches ${end}. It stands at ${timeJson(input.watermark)}, held back by ${where}: ${duration(missing)} of event time are missing.`,
    ...silence(why, holding, first.end),
  ];
}

/** What would move a watermark that rests. */
function silence({ now }: WhyStatus, { input, partition }: Holding, end: number): string[] {
  const waiting = input.partitions.filter(({ name, idle }) => !idle && (partition === null || name === partition));
  const last = Math.max(...waiting.map(({ lastRowAt }) => lastRowAt));
  if (!Number.isFinite(last) || now - last < 1000) return [];
  const needed = timeJson(end + input.delayMs);
  const idle =
    input.idleTimeoutMs === null
      ? 'it has no idle_timeout, so only a row can'
      : `after ${duration(input.idleTimeoutMs)} of silence it is idle and holds nothing back`;
  return [
    `The last row came ${duration(now - last)} ago. A row of ${needed} or later closes the window, or POST /v1/streams/${encodeURIComponent(input.relation)}/watermark; ${idle}.`,
  ];
}

function idleSentences(inputs: readonly WhyInput[]): string[] {
  return inputs.flatMap(({ relation, partitions }) => {
    const idle = partitions.filter((partition) => partition.idle).map(({ name }) => name);
    if (idle.length === 0) return [];
    return idle.length === partitions.length
      ? [`${relation} is idle: its watermark goes on with the clock.`]
      : [`Idle in ${relation}, and holding nothing back: ${idle.join(', ')}.`];
  });
}

function lateSentences(inputs: readonly WhyInput[]): string[] {
  return inputs
    .filter(({ rowsLate }) => rowsLate > 0)
    .map(
      ({ relation, rowsLate }) =>
        `${rows(rowsLate)} of ${relation} came behind its watermark: ${relation}$late has them; windows that are still open take them in.`,
    );
}

function operatorSentences({ view, operators }: WhyStatus): string[] {
  return view.plan.operators.flatMap(({ kind, id, rowsIn, rowsOut, late, failed }, index) => {
    const sentences: string[] = [];
    const filtered = rowsIn - rowsOut - failed;
    if (kind === 'segment' && filtered > 0)
      sentences.push(`Operator ${id} filtered out ${filtered} of ${rows(rowsIn)}.`);
    if (late > 0)
      sentences.push(`Operator ${id} dropped ${rows(late)} as late: all windows they belong to had closed.`);
    if (failed > 0) sentences.push(`Operator ${id} could not compute ${rows(failed)}: ${view.name}$errors says why.`);
    const sides = ['left', 'right'] as const;
    for (const [side, count] of (operators[index]?.unmatched ?? []).entries()) {
      if (count)
        sentences.push(
          `In the join of operator ${id}, ${rows(count)} of the ${sides[side]} side have no partner so far.`,
        );
    }
    return sentences;
  });
}

function outputSentences({ view, seq, inputs }: WhyStatus): string[] {
  if (seq > 0) return [`${view.name} has made ${seq} change${seq === 1 ? '' : 's'} so far.`];
  if (view.kind === 'sink')
    return view.counters.rowsOut > 0 ? [`${view.name} has written ${rows(view.counters.rowsOut)}.`] : [];
  return inputs.some(({ rowsIn }) => rowsIn > 0) ? [`${view.name} has made no change so far.`] : [];
}

function rows(count: number): string {
  return `${count} row${count === 1 ? '' : 's'}`;
}

function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}
