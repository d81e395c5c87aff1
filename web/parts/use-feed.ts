import { useEffect, useState } from 'preact/hooks';
import type { Subject } from '../net/subscription.ts';
import { useServices } from '../services.ts';
import { LiveFeed } from '../state/live-feed.ts';

/** A live feed for as long as the component is on screen. Null for one moment after the subject changes. */
export function useFeed(subject: Subject): LiveFeed | null {
  const { link } = useServices();
  const [feed, setFeed] = useState<LiveFeed | null>(null);
  useEffect(() => {
    const opened = new LiveFeed(link, subject);
    setFeed(opened);
    return () => {
      opened.close();
      setFeed(null);
    };
  }, [link, JSON.stringify(subject)]);
  return feed;
}
