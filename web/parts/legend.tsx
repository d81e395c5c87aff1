import type { Lines } from '../state/chart-data.ts';
import { figureText, timeText } from '../state/format.ts';
import { seriesColor } from './css-color.ts';

interface LegendProps {
  readonly lines: Lines;
  /** Which point of the axis the figures are of. */
  readonly at: number;
  /** What is drawn, where it is not said elsewhere. */
  readonly what?: string;
}

/** The lines by name and colour, with what they come to at one time. */
export function Legend({ lines: { lines, times, more }, at, what }: LegendProps) {
  const time = times[at];
  return (
    <figcaption class="legend">
      {lines.map(({ name, values }, line) => (
        <span key={name}>
          <i style={{ background: `var(${seriesColor(line)})` }} aria-hidden="true" />
          <span class="clip">{name}</span> <b>{figureText(lastKnown(values, at))}</b>
        </span>
      ))}
      {more > 0 && <span class="dim">and {more} smaller</span>}
      <small>
        {what !== undefined && lines[0]?.name !== what && `${what} `}
        {time !== undefined && timeText(new Date(time * 1000).toISOString())}
      </small>
    </figcaption>
  );
}

function lastKnown(values: readonly (number | null)[], at: number): number | null {
  return values.slice(0, at + 1).findLast((value) => value !== null) ?? null;
}
