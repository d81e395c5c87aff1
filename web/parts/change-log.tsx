import type { TapedChange } from '../state/change-tape.ts';
import { cellFormat, cellText } from '../state/format.ts';
import type { LiveView } from '../state/live-feed.ts';
import { FeedState } from './feed-state.tsx';
import { useFeed } from './use-feed.ts';

/** Above so many changes a second single ones cannot be read: their net effect is shown. */
const EXACT_BELOW = 1500;
/** Frames per second then: many small ones leave the page more frames than few large ones. */
const MAX_RATE = 10;
/** And how often they are looked at, ms. */
const SHOW_EVERY_MS = 1000;
const SHOWN = 60;

/** The change log of a view as it grows, with the number and the epoch of each change. */
export function ChangeLog({ view, rate }: { view: string; rate: number }) {
  const conflated = rate > EXACT_BELOW ? { maxRate: MAX_RATE, showEveryMs: SHOW_EVERY_MS } : {};
  const feed = useFeed({ view }, { onlyChanges: true, ...conflated });
  const shown = feed?.view.value;
  if (!feed || !shown || shown.changes.length === 0) {
    return feed?.state.value.kind === 'live' ? (
      <p class="empty">No change since the log was opened. Each batch that changes a row will stand here.</p>
    ) : (
      <FeedState feed={feed} />
    );
  }
  const isPaused = feed.paused.value;
  return (
    <>
      <div class="log-bar">
        <span class="dim">The newest first. A batch takes effect as a whole, with the epoch that committed it.</span>
        <button type="button" class="quiet" aria-pressed={isPaused} onClick={() => feed.setPaused(!isPaused)}>
          {isPaused ? 'Go on' : 'Pause'}
        </button>
      </div>
      <Changes view={shown} />
    </>
  );
}

function Changes({ view: { changes, columns } }: { view: LiveView }) {
  const shown = changes.slice(0, SHOWN);
  const formats = columns.map((column, at) =>
    cellFormat(
      column,
      shown.map(({ values }) => values[at] ?? null),
    ),
  );
  return (
    <div class="grid-scroll log" tabIndex={0} role="region" aria-label="Changes">
      <table>
        <thead>
          <tr>
            <th scope="col" class="figure">
              seq
            </th>
            <th scope="col" class="figure">
              epoch
            </th>
            <th scope="col">
              <span class="sr-only">inserted or deleted</span>
            </th>
            {columns.map(({ name, type }, at) => (
              <th key={name} scope="col" title={type} class={formats[at]!.numeric ? 'figure' : ''}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((change, place) => (
            <tr key={place} class={change.batch ? 'first' : ''}>
              <td class="figure mono">{seqText(change)}</td>
              <td class="figure dim">{change.batch ? change.epoch : ''}</td>
              <td>
                <span class={`op ${change.op === '+' ? 'good' : 'bad'}`}>{change.op === '+' ? '+' : '−'}</span>
              </td>
              {change.values.map((value, at) => (
                <td key={at} class={formats[at]?.numeric ? 'figure' : ''}>
                  {cellText(value, formats[at]!)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Where only the net effect came, the numbers of the whole batch. */
function seqText({ seq, batch }: TapedChange): string {
  if (seq !== null) return String(seq);
  return batch ? `${batch.from}–${batch.to}` : 'net';
}
