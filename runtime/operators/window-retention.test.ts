import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Batch } from '../columns/batch.ts';
import type { NumberColumn } from '../columns/column.ts';
import { openOperatorState } from '../state/operator-state.ts';
import type { StateRegister } from '../state/state.ts';
import type { HeldRows } from './result-table.ts';
import { type RowBounds, WindowRetention } from './window-retention.ts';

/** Rows that are only the start of a window of 10 ms, each of 100 bytes. */
class Starts implements HeldRows {
  readonly #starts = new Map<number, number>();
  #nextId = 0;

  get size(): number {
    return this.#starts.size;
  }

  get bytes(): number {
    return this.size * 100;
  }

  get all(): number[] {
    return [...this.#starts.values()];
  }

  add(starts: readonly number[]): Batch {
    for (const start of starts) this.#starts.set(this.#nextId++, start);
    const columns = [{ rep: 'number', values: Float64Array.from(starts), valid: null } as const];
    return { length: starts.length, columns, weights: null, ordinals: null, watermarks: null };
  }

  live(): Int32Array {
    return Int32Array.from(this.#starts.keys());
  }

  numbers(_column: number, ids: Int32Array): NumberColumn {
    return { rep: 'number', values: Float64Array.from(ids, (id) => this.#starts.get(id)!), valid: null };
  }

  remove(ids: readonly number[]): void {
    for (const id of ids) this.#starts.delete(id);
  }
}

const SIZE = 10;

function retention(bounds: RowBounds, rows: HeldRows, register: StateRegister = openRegister()): WindowRetention {
  return new WindowRetention({ bounds, closing: { column: 0, offset: SIZE }, rows, register });
}

function openRegister(): StateRegister {
  return openOperatorState({ hashSeed: 1 }).register;
}

/** Steps of a run: how far clock and watermark go, the windows after the watermark that get a row, and a restart. */
const runs = fc.array(
  fc.record({
    clock: fc.nat(40),
    watermark: fc.nat(25),
    windows: fc.array(fc.nat(6), { maxLength: 4 }),
    restart: fc.boolean(),
  }),
  { maxLength: 60 },
);

describe('rows of closed windows', () => {
  test('stay for the time that is kept and leave a sixteenth of it later at most, over restarts too', () => {
    fc.assert(
      fc.property(runs, fc.constantFrom(64, 160, 1000), (steps, ms) => {
        const rows = new Starts();
        const register = openRegister();
        let kept = retention({ ms, bytes: Infinity }, rows, register);
        const closedAt = new Map<number, number>();
        const came = new Set<number>();
        let [clock, watermark] = [1_000_000, 0];
        for (const step of steps) {
          if (step.restart) kept = retention({ ms, bytes: Infinity }, rows, register);
          // No row comes to a window that has closed.
          const starts = step.windows.map((window) => (Math.floor(watermark / SIZE) + window) * SIZE);
          kept.note([rows.add(starts)]);
          for (const start of starts) came.add(start);
          clock += step.clock;
          watermark += step.watermark;
          for (const start of came) if (start + SIZE <= watermark && !closedAt.has(start)) closedAt.set(start, clock);
          kept.trim(clock, watermark);
          for (const start of came) {
            const closed = closedAt.get(start) ?? Infinity;
            if (closed >= clock - ms) expect(rows.all).toContain(start);
            if (closed + ms / 16 < clock - ms) expect(rows.all).not.toContain(start);
          }
        }
      }),
    );
  });

  test('leave oldest first when there are too many bytes, rows of open windows never', () => {
    fc.assert(
      fc.property(runs, (steps) => {
        const rows = new Starts();
        const kept = retention({ ms: Infinity, bytes: 1000 }, rows);
        const came: number[] = [];
        let watermark = 0;
        for (const { watermark: further, windows } of steps) {
          const starts = windows.map((window) => (Math.floor(watermark / SIZE) + window) * SIZE);
          came.push(...starts);
          kept.note([rows.add(starts)]);
          watermark += further;
          kept.trim(0, watermark);
          const open = rows.all.filter((start) => start + SIZE > watermark);
          expect(open).toEqual(came.filter((start) => start + SIZE > watermark));
          if (rows.size > open.length) expect(rows.bytes).toBeLessThanOrEqual(1000);
          const least = Math.min(...rows.all);
          expect(rows.all).toEqual(came.filter((start) => start >= least));
        }
      }),
    );
  });

  test('leave as soon as they may where nothing is kept, and never where all is', () => {
    const [none, all] = [new Starts(), new Starts()];
    const keepNone = retention({ ms: 0, bytes: 0 }, none);
    const keepAll = retention({ ms: Infinity, bytes: Infinity }, all);
    keepNone.note([none.add([0, 10, 10, 20])]);
    keepAll.note([all.add([0, 10, 10, 20])]);
    expect(keepNone.trim(0, 20)).toBe(true);
    expect(keepAll.trim(1e12, 20)).toBe(false);
    expect([none.all, all.all]).toEqual([[20], [0, 10, 10, 20]]);
    expect(keepNone.trim(0, Infinity)).toBe(true);
    expect(keepAll.trim(1e12, Infinity)).toBe(false);
    expect([none.size, all.size]).toEqual([0, 4]);
  });

  test('may leave by time alone only while one of them is kept for a time', () => {
    const rows = new Starts();
    const timed = retention({ ms: 64, bytes: Infinity }, rows);
    timed.trim(0, 5);
    expect(timed.mayExpire(5)).toBe(false);
    timed.note([rows.add([0])]);
    timed.trim(0, 5);
    expect(timed.mayExpire(5)).toBe(false);
    timed.trim(0, 10);
    expect(timed.mayExpire(10)).toBe(true);
    expect(retention({ ms: Infinity, bytes: 1 }, rows).mayExpire(10)).toBe(false);
    timed.trim(65, 10);
    expect(rows.size).toBe(0);
    expect(timed.mayExpire(10)).toBe(false);
  });
});
