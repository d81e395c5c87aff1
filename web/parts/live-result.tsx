import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Subject } from '../net/subscription.ts';
import { type Chart, chooseChart, fittingChart } from '../state/chart-choice.ts';
import type { LiveFeed, LiveView } from '../state/live-feed.ts';
import { ChartBar } from './chart-bar.tsx';
import { FeedState } from './feed-state.tsx';
import { Icon } from './icon.tsx';
import { ResultChart } from './result-chart.tsx';
import { ResultFacts } from './result-facts.tsx';
import { ResultMenus } from './result-menus.tsx';
import { RowGrid } from './row-grid.tsx';
import { useFeed } from './use-feed.ts';

export interface LiveResultProps {
  /** A view by name, or a query that lives as long as somebody watches. */
  readonly subject: Subject;
  /** What the result is called where one hears rather than sees. */
  readonly label: string;
  readonly title?: ComponentChildren;
  /** Makes a button to close it. */
  readonly onClose?: () => void;
  /** A feed that the page has for other things too; default: one of its own. */
  readonly feed?: LiveFeed | null;
}

/** Frames per second from the server: the eye follows no more. */
const MAX_RATE = 10;
/** Rows kept of a result that only grows. */
const NEWEST = 2000;
/** Rows a second from which on nothing else moves on the page (see `.rapid`): other motion would cost it frames. */
const RAPID = 2000;

/** The rows of a result as they change: a grid or a chart, to sort, filter, hold still, take along. */
export function LiveResult(props: LiveResultProps) {
  const { subject, feed: given } = props;
  return given === undefined ? (
    <OwnFeed {...props} key={JSON.stringify(subject)} />
  ) : (
    <Result {...props} feed={given} />
  );
}

function OwnFeed(props: LiveResultProps) {
  const feed = useFeed(props.subject, { maxRate: MAX_RATE, newest: NEWEST });
  return <Result {...props} feed={feed} />;
}

function Result({ subject, label, title, onClose, feed }: LiveResultProps & { readonly feed: LiveFeed | null }) {
  const [asChart, setAsChart] = useState(false);
  const [chart, setChart] = useState<Chart | null>(null);
  const [following, setFollowing] = useState(true);
  const view = feed?.view.value ?? null;
  const shape = JSON.stringify([view?.columns, view?.key, view?.mode]);
  const shown = useMemo(() => view && fittingChart(chart, view), [shape, chart]);
  const canChart = useMemo(() => view !== null && chooseChart(view) !== null, [shape]);
  const isChart = asChart && shown !== null;
  const isRapid = (view?.pace.received ?? 0) > RAPID;
  return (
    <section
      class={`panel live-result ${isRapid ? 'rapid' : ''}`}
      aria-label={label}
      data-result={'view' in subject ? subject.view : 'sql'}
    >
      <header>
        {title}
        {canChart && <ShapeSwitch isChart={isChart} onSwitch={setAsChart} />}
        {feed && view && !isChart && <Filter feed={feed} view={view} />}
        <span class="spacer" />
        {feed && <PauseSwitch feed={feed} />}
        {!isChart && <FollowSwitch following={following} onFollow={setFollowing} />}
        {feed && view && <ResultMenus subject={subject} view={view} />}
        {onClose && (
          <button type="button" class="quiet icon" aria-label="Stop watching" title="Stop watching" onClick={onClose}>
            <Icon name="close" />
          </button>
        )}
      </header>
      <FeedState feed={feed} />
      {isChart && view && <ChartBar chart={shown} view={view} onChart={setChart} />}
      {view && view.columns.length > 0 && (view.rows.length > 0 || feed?.filter.value !== '') && (
        <div class="result-body">
          {isChart ? (
            <ResultChart chart={shown} view={view} label={label} />
          ) : (
            <LiveGrid feed={feed!} view={view} label={label} following={following} onFollow={setFollowing} />
          )}
        </div>
      )}
      {view && <ResultFacts view={view} />}
    </section>
  );
}

interface LiveGridProps {
  readonly feed: LiveFeed;
  readonly view: LiveView;
  readonly label: string;
  readonly following: boolean;
  readonly onFollow: (following: boolean) => void;
}

function LiveGrid({ feed, view, label, following, onFollow }: LiveGridProps) {
  return (
    <RowGrid
      columns={view.columns}
      key_={view.key}
      rows={view.rows}
      label={label}
      quietUntil={view.quietUntil}
      sort={feed.sort.value}
      onSort={(sort) => feed.setSort(sort)}
      following={following}
      onFollow={onFollow}
    />
  );
}

function ShapeSwitch({ isChart, onSwitch }: { isChart: boolean; onSwitch: (isChart: boolean) => void }) {
  return (
    <div class="segments" role="group" aria-label="Shown as">
      <button type="button" aria-pressed={!isChart} onClick={() => onSwitch(false)}>
        <Icon name="table" /> Rows
      </button>
      <button type="button" aria-pressed={isChart} onClick={() => onSwitch(true)}>
        <Icon name="chart" /> Chart
      </button>
    </div>
  );
}

function Filter({ feed, view }: { feed: LiveFeed; view: LiveView }) {
  const text = feed.filter.value;
  const example = view.columns.at(-1)?.name ?? 'column';
  return (
    <input
      class="filter"
      type="search"
      value={text}
      aria-label="Filter rows"
      placeholder="Filter"
      title={`Words that a row contains, or comparisons: ${example}>10 ${view.columns[0]?.name}=x`}
      onInput={(event) => feed.setFilter(event.currentTarget.value)}
    />
  );
}

/** Holds the screen still; the rows go on arriving behind it. */
function PauseSwitch({ feed }: { feed: LiveFeed }) {
  const isPaused = feed.paused.value;
  return (
    <button
      type="button"
      class="quiet"
      aria-pressed={isPaused}
      title="Hold the screen still; the rows go on arriving behind it"
      onClick={() => feed.setPaused(!isPaused)}
    >
      <Icon name={isPaused ? 'play' : 'pause'} />
      <span class="word">{isPaused ? 'Go on' : 'Pause'}</span>
    </button>
  );
}

function FollowSwitch({ following, onFollow }: { following: boolean; onFollow: (following: boolean) => void }) {
  return (
    <button
      type="button"
      class="quiet"
      aria-pressed={following}
      title="Keep the first row in sight while rows come above it"
      onClick={() => onFollow(!following)}
    >
      <Icon name="top" />
      <span class="word">Follow</span>
    </button>
  );
}
