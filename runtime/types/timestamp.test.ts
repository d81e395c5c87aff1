import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addMonths,
  civilFromDays,
  DATE_MAX,
  DATE_MIN,
  DAY_MS,
  daysFromCivil,
  extractFromInterval,
  extractFromTimestamp,
  EXTRACT_FIELDS,
  parseDate,
  parseTimestamp,
  printDate,
  printInterval,
  printTimestamp,
  printTimestampIso,
  TIMESTAMP_MAX,
  TIMESTAMP_MIN,
  timeWord,
  TRUNC_UNITS,
  truncateTimestamp,
} from './timestamp.ts';

const instant = fc.oneof(
  fc.integer({ min: TIMESTAMP_MIN, max: TIMESTAMP_MAX }),
  fc.integer({ min: -1000, max: 1000 }),
  fc.constantFrom(TIMESTAMP_MIN, TIMESTAMP_MAX, 0, -1, 951_782_400_000),
);
const day = fc.integer({ min: DATE_MIN, max: DATE_MAX });

describe('an instant', () => {
  test('reads back from both its text forms', () => {
    fc.assert(
      fc.property(instant, (ms) => {
        expect(parseTimestamp(printTimestampIso(ms))).toBe(ms);
        expect(parseTimestamp(printTimestamp(ms))).toBe(ms);
      }),
    );
  });

  test.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31 10:00', '2026-01-31T10:00:00.000Z'],
    ['2026-01-31T10:00:00.1239999', '2026-01-31T10:00:00.123Z'],
    ['2026-01-31T10:00:00.5Z', '2026-01-31T10:00:00.500Z'],
    ['2026-01-31T10:00:00+02:00', '2026-01-31T08:00:00.000Z'],
    ['2026-01-31 10:00:00-0530', '2026-01-31T15:30:00.000Z'],
    ['2026-01-31 10:00:00 +01', '2026-01-31T09:00:00.000Z'],
    ['2026-01-31t23:59:60z', '2026-02-01T00:00:00.000Z'],
    ['2026-01-31T24:00:00', '2026-02-01T00:00:00.000Z'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
    ['1969-12-31T23:59:59.9999Z', '1969-12-31T23:59:59.999Z'],
    ['0001-01-01', '0001-01-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ])('%s is %s', (text, iso) => expect(printTimestampIso(parseTimestamp(text)!)).toBe(iso));

  test.each([
    '',
    'now',
    '2026-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-01-32',
    '2026-1-1',
    '0000-01-01',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '2026-01-31T25:00:00',
    '2026-01-31T24:00:01',
    '2026-01-31T10:60:00',
    '2026-01-31T10:00:61',
    '2026-01-31T10:00:00.',
    '2026-01-31T10:00:00+16:00',
    '2026-01-31T10:00:00Zx',
    '2026-01-31T',
    ' 2026-01-31',
    '20260131',
    '1769853600000',
  ])('%j is refused', (text) => expect(parseTimestamp(text)).toBeNull());

  test('a fraction of very many digits is refused in time', () => {
    expect(parseTimestamp(`2026-01-31T10:00:00.${'1'.repeat(1_000_000)}Z`)).toBeNull();
  });
});

describe('the calendar', () => {
  test('agrees with Date', () => {
    fc.assert(
      fc.property(day, (days) => {
        const date = new Date(days * DAY_MS);
        const civil = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
        expect(civilFromDays(days)).toEqual(civil);
        expect(daysFromCivil(civil.year, civil.month, civil.day)).toBe(days);
        expect(parseDate(printDate(days))).toBe(days);
      }),
    );
  });

  test('months later and back is the same day, unless the month is shorter', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(10 ** 12), max: 10 ** 12 }),
        fc.integer({ min: -500, max: 500 }),
        (ms, months) => {
          const there = addMonths(ms, months);
          const dayOfMonth = civilFromDays(Math.floor(ms / DAY_MS)).day;
          const moved = civilFromDays(Math.floor(there / DAY_MS)).day;
          expect(moved).toBeLessThanOrEqual(dayOfMonth);
          if (moved === dayOfMonth) expect(addMonths(there, -months)).toBe(ms);
        },
      ),
    );
  });

  test.each([
    ['2026-01-31 10:00', 1, '2026-02-28 10:00:00'],
    ['2024-01-31', 1, '2024-02-29 00:00:00'],
    ['2026-03-31', -1, '2026-02-28 00:00:00'],
    ['2026-11-30', 14, '2028-01-30 00:00:00'],
    ['1970-01-01', -1, '1969-12-01 00:00:00'],
  ])('%s plus %s months is %s', (text, months, result) => {
    expect(printTimestamp(addMonths(parseTimestamp(text)!, months))).toBe(result);
  });
});

describe('DATE_TRUNC', () => {
  test('gives the latest start at or before the instant, and stays there', () => {
    fc.assert(
      fc.property(instant, fc.constantFrom(...TRUNC_UNITS), (ms, unit) => {
        const start = truncateTimestamp(ms, unit);
        expect(start).toBeLessThanOrEqual(ms);
        expect(truncateTimestamp(start, unit)).toBe(start);
        if (start > TIMESTAMP_MIN) expect(truncateTimestamp(start - 1, unit)).toBeLessThan(start);
      }),
    );
  });

  test.each([
    ['hour', '2026-08-19 10:45:30', '2026-08-19 10:00:00'],
    ['week', '2026-08-19 10:45:30', '2026-08-17 00:00:00'],
    ['week', '1969-12-31', '1969-12-29 00:00:00'],
    ['quarter', '2026-08-19', '2026-07-01 00:00:00'],
    ['decade', '2026-08-19', '2020-01-01 00:00:00'],
    ['century', '2000-08-19', '1901-01-01 00:00:00'],
    ['millennium', '2001-08-19', '2001-01-01 00:00:00'],
    ['second', '1969-12-31 23:59:59.5', '1969-12-31 23:59:59'],
  ] as const)('to the %s of %s is %s', (unit, text, result) => {
    expect(printTimestamp(truncateTimestamp(parseTimestamp(text)!, unit))).toBe(result);
  });
});

describe('EXTRACT', () => {
  test.each([
    ['year', 2026],
    ['isoyear', 2026],
    ['quarter', 3],
    ['month', 8],
    ['week', 33],
    ['day', 16],
    ['dow', 0],
    ['isodow', 7],
    ['doy', 228],
    ['hour', 20],
    ['minute', 38],
    ['second', 40.12],
    ['milliseconds', 40_120],
    ['microseconds', 40_120_000],
    ['decade', 202],
    ['century', 21],
    ['millennium', 3],
    ['epoch', 1_786_912_720.12],
  ] as const)('%s of 2026-08-16 20:38:40.12 is %s', (field, value) => {
    expect(extractFromTimestamp(parseTimestamp('2026-08-16 20:38:40.12')!, field)).toBe(value);
  });

  test.each([
    ['2005-01-01', 2004, 53],
    ['2012-12-31', 2013, 1],
    ['1969-12-31', 1970, 1],
  ])('the ISO week of %s is %s-%s', (text, year, week) => {
    const ms = parseTimestamp(text)!;
    expect([extractFromTimestamp(ms, 'isoyear'), extractFromTimestamp(ms, 'week')]).toEqual([year, week]);
  });

  test('the parts of an interval have its sign', () => {
    expect(
      ['day', 'hour', 'minute', 'second'].map((f) => extractFromInterval(-93_784_500, timeWord(f, EXTRACT_FIELDS)!)),
    ).toEqual([-1, -2, -3, -4.5]);
    expect(extractFromInterval(1, 'month')).toBeNull();
  });

  test('words of a time come in any case, singular or plural', () => {
    expect(['HOURS', 'hour', 'h', 'Centuries', 'x'].map((word) => timeWord(word, TRUNC_UNITS))).toEqual([
      'hour',
      'hour',
      'hour',
      'century',
      null,
    ]);
  });
});

test.each([
  [0, '00:00:00'],
  [90_061_500, '1 day 01:01:01.5'],
  [-90_061_000, '-1 days -01:01:01'],
  [5 * 86_400_000, '5 days'],
  [-500, '-00:00:00.5'],
])('the interval of %s ms prints as %s', (ms, text) => expect(printInterval(ms)).toBe(text));
