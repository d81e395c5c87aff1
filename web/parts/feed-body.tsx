import type { LiveFeed } from '../state/live-feed.ts';
import type { SubscriptionState } from '../net/subscription.ts';
import { RowGrid } from './row-grid.tsx';

interface FeedBodyProps {
  readonly feed: LiveFeed | null;
  readonly label: string;
  /** Shows only so many rows, in fewer columns. */
  readonly most?: number;
}

/** The rows of a feed, or in words why there are none. */
export function FeedBody({ feed, label, most }: FeedBodyProps) {
  if (!feed) return <p class="empty">Opening…</p>;
  const { columns, key, rows, quietUntil } = feed.view.value;
  if (rows.length === 0) {
    return <NoRows state={feed.state.value} isPaused={feed.paused.value} isKnown={columns.length > 0} />;
  }
  const compact = most !== undefined;
  return (
    <>
      <Trouble state={feed.state.value} />
      <RowGrid
        columns={columns}
        key_={key}
        rows={compact ? rows.slice(0, most) : rows}
        label={label}
        compact={compact}
        quietUntil={quietUntil}
      />
    </>
  );
}

interface NoRowsProps {
  readonly state: SubscriptionState;
  readonly isPaused: boolean;
  /** The server has said which columns there are. */
  readonly isKnown: boolean;
}

function NoRows({ state, isPaused, isKnown }: NoRowsProps) {
  if (state.kind === 'refused' || state.kind === 'ended') return <Trouble state={state} />;
  if (isPaused) return <p class="empty">Paused before the first rows came.</p>;
  if (state.kind !== 'live') {
    return <p class="empty">{isKnown ? 'Catching up with the rows that are kept…' : 'Waiting for the server…'}</p>;
  }
  return (
    <p class="empty">
      No rows yet. A window shows its rows when it closes (EMIT FINAL), everything else as soon as rows arrive.
    </p>
  );
}

/** What keeps the rows from being live, apart from the connection. */
function Trouble({ state }: { state: SubscriptionState }) {
  switch (state.kind) {
    case 'opening':
    case 'live':
      return null;
    case 'resuming':
      return <p class="note">The rows as last seen; the gap is closed when the connection is back.</p>;
    case 'ended':
      return (
        <p class="note bad">
          {state.reason === 'dropped'
            ? 'The view was dropped. These were its last rows.'
            : 'The query failed; its state is kept. Its page says why.'}
        </p>
      );
    case 'refused':
      return (
        <p class="note bad">
          <b>{state.error.code}</b> {state.error.message}
          {state.error.hint !== undefined && <em> {state.error.hint}</em>}
        </p>
      );
  }
}
