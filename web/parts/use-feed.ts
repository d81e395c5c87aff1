import { useEffect, useState } from 'preact/hooks';
import type { Subject } from '../net/subscription.ts';
import { useServices } from '../services.ts';
import { type FeedOptions, LiveFeed } from '../state/live-feed.ts';

/** A live feed for as long as the component is on screen. Null for one moment after the subject changes. */
export function useFeed(subject: Subject | null, options: FeedOptions = {}): LiveFeed | null {
  const { link } = useServices();
  const [feed, setFeed] = useState<LiveFeed | null>(null);
  useEffect(() => {
    if (subject === null) return;
    const opened = new LiveFeed(link, subject, options);
    setFeed(opened);
    return () => {
      opened.close();
      setFeed(null);
    };
  }, [link, JSON.stringify(subject)]);
  return feed;
}
