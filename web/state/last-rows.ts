import { effect } from '@preact/signals';
import type { Link } from '../net/link.ts';
import { LiveFeed } from './live-feed.ts';
import { ndjsonOf } from './row-text.ts';

/** The last `most` rows that a stream keeps, as lines of JSON in the order in which they came. Null: they cannot be had. */
export function lastRows(link: Link, stream: string, most: number): Promise<string | null> {
  const feed = new LiveFeed(link, { sql: `SELECT * FROM "${stream.replaceAll('"', '""')}"` }, { newest: most });
  return new Promise((resolve) => {
    const stop = effect(() => {
      const { kind } = feed.state.value;
      const { seq, rows, columns } = feed.view.value;
      const isThere = kind === 'live' && seq !== null;
      if (!isThere && kind !== 'refused' && kind !== 'ended') return;
      const newest = rows.toSorted((a, b) => a.id - b.id).slice(-most);
      // Not from within its own effect.
      queueMicrotask(() => {
        stop();
        feed.close();
        resolve(isThere ? ndjsonOf(columns, newest) : null);
      });
    });
  });
}
