import { useMemo } from 'preact/hooks';
import { chooseChart } from '../state/chart-choice.ts';
import { barsOf, figureOf, linesOf } from '../state/chart-data.ts';
import type { LiveView } from '../state/live-feed.ts';
import { BarChart } from './bar-chart.tsx';
import { FigureChart } from './figure-chart.tsx';
import { Legend } from './legend.tsx';
import { MiniLines } from './mini-lines.tsx';
import { RowGrid } from './row-grid.tsx';

const LINES = 6;
const BARS = 6;
const ROWS = 6;
/** Points of a line in a small place: the newest. */
const POINTS = 30;

/** A result in a small place: drawn as its columns suggest. */
export function ResultPreview({ view, label }: { view: LiveView; label: string }) {
  const shape = JSON.stringify([view.columns, view.key, view.mode]);
  const chart = useMemo(() => chooseChart(view), [shape]);
  switch (chart?.kind) {
    case undefined:
      return <RowGrid columns={view.columns} key_={view.key} rows={view.rows.slice(0, ROWS)} label={label} compact />;
    case 'lines': {
      const lines = linesOf(view.rows, view.columns, chart, { most: LINES, points: POINTS, watermark: view.watermark });
      return (
        <figure class="preview-lines">
          <MiniLines lines={lines.lines} settled={lines.settled} />
          <Legend lines={lines} at={lines.times.length - 1} what={chart.y} />
        </figure>
      );
    }
    case 'bars':
      return (
        <BarChart {...barsOf(view.rows, view.columns, chart, BARS)} label={`${label}: ${chart.y}`} caption={chart.y} />
      );
    case 'figure':
      return <FigureChart value={figureOf(view.rows, view.columns, chart)} name={chart.y} seq={view.seq} />;
  }
}
