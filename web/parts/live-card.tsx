import type { ViewJson } from '../../server/protocol.ts';
import { rateText } from '../state/format.ts';
import { hrefOf } from '../state/route.ts';
import type { Rated } from '../state/status.ts';
import { FeedBody } from './feed-body.tsx';
import { FeedFacts } from './feed-facts.tsx';
import { PinButton } from './pin-button.tsx';
import { Sparkline } from './sparkline.tsx';
import { StateDot } from './state-dot.tsx';
import { useFeed } from './use-feed.ts';

const ROWS = 8;

/** One view on the first screen, moving. */
export function LiveCard({ rated: { item, rate, history } }: { rated: Rated<ViewJson> }) {
  const feed = useFeed({ view: item.name });
  return (
    <article class="card" data-view={item.name} aria-label={item.name}>
      <header>
        <StateDot state={item.state} />
        <h2>
          <a href={hrefOf({ page: 'view', name: item.name })}>{item.name}</a>
        </h2>
        <Sparkline values={history} />
        <span class="rate">
          {rateText(rate)}
          <small>/s</small>
        </span>
        <PinButton name={item.name} />
      </header>
      <FeedBody feed={feed} label={`Newest rows of ${item.name}`} most={ROWS} />
      <footer>{feed && <FeedFacts feed={feed} />}</footer>
    </article>
  );
}
