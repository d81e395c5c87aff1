import type { Bar } from '../state/chart-data.ts';
import { figureText } from '../state/format.ts';

interface BarChartProps {
  readonly bars: readonly Bar[];
  readonly more: number;
  readonly label: string;
  /** What the bars show, where it is not said elsewhere. */
  readonly caption?: string;
}

/** A bar for each name, the largest first; they glide to their new lengths and places. */
export function BarChart({ bars, more, label, caption }: BarChartProps) {
  return (
    <figure class="bars">
      <table aria-label={label}>
        <tbody style={{ height: `${bars.length * 30}px` }}>
          {sortedByName(bars).map(({ bar, place }) => (
            <tr key={bar.name} style={{ transform: `translateY(${place * 30}px)` }}>
              <th scope="row" class="clip" title={bar.name}>
                {bar.name}
              </th>
              <td class="bar">
                <i style={{ transform: `scaleX(${bar.share.toFixed(4)})` }} />
              </td>
              <td class="figure">{figureText(bar.value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {(more > 0 || caption !== undefined) && (
        <figcaption class="dim">
          {[caption, more > 0 ? `and ${more} smaller` : ''].filter(Boolean).join(', ')}
        </figcaption>
      )}
    </figure>
  );
}

/** Elements keep their order in the page, so that only their places move. */
function sortedByName(bars: readonly Bar[]) {
  return bars.map((bar, place) => ({ bar, place })).sort((a, b) => (a.bar.name < b.bar.name ? -1 : 1));
}
