import type { Line } from '../state/chart-data.ts';
import { seriesColor } from './css-color.ts';

const WIDTH = 300;
const HEIGHT = 100;

interface MiniLinesProps {
  readonly lines: readonly Line[];
  /** Points from this one on can still change: they are drawn lighter. */
  readonly settled?: number;
}

/** Lines without axes for small places; what they come to stands beside them. One line alone is filled. */
export function MiniLines({ lines, settled = Infinity }: MiniLinesProps) {
  const all = lines.flatMap(({ values }) => values).filter((value) => value !== null);
  const most = Math.max(...all);
  const least = Math.min(...all);
  const spread = most - least;
  const bottom = least >= 0 && (least < 3 * spread || spread === 0) ? 0 : least - 0.1 * spread;
  const height = (value: number): number => HEIGHT - 4 - ((value - bottom) / (most - bottom || 1)) * (HEIGHT - 10);
  return (
    <svg class="mini-lines" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {lines.map(({ name, values }, at) => {
        const path = pathOf(values.slice(0, settled), values.length, height);
        const open = settled < values.length ? pathOf(values, values.length, height, settled - 1) : '';
        return (
          <g key={name} style={{ color: `var(${seriesColor(at)})` }}>
            {lines.length === 1 && path !== '' && <path class="area" d={`${path}V${HEIGHT}H0Z`} />}
            <path class="line" d={path} />
            {open !== '' && <path class="line open" d={open} />}
          </g>
        );
      })}
    </svg>
  );
}

/** Holes are passed over; a point alone is a level line or, among others, a dot. `width`: points of the whole axis. */
function pathOf(
  values: readonly (number | null)[],
  width: number,
  height: (value: number) => number,
  from = 0,
): string {
  const step = WIDTH / Math.max(1, width - 1);
  const points = values.flatMap((value, at) =>
    value === null || at < from ? [] : [[at * step, height(value)] as const],
  );
  const [only] = points;
  if (only && points.length === 1) {
    return width === 1 ? `M0 ${only[1].toFixed(1)}H${WIDTH}` : `M${only[0].toFixed(1)} ${only[1].toFixed(1)}h0.1`;
  }
  return points.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
}
