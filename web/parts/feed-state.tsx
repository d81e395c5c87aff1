import { useEffect, useState } from 'preact/hooks';
import type { ClosedGap, SubscriptionState } from '../net/subscription.ts';
import type { LiveFeed } from '../state/live-feed.ts';
import { countText } from '../state/format.ts';
import { Progress } from './progress.tsx';

/** In words, why there are no rows or why they stand still; and for a while, that a gap was closed. */
export function FeedState({ feed }: { feed: LiveFeed | null }) {
  if (!feed) return <Progress text="Opening" />;
  const { columns, size } = feed.view.value;
  const state = feed.state.value;
  return (
    <>
      <Trouble state={state} />
      {state.kind === 'live' && <GapNote gap={feed.gap.value} />}
      {size === 0 && <NoRows state={state} isKnown={columns.length > 0} isPaused={feed.paused.value} />}
    </>
  );
}

function NoRows({ state, isKnown, isPaused }: { state: SubscriptionState; isKnown: boolean; isPaused: boolean }) {
  switch (state.kind) {
    case 'refused':
    case 'ended':
    case 'resuming':
      return null;
    case 'opening':
      return <Progress text={isKnown ? 'Catching up with the rows that are kept' : 'Waiting for the server'} />;
    case 'live':
      return (
        <p class="empty">
          {isPaused
            ? 'Paused before the first rows came.'
            : 'No rows yet. A window shows its rows when it closes (EMIT FINAL), everything else as soon as rows arrive.'}
        </p>
      );
  }
}

/** What keeps the rows from being live. */
function Trouble({ state }: { state: SubscriptionState }) {
  switch (state.kind) {
    case 'opening':
    case 'live':
      return null;
    case 'resuming':
      return (
        <p class="note" role="status">
          <b>RECONNECTING</b> The rows as last seen; the gap is closed as soon as the server answers.
        </p>
      );
    case 'ended':
      return (
        <p class="note bad">
          <b>{state.reason.toUpperCase()}</b>{' '}
          {state.reason === 'dropped'
            ? 'The view was dropped. These were its last rows.'
            : 'The query failed; its state is kept. Its page says why and what helps.'}
        </p>
      );
    case 'refused':
      return (
        <p class="note bad">
          <b>{state.error.code}</b> {state.error.message}
          {state.error.hint !== undefined && <em>{state.error.hint}</em>}
        </p>
      );
  }
}

const SHOWN_MS = 8000;

function GapNote({ gap }: { gap: ClosedGap | null }) {
  const [isShown, setShown] = useState(false);
  const closedAt = gap?.lostMs;
  useEffect(() => {
    if (closedAt === undefined) return;
    setShown(true);
    const timer = setTimeout(() => setShown(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [closedAt]);
  if (!gap || !isShown) return null;
  return (
    <p class="note good" role="status" data-gap={gap.changes ? 'closed' : 'afresh'}>
      <b>BACK</b> {gapText(gap)}
    </p>
  );
}

function gapText({ lostMs, changes }: ClosedGap): string {
  const lost = `The connection was away for ${(lostMs / 1000).toFixed(1)} s.`;
  if (!changes) return `${lost} The server could not go on from there: this is a fresh snapshot.`;
  const missed = changes.to - changes.from;
  if (missed === 0) return `${lost} Nothing changed meanwhile; it goes on after change ${changes.from}.`;
  return `${lost} ${countText(missed)} changes were made up for (${changes.from + 1} to ${changes.to}): none is missing.`;
}
