import { type Chart, type ChartOptions, chartOptions } from '../state/chart-choice.ts';
import type { LiveView } from '../state/live-feed.ts';

interface ChartBarProps {
  readonly chart: Chart;
  readonly view: LiveView;
  readonly onChart: (chart: Chart) => void;
}

/** Which columns make the chart, to be changed. */
export function ChartBar({ chart, view, onChart }: ChartBarProps) {
  const options = chartOptions(view);
  const { figures, labels, times } = options;
  const none = '(one line)';
  return (
    <div class="chart-bar">
      <Choice
        label="Chart"
        value={chart.kind}
        values={kinds(options)}
        onValue={(kind) => onChart(ofKind(kind as Chart['kind'], options, chart.y))}
      />
      <Choice label="Show" value={chart.y} values={figures} onValue={(y) => onChart({ ...chart, y })} />
      {chart.kind === 'bars' && (
        <Choice label="by" value={chart.label} values={labels} onValue={(label) => onChart({ ...chart, label })} />
      )}
      {chart.kind === 'lines' && (
        <>
          <Choice
            label="by"
            value={chart.split ?? none}
            values={[none, ...labels]}
            onValue={(split) => onChart({ ...chart, split: split === none ? null : split })}
          />
          <Choice label="over" value={chart.x} values={times} onValue={(x) => onChart({ ...chart, x })} />
        </>
      )}
    </div>
  );
}

function kinds({ times, labels, hasOneRow }: ChartOptions): readonly Chart['kind'][] {
  return [
    ...(times.length > 0 ? (['lines'] as const) : []),
    ...(labels.length > 0 ? (['bars'] as const) : []),
    ...(hasOneRow ? (['figure'] as const) : []),
  ];
}

function ofKind(kind: Chart['kind'], { times, labels }: ChartOptions, y: string): Chart {
  switch (kind) {
    case 'lines':
      return { kind, x: times[0]!, y, split: labels[0] ?? null };
    case 'bars':
      return { kind, label: labels[0]!, y };
    case 'figure':
      return { kind, y };
  }
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly values: readonly string[];
  readonly onValue: (value: string) => void;
}

function Choice({ label, value, values, onValue }: ChoiceProps) {
  return (
    <label class="choice">
      {label}
      <select value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        {values.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </label>
  );
}
