import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { valueAt } from '../../columns/value-at.ts';
import { ManualClock } from '../../time/clock.ts';
import { BIGINT, type DataType, INT, STRING, TIMESTAMP } from '../../types/data-type.ts';
import type { Field } from '../../types/schema.ts';
import type { PolledRows, Source } from '../connector.ts';
import { eventOfRow, eventsOfRows, lastAuction, lastPerson, type NexmarkTable, rowsOfEvents } from './events.ts';
import { nexmark } from './nexmark.ts';

const field = (name: string, type: DataType): Field => ({ name, type, nullable: true });

/** The fields that the classic set of queries (q0 to q23) reads, as its DDL names them. */
const COLUMNS: Record<NexmarkTable, readonly Field[]> = {
  bid: [
    ...['auction', 'bidder', 'price'].map((name) => field(name, BIGINT)),
    ...['channel', 'url'].map((name) => field(name, STRING)),
    field('dateTime', TIMESTAMP),
    field('extra', STRING),
  ],
  auction: [
    ...['id', 'initialBid', 'reserve', 'seller', 'category'].map((name) => field(name, BIGINT)),
    ...['itemName', 'description', 'extra'].map((name) => field(name, STRING)),
    ...['dateTime', 'expires'].map((name) => field(name, TIMESTAMP)),
  ],
  person: [
    field('id', BIGINT),
    ...['name', 'emailAddress', 'creditCard', 'city', 'state', 'extra'].map((name) => field(name, STRING)),
    field('dateTime', TIMESTAMP),
  ],
};
const TABLES = ['bid', 'auction', 'person'] as const;

function open(table: NexmarkTable, columns: readonly Field[], options: Record<string, string> = {}): Source {
  const definition = {
    relation: table,
    columns,
    eventTime: null,
    options: new Map(Object.entries({ table, ...options })),
    createdAt: 1000,
  };
  return nexmark.source!(definition).open({ clock: new ManualClock(0), filesDirectory: '' });
}

const plainOf = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);

type Row = Readonly<Record<string, string | number>>;

function rowsOf(table: NexmarkTable, options: Record<string, string>, columns = COLUMNS[table]): Row[] {
  const source = open(table, columns, options);
  const rows: Row[] = [];
  for (let from = 0; ; ) {
    const polled = source.poll('0', from, { rowsMax: 10_000, bytesMax: 16 << 20, now: 1000 });
    if (polled.kind !== 'columns') return rows;
    for (let row = 0; row < polled.length; row++) {
      const cells = columns.map(({ name, type }, index) => [name, plainOf(valueAt(polled.columns[index]!, type, row))]);
      rows.push(Object.fromEntries(cells) as Row);
    }
    from = Number(polled.to);
  }
}

describe('events', () => {
  /** The table that an id belongs to, by the rule itself. */
  const tableOf = (id: number): NexmarkTable => (id % 50 === 0 ? 'person' : id % 50 <= 3 ? 'auction' : 'bid');

  test.each(TABLES)('are rows of %s by their id, however many there are', (table) => {
    let rows = 0;
    for (let events = 0; events < 400; events++) {
      expect(rowsOfEvents(table, events)).toBe(rows);
      // The event after so many has the number events + 1.
      const id = events + 2;
      if (tableOf(id) === table) expect(eventOfRow(table, rows++)).toBe(id);
    }
  });

  test('are found anywhere without those before', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...TABLES),
        fc.integer({ min: 0, max: 1e9 }),
        fc.integer({ min: 1, max: 200 }),
        (table, first, count) => {
          const events = eventsOfRows(table, first, count);
          expect([...events]).toEqual(Array.from({ length: count }, (_, row) => eventOfRow(table, first + row)));
        },
      ),
    );
  });

  test('come as one auction first, 1 : 3 : 46', () => {
    expect(eventOfRow('auction', 0)).toBe(2);
    expect(TABLES.map((table) => rowsOfEvents(table, 2_000_000))).toEqual([1_840_000, 120_000, 40_000]);
  });

  test('know the newest person and auction', () => {
    let persons = 0;
    let auctions = 1;
    for (let id = 2; id < 500; id++) {
      if (tableOf(id) === 'person') persons++;
      if (tableOf(id) === 'auction') auctions++;
      expect([lastPerson(id), lastAuction(id)]).toEqual([persons, auctions - 1]);
    }
  });
});

describe('rows', () => {
  const options = { events: '50000', seed: '7' };
  const bids = rowsOf('bid', options);
  const auctions = rowsOf('auction', options);
  const persons = rowsOf('person', options);
  const share = (part: readonly unknown[], whole: readonly unknown[]): number => part.length / whole.length;
  const START = Date.parse('2026-01-01T00:00:00Z');

  test('are the same for the same seed, and others for another', () => {
    const few = { events: '5000', seed: '7' };
    const some = rowsOf('bid', few);
    expect(some).toEqual(bids.slice(0, some.length));
    const others = rowsOf('bid', { ...few, seed: '8' });
    expect(others.filter(({ price }, at) => price === some[at]!['price']).length).toBeLessThan(some.length / 100);
  });

  test('are spaced by the rate of event time', () => {
    expect(auctions[0]!['dateTime']).toBe(START);
    expect(bids.at(-1)!['dateTime']).toBe(START + 4_999);
    expect(rowsOf('bid', { events: '101', event_rate: '1' }).at(-1)!['dateTime']).toBe(START + 98_000);
  });

  test('of bids lean to hot auctions, bidders and channels', () => {
    expect(
      share(
        bids.filter(({ auction }) => Number(auction) % 100 === 0),
        bids,
      ),
    ).toBeCloseTo(0.505, 1);
    expect(
      share(
        bids.filter(({ bidder }) => Number(bidder) % 100 === 1),
        bids,
      ),
    ).toBeCloseTo(0.755, 1);
    const hot = bids.filter(({ channel }) => !String(channel).startsWith('channel-'));
    expect(share(hot, bids)).toBeCloseTo(0.5, 1);
    expect(new Set(hot.map(({ channel }) => channel))).toEqual(new Set(['Google', 'Facebook', 'Baidu', 'Apple']));
    expect(
      share(
        bids.filter(({ url }) => String(url).includes('&channel_id=')),
        bids,
      ),
    ).toBeCloseTo(0.45, 1);
    expect(new Set(bids.map(({ channel }) => channel)).size).toBeGreaterThan(8_000);
    expect(new Set(bids.map(({ channel, url }) => `${channel} ${url}`)).size).toBe(
      new Set(bids.map(({ channel }) => channel)).size,
    );
    for (const { url } of bids.slice(0, 500)) {
      expect(url).toMatch(
        /^https:\/\/www\.nexmark\.com\/[a-z_]{3,4}\/[a-z_]{3,4}\/[a-z_]{3,4}\/item\.htm\?query=1(&channel_id=\d+)?$/,
      );
    }
  });

  test('of bids have prices as likely in one decade as in the next', () => {
    const prices = bids.map(({ price }) => Number(price));
    expect(Math.min(...prices)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...prices)).toBeLessThanOrEqual(100_000_000);
    for (let decade = 2; decade < 8; decade++) {
      const within = prices.filter((price) => price >= 10 ** decade && price < 10 ** (decade + 1));
      expect(share(within, prices)).toBeCloseTo(1 / 6, 1);
    }
  });

  test('refer to auctions and persons that are there or come soon', () => {
    const auctionIds = new Set(auctions.map(({ id }) => id));
    const personIds = new Set(persons.map(({ id }) => id));
    const known = (ids: ReadonlySet<unknown>, id: unknown): boolean => ids.has(id) || Number(id) < 1002;
    const early = bids.slice(0, -2000);
    expect(early.filter(({ auction }) => !known(auctionIds, auction))).toEqual([]);
    expect(early.filter(({ bidder }) => !known(personIds, bidder) && Number(bidder) < 1990)).toEqual([]);
    expect(auctions.filter(({ seller }) => !known(personIds, seller) && Number(seller) < 1990)).toEqual([]);
  });

  test('of auctions keep the rules of their values', () => {
    expect(auctions[0]!['id']).toBe(1001);
    expect(
      share(
        auctions.filter(({ seller }) => Number(seller) % 100 === 0),
        auctions,
      ),
    ).toBeCloseTo(0.755, 1);
    expect(new Set(auctions.map(({ category }) => category))).toEqual(new Set([10, 11, 12, 13, 14]));
    for (const row of auctions) {
      expect(row['reserve']).toBeGreaterThan(Number(row['initialBid']));
      const open = Number(row['expires']) - Number(row['dateTime']);
      expect(open > 0 && open <= 2 * 167).toBe(true);
      expect(String(row['itemName']).length).toBeLessThan(20);
      expect(String(row['description']).length).toBeLessThan(100);
      expect(row['description']).toBe(String(row['description']).trim());
    }
  });

  test('of persons keep the rules of their values', () => {
    expect(persons[0]!['id']).toBe(1001);
    expect(new Set(persons.map(({ state }) => state))).toEqual(new Set(['AZ', 'CA', 'ID', 'OR', 'WA', 'WY']));
    expect(new Set(persons.map(({ city }) => city)).size).toBe(10);
    expect(new Set(persons.map(({ name }) => name)).size).toBe(99);
    for (const { creditCard, emailAddress } of persons) {
      expect(creditCard).toMatch(/^\d{4} \d{4} \d{4} \d{4}$/);
      expect(emailAddress).toMatch(/^[a-z ]{0,6}@[a-z ]{0,4}\.com$/);
    }
  });

  test.each([
    ['bid', bids, 32, 100],
    ['auction', auctions, 48, 500],
    ['person', persons, 8, 200],
  ] as const)('of %s have their size in bytes, a fifth more or less in the padding', (_table, rows, ids, bytes) => {
    const sizes = rows.map((row) => {
      const texts = Object.values(row).filter((value) => typeof value === 'string');
      const counted = ids === 32 ? [row['extra']] : texts;
      return ids + counted.reduce((sum: number, value) => sum + String(value).length, 0);
    });
    expect(sizes.reduce((sum, size) => sum + size) / sizes.length / bytes).toBeCloseTo(1, 1);
    expect(Math.min(...sizes) / bytes).toBeGreaterThan(0.78);
    expect(Math.max(...sizes) / bytes).toBeLessThan(1.22);
  });
});

describe('a pace', () => {
  test.each(TABLES)('gives the rows of %s that are due', (table) => {
    const source = open(table, COLUMNS[table], { events_per_second: '100', events: '1000' });
    expect(source.endless).toBe(false);
    const limit = (now: number) => ({ rowsMax: 1e6, bytesMax: 1 << 30, now });
    // The first event is an auction.
    expect(source.poll('0', 0, limit(999)).kind).toBe('wait');
    for (const [ms, events] of [
      [0, 1],
      [9, 1],
      [10, 2],
      [1000, 101],
      [3333, 334],
      [60_000, 1000],
    ] as const) {
      const polled = source.poll('0', 0, limit(1000 + ms));
      expect(polled.kind === 'columns' ? polled.length : 0).toBe(rowsOfEvents(table, events));
    }
    const waiting = source.poll('0', 0, limit(0));
    const first = eventOfRow(table, 0) - 2;
    expect(waiting).toEqual({ kind: 'wait', delayMs: 1000 + first * 10 });
    expect(source.poll('0', rowsOfEvents(table, 1000), limit(1e9))).toEqual({ kind: 'end' });
  });

  test('that is none gives rows as fast as they are asked for', () => {
    expect(open('bid', COLUMNS.bid).endless).toBe(true);
  });
});

describe('columns', () => {
  test('are called as in any dialect', () => {
    const [standard] = rowsOf('person', { events: '50' }, [field('dateTime', TIMESTAMP), field('creditCard', STRING)]);
    const [snake] = rowsOf('person', { events: '50' }, [field('date_time', TIMESTAMP), field('credit_card', STRING)]);
    const [lower] = rowsOf('person', { events: '50' }, [field('ts', TIMESTAMP), field('creditcard', STRING)]);
    expect(Object.values(snake!)).toEqual(Object.values(standard!));
    expect(Object.values(lower!)).toEqual(Object.values(standard!));
  });

  test('that nobody needs are left out', () => {
    const polled = open('bid', COLUMNS.bid).poll('0', 0, {
      rowsMax: 10,
      bytesMax: 1 << 20,
      now: 0,
      needed: COLUMNS.bid.map(({ name }) => name === 'price'),
    }) as Extract<PolledRows, { kind: 'columns' }>;
    expect(polled.columns.map((column) => column === null)).toEqual([true, true, false, true, true, true, true]);
  });

  test('that the table has not, or of another type, are refused', () => {
    expect(() => open('bid', [field('seller', BIGINT)])).toThrow(/^INVALID_OPTION: .*bid has no column seller/);
    expect(() => open('bid', [field('price', STRING)])).toThrow(
      /price of bid is no STRING, declare it BIGINT or INT or/,
    );
    expect(() => open('bid', [field('auction', INT)])).toThrow(/auction of bid is no INT, declare it BIGINT/);
    expect(() => open('bid', COLUMNS.bid, { table: 'bids' })).toThrow(/option table needs one of bid, auction, person/);
    expect(() => open('bid', COLUMNS.bid, { event_rate: '0' })).toThrow(/option event_rate needs/);
    expect(() => open('bid', COLUMNS.bid, { evnts: '5' })).toThrow(/^UNKNOWN_OPTION: /);
  });
});
