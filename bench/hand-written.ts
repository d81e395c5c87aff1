import { generate } from '../runtime/connectors/field-generator.ts';
import type { FieldGenerator, FieldPlan } from '../runtime/connectors/field-generator.ts';

/**
 * What somebody would write by hand for the two queries over the same generated columns, with plain loops over typed
 * arrays and nothing of an engine: no other query, no NULL, no late row, no exactness check, no checkpoint. The engine's
 * figure over this one says what an engine costs, whatever the machine.
 */
const SLICE = 16_384;
const KEYS = 101_001;
const HOUR_MS = 3_600_000;

const whole = (min: number, max: number, column: number): FieldGenerator => field({ kind: 'whole', min, max }, column);
const AUCTION = whole(1000, 101_000, 0);
const PRICE = whole(100, 1_000_000, 2);
const TIME = field({ kind: 'time', start: Date.UTC(2026, 0, 1), stepMs: 1, jitterMs: 0, unitMs: 1 }, 3);

function field(plan: FieldPlan, column: number): FieldGenerator {
  return { plan, seed: 1, column, nullRate: 0 };
}

/** Answers how many rows it kept. */
export function handWrittenFilter(rows: number): number {
  const auctions = new Float64Array(SLICE);
  const euros = new Float64Array(SLICE);
  const times = new Float64Array(SLICE);
  let kept = 0;
  for (let from = 0; from < rows; from += SLICE) {
    const length = Math.min(SLICE, rows - from);
    const columns = [cells(AUCTION, from, length), cells(PRICE, from, length), cells(TIME, from, length)] as const;
    kept += filterSlice(...columns, length, auctions, euros, times);
  }
  return kept;
}

function filterSlice(
  auction: Float64Array,
  price: Float64Array,
  time: Float64Array,
  length: number,
  auctions: Float64Array,
  euros: Float64Array,
  times: Float64Array,
): number {
  let kept = 0;
  for (let row = 0; row < length; row++) {
    if (!(price[row]! > 10_000) || (auction[row]! | 0) % 7 === 0) continue;
    auctions[kept] = auction[row]!;
    euros[kept] = price[row]! * 0.908;
    times[kept] = time[row]!;
    kept++;
  }
  return kept;
}

/** Answers how many groups there were over all hours. */
export function handWrittenTumble(rows: number): number {
  const counts = new Float64Array(KEYS);
  const results: [start: number, auction: number, count: number][] = [];
  let hour = -1;
  let groups = 0;
  const close = (): void => {
    for (let key = 0; key < KEYS; key++) if (counts[key]! > 0) results.push([hour * HOUR_MS, key, counts[key]!]);
    groups += results.length;
    results.length = 0;
    counts.fill(0);
  };
  for (let from = 0; from < rows; from += SLICE) {
    const length = Math.min(SLICE, rows - from);
    const auction = cells(AUCTION, from, length);
    const time = cells(TIME, from, length);
    for (let row = 0; row < length; row++) {
      const its = Math.floor(time[row]! / HOUR_MS);
      if (its !== hour) {
        close();
        hour = its;
      }
      counts[auction[row]! - 1000]!++;
    }
  }
  close();
  return groups;
}

function cells(generator: FieldGenerator, from: number, length: number): Float64Array {
  const column = generate(generator, from, length);
  if (column.rep !== 'number') throw new Error('a column of numbers was expected');
  return column.values;
}
