import { allocateBytes, allocateUtf8 } from '../columns/allocator.ts';
import type { Column, Validity } from '../columns/column.ts';
import { borrowInts, borrowNumbers } from '../columns/slice-pool.ts';
import { unreachable } from '../errors/assert.ts';
import { bitsAt, fractionAt, keyAt, keyOf } from './counter-random.ts';

/** How the cells of one column come about. Numbers are as columns hold them: DECIMAL scaled, DATE in days, times in ms. */
export type FieldPlan =
  /** min + n, starting again after max. */
  | { readonly kind: 'sequence'; readonly min: number; readonly max: number }
  /** Whole numbers from min to max. */
  | { readonly kind: 'whole'; readonly min: number; readonly max: number }
  /** min <= x < max. */
  | { readonly kind: 'real'; readonly min: number; readonly max: number }
  | { readonly kind: 'boolean' }
  /** `length` lower-case letters. */
  | { readonly kind: 'letters'; readonly length: number }
  | { readonly kind: 'pick-number'; readonly values: Float64Array }
  | { readonly kind: 'pick-text'; readonly bytes: Buffer; readonly starts: Int32Array; readonly lengths: Int32Array }
  /** start + n * stepMs, cut to ms, minus up to jitterMs. `unitMs`: 1, or a day for DATE. */
  | {
      readonly kind: 'time';
      readonly start: number;
      readonly stepMs: number;
      readonly jitterMs: number;
      readonly unitMs: number;
    };

export interface FieldGenerator {
  readonly plan: FieldPlan;
  readonly seed: number;
  /** Position among the columns. */
  readonly column: number;
  /** Share of NULLs, 0 to 1. */
  readonly nullRate: number;
}

/** Cells `from .. from + count` of a column, the same however they are asked for. */
export function generate(generator: FieldGenerator, from: number, count: number): Column {
  const { plan, seed, column } = generator;
  const valid = validityOf(generator, from, count);
  const key = keyOf(seed, column, 0);
  switch (plan.kind) {
    case 'sequence':
      return { rep: 'number', values: sequence(plan, from, count), valid };
    case 'whole':
    case 'real':
    case 'pick-number':
    case 'time': {
      const values = borrowNumbers(count);
      inRuns(from, count, (start, end, shift) => fillNumbers(plan, values, keyAt(key, start), start, end, shift));
      const ascending = plan.kind === 'time' && plan.jitterMs === 0 && valid === null;
      return ascending ? { rep: 'number', values, valid, ascending } : { rep: 'number', values, valid };
    }
    case 'boolean': {
      const values = allocateBytes(count);
      inRuns(from, count, (start, end, shift) => {
        const local = keyAt(key, start);
        for (let n = start; n < end; n++) values[n - shift] = bitsAt(local, n) & 1;
      });
      return { rep: 'boolean', values, valid };
    }
    case 'letters':
      return letters(plan.length, key, from, count, valid);
    case 'pick-text':
      return pickTexts(plan, key, from, count, valid);
    default:
      return unreachable(plan);
  }
}

/** Calls `run` for each part of the range within which positions differ in their low 32 bits only. */
function inRuns(from: number, count: number, run: (start: number, end: number, shift: number) => void): void {
  const end = from + count;
  for (let start = from; start < end; ) {
    const stop = Math.min(end, (Math.floor(start / 2 ** 32) + 1) * 2 ** 32);
    run(start, stop, from);
    start = stop;
  }
}

type NumberPlan = Extract<FieldPlan, { readonly kind: 'whole' | 'real' | 'pick-number' | 'time' }>;

/** One loop per kind: they are what generating costs. */
function fillNumbers(
  plan: NumberPlan,
  values: Float64Array,
  key: number,
  start: number,
  end: number,
  shift: number,
): void {
  switch (plan.kind) {
    case 'whole': {
      const range = plan.max - plan.min + 1;
      if (range <= 2 ** 32) fillSmall(values, key, plan.min, range, start, end, shift);
      else for (let n = start; n < end; n++) values[n - shift] = plan.min + Math.floor(fractionAt(key, n) * range);
      return;
    }
    case 'real': {
      const range = plan.max - plan.min;
      for (let n = start; n < end; n++) values[n - shift] = plan.min + fractionAt(key, n) * range;
      return;
    }
    case 'pick-number': {
      const choices = plan.values.length;
      for (let n = start; n < end; n++)
        values[n - shift] = plan.values[Math.floor((bitsAt(key, n) / 2 ** 32) * choices)]!;
      return;
    }
    case 'time':
      if (plan.jitterMs === 0 && plan.unitMs === 1)
        return fillTimes(plan.start, plan.stepMs, values, start, end, shift);
      for (let n = start; n < end; n++) {
        const jitter = plan.jitterMs === 0 ? 0 : Math.floor(fractionAt(key, n) * (plan.jitterMs + 1));
        values[n - shift] = Math.floor((timeOf(plan.start, plan.stepMs, n) - jitter) / plan.unitMs);
      }
  }
}

/** ms at which row n is due, cut to whole ms. */
export function timeOf(start: number, stepMs: number, n: number): number {
  return start + Math.floor(n * stepMs);
}

function fillTimes(
  first: number,
  stepMs: number,
  values: Float64Array,
  start: number,
  end: number,
  shift: number,
): void {
  if (Number.isSafeInteger(first) && Number.isSafeInteger(stepMs)) {
    for (let n = start; n < end; n++) values[n - shift] = first + n * stepMs;
    return;
  }
  for (let n = start; n < end; n++) values[n - shift] = Math.floor(timeOf(first, stepMs, n));
}

function fillSmall(
  values: Float64Array,
  key: number,
  min: number,
  range: number,
  start: number,
  end: number,
  shift: number,
): void {
  const scale = range / 2 ** 32;
  // Integers from here on: only the low 32 bits of a position count.
  const base = start | 0;
  const count = (end - start) | 0;
  const first = (start - shift) | 0;
  // Truncating to an integer is faster than Math.floor, where it can hold the range.
  if (range <= 2 ** 31) {
    for (let index = 0; index < count; index++)
      values[first + index] = min + ((bitsAt(key, (base + index) | 0) * scale) | 0);
    return;
  }
  for (let index = 0; index < count; index++)
    values[first + index] = min + Math.floor(bitsAt(key, (base + index) | 0) * scale);
}

function sequence(
  { min, max }: { readonly min: number; readonly max: number },
  from: number,
  count: number,
): Float64Array {
  const values = borrowNumbers(count);
  const range = max - min + 1;
  let next = min + (from % range);
  for (let index = 0; index < count; index++) {
    values[index] = next;
    next = next === max ? min : next + 1;
  }
  return values;
}

function letters(length: number, key: number, from: number, count: number, valid: Validity): Column {
  const bytes = allocateUtf8(length * count);
  const starts = borrowInts(count);
  const lengths = borrowInts(count).fill(length);
  let to = 0;
  for (let index = 0; index < count; index++) {
    starts[index] = to;
    const n = from + index;
    const local = keyAt(key, n);
    let bits = bitsAt(local, n) >>> 8;
    // 24 bits hold five letters of 26.
    for (let letter = 0; letter < length; letter++) {
      if (letter % 5 === 4) bits = bitsAt(local ^ (letter + 1), n) >>> 8;
      bytes[to++] = 97 + (bits % 26);
      bits = (bits / 26) | 0;
    }
  }
  return { rep: 'utf8', bytes, starts, lengths, valid };
}

/** All cells share the bytes of the choices. */
function pickTexts(
  plan: Extract<FieldPlan, { readonly kind: 'pick-text' }>,
  key: number,
  from: number,
  count: number,
  valid: Validity,
): Column {
  const starts = borrowInts(count);
  const lengths = borrowInts(count);
  inRuns(from, count, (start, end, shift) => {
    const local = keyAt(key, start);
    for (let n = start; n < end; n++) {
      const choice = Math.floor((bitsAt(local, n) / 2 ** 32) * plan.starts.length);
      starts[n - shift] = plan.starts[choice]!;
      lengths[n - shift] = plan.lengths[choice]!;
    }
  });
  return { rep: 'utf8', bytes: plan.bytes, starts, lengths, valid };
}

function validityOf({ seed, column, nullRate }: FieldGenerator, from: number, count: number): Validity {
  if (nullRate === 0) return null;
  const valid = allocateBytes(count);
  const key = keyOf(seed, column, 1);
  inRuns(from, count, (start, end, shift) => {
    const local = keyAt(key, start);
    for (let n = start; n < end; n++) valid[n - shift] = fractionAt(local, n) >= nullRate ? 1 : 0;
  });
  return valid;
}
