import type { LiveView } from '../state/live-feed.ts';
import { countText, rateText, timeText } from '../state/format.ts';
import { Fact } from './fact.tsx';

/** Below a result: how much of it is here, where it stands, and how fast it changes. */
export function ResultFacts({ view }: { view: LiveView }) {
  const { seq, epoch, watermark, rows, size, partial, pace } = view;
  const filtered = rows.length < size ? `${countText(rows.length)} of ${countText(size)}` : countText(size);
  return (
    <footer class="result-facts">
      <dl class="facts">
        <Fact name="rows" value={partial ? `${filtered} newest` : filtered} />
        <Fact name="changes/s" value={rateText(pace.changes)} />
        <Fact name="seq" value={seq === null ? '–' : String(seq)} />
        <Fact name="epoch" value={epoch === null ? '–' : String(epoch)} />
        <Fact name="watermark" value={watermark === null ? '–' : timeText(watermark)} />
      </dl>
      <Conflation view={view} />
    </footer>
  );
}

/** How much of what happened is shown: the server tells the net effect where it is faster than a screen. */
function Conflation({ view: { pace } }: { view: LiveView }) {
  if (pace.received >= 0.98 * pace.changes) return null;
  return (
    <span class="tag" title="Changes of one key between two frames are shown as one; nothing is missing in the rows">
      net: {rateText(pace.received)} rows/s in {rateText(pace.frames)} frames
    </span>
  );
}
