import { useMemo } from 'preact/hooks';
import type { Chart } from '../state/chart-choice.ts';
import { barsOf, figureOf, linesOf } from '../state/chart-data.ts';
import type { LiveView } from '../state/live-feed.ts';
import { BarChart } from './bar-chart.tsx';
import { FigureChart } from './figure-chart.tsx';
import { TimeChart } from './time-chart.tsx';

/** A result drawn as the chart says. */
export function ResultChart({ chart, view, label }: { chart: Chart; view: LiveView; label: string }) {
  switch (chart.kind) {
    case 'lines':
      return <LinesOf chart={chart} view={view} label={label} />;
    case 'bars':
      return <BarChart {...barsOf(view.rows, view.columns, chart)} label={label} />;
    case 'figure':
      return <FigureChart value={figureOf(view.rows, view.columns, chart)} name={chart.y} seq={view.seq} />;
  }
}

interface LinesOfProps {
  readonly chart: Extract<Chart, { kind: 'lines' }>;
  readonly view: LiveView;
  readonly label: string;
}

function LinesOf({ chart, view, label }: LinesOfProps) {
  const lines = useMemo(() => linesOf(view.rows, view.columns, chart), [view.rows, chart]);
  return <TimeChart lines={lines} label={label} />;
}
