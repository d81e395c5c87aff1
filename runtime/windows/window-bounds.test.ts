import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TIMESTAMP_MAX, TIMESTAMP_MIN } from '../types/timestamp.ts';
import { WindowBounds } from './window-bounds.ts';
import type { WindowSpec } from './window-spec.ts';

const specs = fc.oneof(
  fc.record({
    kind: fc.constant('tumble' as const),
    size: fc.integer({ min: 1, max: 20 }),
    offset: fc.integer({ min: -30, max: 30 }),
  }),
  fc.record({
    kind: fc.constant('hop' as const),
    size: fc.integer({ min: 1, max: 20 }),
    slide: fc.integer({ min: 1, max: 20 }),
    offset: fc.integer({ min: -30, max: 30 }),
  }),
);
const times = fc.integer({ min: -200, max: 200 });

/** Ends of all windows that cover a time, by trying every start near it. */
function endsOf(window: WindowSpec, time: number): number[] {
  const slide = window.kind === 'hop' ? window.slide : window.size;
  const ends: number[] = [];
  for (let start = time - window.size + 1; start <= time; start++) {
    if ((start - window.offset) % slide === 0) ends.push(start + window.size);
  }
  return ends;
}

describe('WindowBounds', () => {
  test('steps through exactly the windows that cover a time, also before 1970', () => {
    fc.assert(
      fc.property(specs, times, (window, time) => {
        const bounds = new WindowBounds(window);
        const ends: number[] = [];
        for (let end = bounds.firstEnd(time); end <= bounds.lastEnd(time); end += bounds.slide) ends.push(end);
        expect(ends).toEqual(endsOf(window, time));
        expect(bounds.windowsOf(time)).toBe(ends.length);
      }),
    );
  });

  test('all times of a pane lie in the same windows', () => {
    fc.assert(
      fc.property(specs, times, (window, time) => {
        const bounds = new WindowBounds(window);
        const pane = bounds.paneOf(time);
        expect(pane).toBeLessThanOrEqual(time);
        expect(pane + bounds.pane).toBeGreaterThan(time);
        expect(endsOf(window, pane)).toEqual(endsOf(window, time));
      }),
    );
  });

  test('a window is a whole number of panes', () => {
    const bounds = new WindowBounds({ kind: 'hop', size: 6, slide: 4, offset: 1 });
    expect(bounds.pane).toBe(2);
    expect(bounds.panesPerWindow).toBe(3);
  });

  test('windows equal modulo the slide are the same windows', () => {
    fc.assert(
      fc.property(specs, times, fc.integer({ min: -5, max: 5 }), (window, time, steps) => {
        const slide = window.kind === 'hop' ? window.slide : window.size;
        const shifted = new WindowBounds({ ...window, offset: window.offset + steps * slide });
        expect(shifted.firstEnd(time)).toBe(new WindowBounds(window).firstEnd(time));
      }),
    );
  });

  test('a window is told only if it begins and ends in the years 1 to 9999', () => {
    const bounds = new WindowBounds({ kind: 'tumble', size: 1000, offset: 0 });
    const ends = [TIMESTAMP_MIN, TIMESTAMP_MIN + 999, TIMESTAMP_MIN + 1000, 0, TIMESTAMP_MAX, TIMESTAMP_MAX + 1];
    expect(ends.map((end) => bounds.isTold(end))).toEqual([false, false, true, true, true, false]);
  });
});
