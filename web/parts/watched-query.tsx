import type { Subject } from '../net/subscription.ts';
import { useServices } from '../services.ts';
import { FeedBody } from './feed-body.tsx';
import { FeedFacts } from './feed-facts.tsx';
import { PauseButton } from './pause-button.tsx';
import { useFeed } from './use-feed.ts';

/** The live rows of the query at hand: a view just made, or a SELECT under no name. */
export function WatchedQuery({ subject }: { subject: Subject }) {
  const { workbench } = useServices();
  const feed = useFeed(subject);
  const name = 'view' in subject ? subject.view : 'this query';
  return (
    <section class="panel rows" aria-label={`Live rows of ${name}`} data-watched={'view' in subject ? 'view' : 'sql'}>
      <header>
        <h2>{'view' in subject ? subject.view : 'Live, until you stop watching'}</h2>
        {feed && <FeedFacts feed={feed} />}
        <span class="spacer" />
        {feed && <PauseButton feed={feed} />}
        <button type="button" class="quiet" onClick={() => workbench.stopWatching()} aria-label="Stop watching">
          ✕
        </button>
      </header>
      <FeedBody feed={feed} label={`Rows of ${name}`} />
    </section>
  );
}
