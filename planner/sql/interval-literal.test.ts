import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProblemError } from '../../runtime/errors/problem.ts';
import { intervalUnit, readInterval } from './interval-literal.ts';

const SPAN = { start: 3, end: 9 };

describe('lengths of time', () => {
  test.each([
    ['5', 'MINUTE', 0, 300_000],
    ['1.5', 'HOUR', 0, 5_400_000],
    ['-1.5', 'SECOND', 0, -1_500],
    ['+2', 'DAY', 0, 172_800_000],
    ['3', 'WEEK', 0, 1_814_400_000],
    ['2', 'YEAR', 24, 0],
    ['2', 'QUARTER', 6, 0],
    ['1 day 2 hours', null, 0, 93_600_000],
    ['1day2hours', null, 0, 93_600_000],
    ['1 year -1 month 3 ms', null, 11, 3],
    ['-1 day 2 hours', null, 0, -79_200_000],
    [' 5 mins ', null, 0, 300_000],
    ['0 seconds', null, 0, 0],
    ['-0', 'SECOND', 0, 0],
    ['90 S', null, 0, 90_000],
    ['01:30:00', null, 0, 5_400_000],
    ['-1 days -00:00:01.5', null, 0, -86_401_500],
    ['100:00', null, 0, 360_000_000],
  ] as const)('%j %s', (text, unit, months, ms) => {
    expect(readInterval(text, unit, SPAN)).toEqual({ months, ms });
  });

  test.each([
    ['', 'SECOND'],
    ['x', 'SECOND'],
    ['5', null],
    ['5 parsecs', null],
    ['5 minutes', 'MINUTE'],
    ['1 2', 'MINUTE'],
    ['1:30', 'MINUTE'],
    ['1:60:00', null],
    ['01:30 minutes', null],
    ['01:30x', null],
    ['01:30:00.0005', null],
    ['P1D', null],
    ['5 minutes ago', null],
    ['0.5', 'MONTH'],
    ['0.0005', 'SECOND'],
    ['1 microsecond', null],
    ['9007199254740993', 'SECOND'],
    ['9007199254740993', 'MILLISECOND'],
    [`${'9'.repeat(400)}`, 'DAY'],
    ['1 constructor', null],
  ] as const)('%j %s is refused', (text, unit) => {
    expect(() => readInterval(text, unit, SPAN)).toThrow(ProblemError);
  });

  test('both spellings mean the same', () => {
    const unit = fc.constantFrom('MILLISECOND', 'SECOND', 'MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'YEAR');
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), unit, (count, name) => {
        const expected = readInterval(String(count), name, SPAN);
        expect(readInterval(`${count} ${name.toLowerCase()}s`, null, SPAN)).toEqual(expected);
        expect(intervalUnit(`${name}S`)).toBe(name);
      }),
    );
  });
});
