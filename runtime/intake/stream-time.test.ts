import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { admitRows, StreamTime } from './stream-time.ts';

const column = (...times: readonly number[]) =>
  ({ rep: 'number', values: Float64Array.from(times), valid: null }) as const;

describe('admitRows', () => {
  test('marks rows before the largest time so far minus the delay, however the rows are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 })),
        fc.integer({ min: 0, max: 5 }),
        fc.nat(40),
        (times, delay, cut) => {
          let largest = -Infinity;
          const expected = times.map((time) => {
            const watermark = largest - delay;
            largest = Math.max(largest, time);
            return watermark;
          });
          const parts = [times.slice(0, cut), times.slice(cut)];
          let before = -Infinity;
          const found: number[] = [];
          let late = 0;
          for (const part of parts) {
            const admitted = admitRows(column(...part), part.length, before, delay);
            // Where none is late they need not be told.
            if (admitted.watermarks) found.push(...admitted.watermarks);
            else found.push(...expected.slice(found.length, found.length + part.length));
            late += admitted.late;
            before = admitted.after;
          }
          expect(found).toEqual(expected);
          expect(late).toBe(times.filter((time, row) => time < expected[row]!).length);
          expect(before).toBe(largest - delay);
        },
      ),
    );
  });
});

test('a column that is known to ascend is admitted as any other', () => {
  const time = fc.integer({ min: -5, max: 30 });
  fc.assert(
    fc.property(fc.array(time), fc.nat(5), fc.constantFrom(-Infinity, 0, 10), (times, delay, before) => {
      const sorted = column(...times.toSorted((a, b) => a - b));
      const admitted = admitRows({ ...sorted, ascending: true }, times.length, before, delay);
      expect(admitted).toEqual(admitRows(sorted, times.length, before, delay));
    }),
  );
});

describe('a stream whose partitions are all idle', () => {
  function idle(): StreamTime {
    const time = new StreamTime(5, 100);
    time.admit('a', column(1000), 1, 10_000);
    time.admit('b', column(2000), 1, 10_050);
    return time;
  }

  test('follows the clock from when the last of them fell silent, whether that is noticed at once or late', () => {
    const punctual = idle();
    for (let now = 10_050; now <= 10_400; now += 10) punctual.passTime(now);
    const late = idle();
    late.passTime(10_400);
    // a holds the stream at 995 until it is idle; then b's 1995 counts, until b is idle at 10,150.
    expect(punctual.watermark).toBe(1995 + 250);
    expect(late.watermark).toBe(punctual.watermark);
  });

  test('stands where it stood when rows come again', () => {
    const time = idle();
    time.passTime(10_400);
    time.admit('a', column(2100), 1, 10_500);
    expect(time.watermark).toBe(1995 + 250);
    expect(time.before('a')).toBe(2245);
  });

  test('has no watermark to follow where it never had a row', () => {
    const time = new StreamTime(5, 100);
    time.declare('a', 0);
    time.passTime(1000);
    expect(time.watermark).toBe(-Infinity);
  });
});
