import { allocateNumbers } from '../../columns/allocator.ts';
import { TIMESTAMP_MAX } from '../../types/timestamp.ts';

/**
 * The order of Nexmark's events (nexmark-flink's generator, one instance, in order): event n, from 1, has the id n + 1;
 * of 50 ids the first is a person, the next 3 are auctions, the other 46 bids. Everything about an event follows from its
 * id, so any part of a table can be made without what comes before it.
 */

export type NexmarkTable = 'person' | 'auction' | 'bid';

const GROUP = 50;
const AUCTIONS_PER_GROUP = 3;
const BIDS_PER_GROUP = 46;
const FIRST_BID_SLOT = GROUP - BIDS_PER_GROUP;

/** Which of 50 ids are events of a table: from, to. */
const SLOTS: Readonly<Record<NexmarkTable, readonly [number, number]>> = {
  person: [0, 1],
  auction: [1, 1 + AUCTIONS_PER_GROUP],
  bid: [FIRST_BID_SLOT, GROUP],
};

/** Ids in records are counted from here. */
export const FIRST_ID = 1000;
/** Event time of event 0: a midnight in UTC, so that runs can be compared. */
const BASE_TIME = Date.UTC(2026, 0, 1);
const US_PER_S = 1_000_000;

/** Id of the event that is row `row` (from 0) of a table. */
export function eventOfRow(table: NexmarkTable, row: number): number {
  switch (table) {
    case 'person':
      return (row + 1) * GROUP;
    case 'auction':
      // Id 1 would be the first auction, but ids begin with 2.
      return Math.floor((row + 1) / AUCTIONS_PER_GROUP) * GROUP + 1 + ((row + 1) % AUCTIONS_PER_GROUP);
    case 'bid':
      return Math.floor(row / BIDS_PER_GROUP) * GROUP + FIRST_BID_SLOT + (row % BIDS_PER_GROUP);
  }
}

/** Ids of the events that are `count` rows of a table from row `first` on. */
export function eventsOfRows(table: NexmarkTable, first: number, count: number): Float64Array {
  const events = allocateNumbers(count);
  const [from, to] = SLOTS[table];
  let event = eventOfRow(table, first);
  let slot = event % GROUP;
  for (let row = 0; row < count; row++) {
    events[row] = event;
    if (slot + 1 < to) {
      event++;
      slot++;
    } else {
      event += GROUP - slot + from;
      slot = from;
    }
  }
  return events;
}

/** How many of the first `events` events are rows of a table. */
export function rowsOfEvents(table: NexmarkTable, events: number): number {
  const groups = Math.floor((events + 1) / GROUP);
  const slots = (events + 1) % GROUP;
  switch (table) {
    case 'person':
      return groups;
    case 'auction':
      return groups * AUCTIONS_PER_GROUP + Math.min(AUCTIONS_PER_GROUP, slots) - 1;
    case 'bid':
      return groups * BIDS_PER_GROUP + Math.max(0, slots - FIRST_BID_SLOT + 1);
  }
}

/** Event time of the event number `number`, ms. `rate`: events per second of event time. */
export function timeOfEvent(number: number, rate: number): number {
  return BASE_TIME + Math.floor(Math.floor((number * US_PER_S) / rate) / 1000);
}

/** Events that happen, and whose auctions end, before the last time that there is. */
export function eventsOfTime(rate: number): number {
  return Math.floor(((TIMESTAMP_MAX - BASE_TIME) / 1000) * rate) - 3 * OPEN_EVENTS;
}

/** How long auctions stay open at most, in events: until twice as many auctions as are open at once have begun. */
export const OPEN_EVENTS = Math.floor((100 * GROUP) / AUCTIONS_PER_GROUP);

/** The newest person when event `id` happens, counted from 0. */
export function lastPerson(id: number): number {
  return Math.floor(id / GROUP);
}

/** The newest auction when event `id` happens, counted from 0; a person's event belongs to the group before. */
export function lastAuction(id: number): number {
  const group = Math.floor(id / GROUP);
  // % would be a call: fmod, for ids are doubles.
  const slot = id - group * GROUP;
  const before = group * AUCTIONS_PER_GROUP;
  return slot === 0 ? before - 1 : before + Math.min(slot, AUCTIONS_PER_GROUP) - 1;
}
