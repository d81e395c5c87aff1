import { isTimestamp } from '../types/timestamp.ts';
import { slideOf, type WindowSpec } from './window-spec.ts';

/**
 * Where the windows of a spec begin and end. Starts lie at k * slide + offset for every integer k, also before 1970
 * (floor arithmetic), and a window covers [start, start + size).
 *
 *     size 5, slide 2, pane 1            size 6, slide 4, pane 2
 *     |a b c d e|                        |a . b . c .|
 *         |c d e f g|                            |c . d . e .|
 *
 * Every start and end lies on a pane boundary, so a window is the sum of whole panes. All times are integers, ms.
 */
export class WindowBounds {
  readonly size: number;
  readonly slide: number;
  readonly offset: number;
  /** Length of a pane: the greatest that divides both size and slide. */
  readonly pane: number;

  constructor(window: WindowSpec) {
    this.size = window.size;
    this.slide = slideOf(window);
    this.offset = window.offset;
    this.pane = greatestCommonDivisor(this.size, this.slide);
  }

  get panesPerWindow(): number {
    return this.size / this.pane;
  }

  /** Start of the pane that holds this time. */
  paneOf(time: number): number {
    return floorTo(time - this.offset, this.pane) + this.offset;
  }

  /** End of the earliest window that ends after this time. It covers the time unless the time lies in a gap (slide > size). */
  firstEnd(time: number): number {
    return floorTo(time - this.offset - this.size, this.slide) + this.slide + this.offset + this.size;
  }

  /** End of the latest window that starts at or before this time. At or before the time itself when that lies in a gap. */
  lastEnd(time: number): number {
    return floorTo(time - this.offset, this.slide) + this.offset + this.size;
  }

  /** The first window end above `time`, given some window end at or below it. */
  firstEndAbove(end: number, time: number): number {
    return end + floorTo(time - end, this.slide) + this.slide;
  }

  /** Whether the window that ends then begins and ends at TIMESTAMPs. No other window has rows: its bounds could not be told. */
  isTold(end: number): boolean {
    return isTimestamp(end - this.size) && isTimestamp(end);
  }

  /** How many windows cover this time. */
  windowsOf(time: number): number {
    return Math.max(0, (this.lastEnd(time) - this.firstEnd(time)) / this.slide + 1);
  }
}

function floorTo(value: number, step: number): number {
  return Math.floor(value / step) * step;
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
