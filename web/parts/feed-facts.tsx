import type { LiveFeed } from '../state/live-feed.ts';
import { countText, timeText } from '../state/format.ts';

/** Where a feed stands: seq, epoch, watermark, and how many rows are shown. */
export function FeedFacts({ feed }: { feed: LiveFeed }) {
  const { seq, epoch, watermark, rows, size, partial } = feed.view.value;
  const shown = partial || size > rows.length ? `newest ${countText(rows.length)}` : countText(size);
  return (
    <dl class="facts">
      <Fact name="seq" value={seq === null ? '–' : String(seq)} />
      <Fact name="epoch" value={epoch === null ? '–' : String(epoch)} />
      <Fact name="watermark" value={watermark === null ? '–' : timeText(watermark)} />
      <Fact name="rows" value={shown} />
    </dl>
  );
}

export function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-fact={name}>{value}</dd>
    </div>
  );
}
