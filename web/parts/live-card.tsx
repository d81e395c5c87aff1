import type { ViewJson } from '../../server/protocol.ts';
import { bytesText, countText, lagText, rateText } from '../state/format.ts';
import { hrefOf } from '../state/route.ts';
import type { Rated } from '../state/status.ts';
import { FeedState } from './feed-state.tsx';
import { PinButton } from './pin-button.tsx';
import { ResultPreview } from './result-preview.tsx';
import { StateDot } from './state-dot.tsx';
import { useFeed } from './use-feed.ts';

const MAX_RATE = 4;
const NEWEST = 400;

/** One view on the first screen, moving. */
export function LiveCard({ rated: { item, rate } }: { rated: Rated<ViewJson> }) {
  const feed = useFeed({ view: item.name }, { maxRate: MAX_RATE, newest: NEWEST });
  const view = feed?.view.value;
  return (
    <article class="card" data-view={item.name} aria-label={item.name}>
      <header>
        <StateDot state={item.state} />
        <h2>
          <a href={hrefOf({ page: 'view', name: item.name })}>{item.name}</a>
        </h2>
        <span class="rate">
          {rateText(rate)}
          <small>/s</small>
        </span>
        <PinButton name={item.name} />
      </header>
      <div class="card-body">
        {view && view.rows.length > 0 ? <ResultPreview view={view} label={item.name} /> : <FeedState feed={feed} />}
      </div>
      <CardFacts item={item} />
    </article>
  );
}

function CardFacts({ item: { watermark, counters } }: { item: ViewJson }) {
  return (
    <footer>
      <span title={`watermark ${watermark ?? 'none yet'}`}>{lagText(watermark, Date.now())} behind</span>
      <span title={`${countText(counters.stateRows)} rows of state`}>{bytesText(counters.stateBytes)} state</span>
      <span title="time of the last micro-batch">{counters.batchMs.toFixed(1)} ms</span>
      {counters.errors > 0 && <span class="bad">{countText(counters.errors)} errors</span>}
    </footer>
  );
}
