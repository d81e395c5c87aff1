import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Lines } from '../state/chart-data.ts';
import { axisText, axisTimeText } from '../state/format.ts';
import { cssColor, seriesColor } from './css-color.ts';

const HEIGHT = 300;

/** Lines over time on a canvas. Kept in a file of its own, so that it is loaded when the first one is drawn. */
export class TimePlot {
  readonly #host: HTMLElement;
  readonly #onPlace: (index: number | null) => void;
  readonly #observer: ResizeObserver;
  #plot: uPlot | null = null;
  #names = '';
  #lines: Lines | null = null;

  /** `onPlace` hears which point of the axis the pointer is at; null: none. */
  constructor(host: HTMLElement, onPlace: (index: number | null) => void) {
    this.#host = host;
    this.#onPlace = onPlace;
    this.#observer = new ResizeObserver(() => this.#plot?.setSize({ width: host.clientWidth, height: HEIGHT }));
    this.#observer.observe(host);
  }

  update(lines: Lines): void {
    this.#lines = lines;
    const names = lines.lines.map(({ name }) => name).join('\n');
    if (!this.#plot || names !== this.#names) this.#begin(lines, names);
    this.#plot?.setData([[...lines.times], ...lines.lines.map(({ values }) => [...values])]);
  }

  /** Light became dark, or dark light. */
  recolour(): void {
    this.#names = '';
    if (this.#lines) this.update(this.#lines);
  }

  destroy(): void {
    this.#observer.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }

  #begin(lines: Lines, names: string): void {
    this.#plot?.destroy();
    this.#names = names;
    const plot = new uPlot(plotOptions(lines, this.#host, this.#onPlace), undefined, this.#host);
    this.#plot = plot;
  }
}

function plotOptions(lines: Lines, host: HTMLElement, onPlace: (index: number | null) => void): uPlot.Options {
  const surface = cssColor(host, '--surface');
  return {
    width: Math.max(200, host.clientWidth),
    height: HEIGHT,
    legend: { show: false },
    padding: [12, 14, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    cursor: { points: { size: 7, width: 2, stroke: () => surface }, drag: { x: true, y: false } },
    scales: { y: { range: (_plot, least, most) => yRange(least, most) } },
    axes: [
      axis(host, { space: 70, values: timeMarks }),
      axis(host, { size: 56, values: (_plot, ticks) => ticks.map(axisText) }),
    ],
    series: [{}, ...lines.lines.map((line, at) => series(host, line.name, at, lines.lines.length))],
    hooks: { setCursor: [({ cursor }) => onPlace(cursor.idx ?? null)] },
  };
}

function timeMarks(_plot: uPlot, marks: readonly number[], _axis: number, _space: number, step: number): string[] {
  return marks.map((mark) => axisTimeText(mark, step));
}

function series(host: HTMLElement, label: string, at: number, count: number): uPlot.Series {
  const stroke = cssColor(host, seriesColor(at));
  return {
    label,
    stroke,
    width: 1.75,
    spanGaps: true,
    points: { show: false },
    ...(count === 1 && { fill: (plot: uPlot) => fade(plot, stroke) }),
    ...(uPlot.paths.spline && { paths: uPlot.paths.spline() }),
  };
}

function fade(plot: uPlot, color: string): CanvasGradient {
  const { top, height } = plot.bbox;
  const gradient = plot.ctx.createLinearGradient(0, top, 0, top + Math.max(1, height));
  gradient.addColorStop(0, withAlpha(color, 0.26));
  gradient.addColorStop(1, withAlpha(color, 0));
  return gradient;
}

function withAlpha(color: string, alpha: number): string {
  return color.replace(/^rgba?\((\d+), (\d+), (\d+).*$/, `rgba($1, $2, $3, ${alpha})`);
}

function axis(host: HTMLElement, more: uPlot.Axis): uPlot.Axis {
  const line = cssColor(host, '--line-soft');
  return {
    stroke: cssColor(host, '--ink-faint'),
    font: `11px ${getComputedStyle(host).fontFamily}`,
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
    ...more,
  };
}

/** From nought where that does not flatten the line, with a little air above. */
function yRange(least: number | null, most: number | null): [number, number] {
  if (least === null || most === null) return [0, 1];
  const spread = most - least;
  const bottom = least >= 0 && (least < 3 * spread || spread === 0) ? 0 : least - 0.1 * (spread || 1);
  return [bottom, most + 0.08 * (most - bottom || 1)];
}
