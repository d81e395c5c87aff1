import type { WhyJson } from '../../server/protocol.ts';
import { useServices } from '../services.ts';
import { countText, lagText, timeText } from '../state/format.ts';
import { whyLanes } from '../state/why-lanes.ts';
import { AnswerState } from './answer-state.tsx';
import { usePolled } from './use-polled.ts';

const READ_EVERY_MS = 1000;

/** Why there is no output, or no more than there is: in sentences, then what they are drawn from. */
export function WhyPanel({ view }: { view: string }) {
  const { api } = useServices();
  const answer = usePolled(() => api.why(view), READ_EVERY_MS, view);
  if (answer?.kind !== 'ok') return <AnswerState answer={answer} what="why there is no output" />;
  const why = answer.value;
  return (
    <div class="why">
      <ul class="why-sentences" aria-live="off">
        {why.sentences.map((sentence) => (
          <li key={sentence.replaceAll(/\d+/g, '')}>{withShortTimes(sentence)}</li>
        ))}
      </ul>
      <Watermarks why={why} />
      <Losses why={why} />
    </div>
  );
}

/** Instants as the rest of the page writes them. */
function withShortTimes(sentence: string): string {
  return sentence.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (iso) => timeText(iso));
}

/** How far each input is on the way to the end of the next window. */
function Watermarks({ why }: { why: WhyJson }) {
  const { lanes, end } = whyLanes(why);
  const { nextWindow } = why;
  if (lanes.length === 0) return null;
  return (
    <section class="lanes" aria-label="Watermarks">
      {lanes.map(({ name, at, watermark, holds, idle }) => (
        <div key={name} class={`lane ${holds ? 'holds' : ''} ${idle ? 'idle' : ''}`}>
          <span class="clip" title={name}>
            {name}
          </span>
          <span class="track">
            {at !== null && <i style={{ transform: `scaleX(${at.toFixed(4)})` }} />}
            {end !== null && <b style={{ left: `${(100 * end).toFixed(1)}%` }} />}
          </span>
          <span class="figure">
            {watermark === null ? 'no watermark yet' : lagText(watermark, Date.now())}
            {idle ? ', idle' : holds && lanes.length > 1 ? ', holds it back' : ''}
          </span>
        </div>
      ))}
      {nextWindow && (
        <p class="dim">
          The mark is the end of the next window{nextWindow.end !== null && `, ${timeText(nextWindow.end)}`}
          {nextWindow.missingMs !== null && `: ${(nextWindow.missingMs / 1000).toFixed(1)} s of event time are missing`}
          .
        </p>
      )}
    </section>
  );
}

/** Where rows go that do not come out. */
function Losses({ why: { inputs, operators } }: { why: WhyJson }) {
  return (
    <div class="grid-scroll" tabIndex={0} role="region" aria-label="Where rows go">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">step</th>
            {['in', 'out', 'filtered', 'late', 'refused', 'failed', 'waiting', 'unmatched'].map((name) => (
              <th key={name} scope="col" class="figure">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {inputs.map(({ relation, rowsIn, rowsLate, rowsRejected }) => (
            <tr key={relation}>
              <th scope="row">{relation}</th>
              <Counts counts={[rowsIn + rowsRejected, rowsIn, null, rowsLate, rowsRejected, null, null, null]} />
            </tr>
          ))}
          {operators
            .filter(({ kind }) => kind !== 'scan')
            .map(({ id, kind, rowsIn, rowsOut, filtered, late, failed, waiting, unmatched }) => (
              <tr key={id}>
                <th scope="row">
                  <span class="dim">{id}</span> {kind}
                </th>
                <Counts counts={[rowsIn, rowsOut, filtered, late, null, failed, waiting, sumOf(unmatched)]} />
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}

function Counts({ counts }: { counts: readonly (number | null)[] }) {
  return (
    <>
      {counts.map((count, at) => (
        <td key={at} class={`figure ${at >= 2 && at < 6 && (count ?? 0) > 0 ? 'warn' : ''}`}>
          {count === null || (count === 0 && at >= 2) ? <span class="dim">–</span> : countText(count)}
        </td>
      ))}
    </>
  );
}

/** Sides that keep none do not count. */
function sumOf(sides: readonly (number | null)[]): number | null {
  const counted = sides.filter((side) => side !== null);
  return counted.length === 0 ? null : counted.reduce((sum, side) => sum + side, 0);
}
