import { borrowNumbers } from '../../columns/slice-pool.ts';
import type { Draw } from './draw.ts';
import { FIRST_ID, lastAuction, lastPerson, OPEN_EVENTS, timeOfEvent } from './events.ts';

const ACTIVE_PERSONS = 1000;
const OPEN_AUCTIONS = 100;
/** Ids that nobody has yet, which may be drawn as well. */
const LEAD = 10;
/** One person or auction of so many is the hot one. */
const HOT_STEP = 100;

/** One number per event. Each has a loop of its own, so that what it calls is inlined: it is what generating costs. */
export type Numbers = (events: Float64Array) => Float64Array;

/** One of the last 1,000 persons, or of the 10 to come; three times of four the one of each hundred at `hotOffset`. */
export function personIds(hot: Draw, any: Draw, hotOffset: number): Numbers {
  return (events) => {
    const values = borrowNumbers(events.length);
    for (let row = 0; row < events.length; row++) {
      const event = events[row]!;
      const last = lastPerson(event);
      if (hot.bits(event) >>> 30 > 0) values[row] = FIRST_ID + Math.floor(last / HOT_STEP) * HOT_STEP + hotOffset;
      else {
        const active = Math.min(last + 1, ACTIVE_PERSONS);
        values[row] = FIRST_ID + last + 1 - active + any.below(active + LEAD, event);
      }
    }
    return values;
  };
}

/** One of the last 101 auctions, or of the 10 to come; every other time the one of each hundred. */
export function auctionIds(hot: Draw, any: Draw): Numbers {
  return (events) => {
    const values = borrowNumbers(events.length);
    for (let row = 0; row < events.length; row++) {
      const event = events[row]!;
      const last = lastAuction(event);
      if (hot.bits(event) >>> 31 > 0) values[row] = FIRST_ID + Math.floor(last / HOT_STEP) * HOT_STEP;
      else {
        const first = Math.max(last - OPEN_AUCTIONS, 0);
        values[row] = FIRST_ID + first + any.below(last - first + 1 + LEAD, event);
      }
    }
    return values;
  };
}

/** Log-uniform from 100 to 100,000,000 (cents). */
export function prices(draw: Draw): Numbers {
  return (events) => {
    const values = borrowNumbers(events.length);
    for (let row = 0; row < events.length; row++) {
      const bits = draw.bits(events[row]!);
      // 10^(6u) as three factors: u's first 11 bits, its next 11, its last 10.
      const power = POWERS[bits >>> 21]! * POWERS[2048 + ((bits >>> 10) & 2047)]! * POWERS[4096 + (bits & 1023)]!;
      values[row] = Math.floor(power * 100 + 0.5);
    }
    return values;
  };
}

const POWERS = Float64Array.from({ length: 4096 + 1024 }, (_, index) => {
  if (index < 2048) return 10 ** ((6 * index) / 2 ** 11);
  return index < 4096 ? 10 ** ((6 * (index - 2048)) / 2 ** 22) : 10 ** ((6 * (index - 4096)) / 2 ** 32);
});

/** A whole number from `first` on, of so many. */
export function choices(draw: Draw, first: number, count: number): Numbers {
  return (events) => {
    const values = borrowNumbers(events.length);
    for (let row = 0; row < events.length; row++) values[row] = first + draw.below(count, events[row]!);
    return values;
  };
}

/** Event time, ms: an event's id is one ahead of its number. */
export function times(rate: number): Numbers {
  return (events) => {
    const values = borrowNumbers(events.length);
    for (let row = 0; row < events.length; row++) values[row] = timeOfEvent(events[row]! - 1, rate);
    return values;
  };
}

/** When an auction ends: up to twice the time in which as many auctions begin as are open at once. */
export function expiries(draw: Draw, rate: number): Numbers {
  return (events) => {
    const values = borrowNumbers(events.length);
    for (let row = 0; row < events.length; row++) {
      const event = events[row]!;
      const now = timeOfEvent(event - 1, rate);
      const horizon = timeOfEvent(event - 1 + OPEN_EVENTS, rate) - now;
      values[row] = now + 1 + draw.below(Math.max(2 * horizon, 1), event);
    }
    return values;
  };
}
