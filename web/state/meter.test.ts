import { expect, test } from 'vitest';
import { Meter } from './meter.ts';

test('a steady growth is its rate', () => {
  const meter = new Meter();
  for (let second = 0; second <= 30; second++) meter.read(second * 50, second * 1000);
  expect(meter.rate).toBeCloseTo(50, 6);
});

test('a total that went back counts anew and never gives a negative rate', () => {
  const meter = new Meter();
  for (const [total, second] of [
    [1000, 0],
    [1100, 1],
    [5, 2],
    [15, 3],
  ] as const)
    meter.read(total, second * 1000);
  expect(meter.history.every((rate) => rate >= 0)).toBe(true);
  expect(meter.rate).toBeLessThan(100);
});

test('remembers the last minute of readings', () => {
  const meter = new Meter();
  for (let second = 0; second < 200; second++) meter.read(second, second * 1000);
  expect(meter.history).toHaveLength(60);
});

test('what was before the first reading is where it goes on from', () => {
  const meter = new Meter();
  meter.seed([10, 20]);
  expect(meter.history).toEqual([10, 20]);
  meter.read(100, 0);
  meter.read(120, 1000);
  expect(meter.history).toEqual([10, 20, 20]);
  meter.seed([5]);
  expect(meter.history).toHaveLength(3);
});
