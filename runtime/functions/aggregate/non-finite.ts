import type { ExactCells } from '../../state/state.ts';

/**
 * How many NaN, Infinity and -Infinity a group has, kept apart from its sum so that they can be taken back. Three
 * counts in one exact cell, as digits of base 2^40: nearly always 0.
 */
const BASE = 40n;
const MASK = (1n << BASE) - 1n;

export function addNonFinite(cells: ExactCells, group: number, value: number, weight: number): void {
  const digit = Number.isNaN(value) ? 0n : value > 0 ? 1n : 2n;
  cells.set(group, cells.get(group) + (BigInt(weight) << (digit * BASE)));
}

export function mergeNonFinite(into: ExactCells, group: number, from: ExactCells, source: number): void {
  if (from.values[source] !== 0) into.set(group, into.get(group) + from.get(source));
}

/** What they make of the sum: NaN, Infinity or -Infinity; null when there are none. */
export function nonFiniteSum(cells: ExactCells, group: number): number | null {
  if (cells.values[group] === 0) return null;
  const counts = cells.get(group);
  const positive = ((counts >> BASE) & MASK) > 0n;
  const negative = counts >> (2n * BASE) > 0n;
  if ((counts & MASK) > 0n || (positive && negative)) return Number.NaN;
  return positive ? Infinity : -Infinity;
}
