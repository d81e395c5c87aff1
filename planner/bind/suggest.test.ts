import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editDistance, suggest } from './suggest.ts';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });

describe('edit distance', () => {
  test('is symmetric, zero only for equal texts, and at most the longer length', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b, 20);
        expect(distance).toBe(editDistance(b, a, 20));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });

  test('never exceeds one more than its bound', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b, 2)).toBe(Math.min(editDistance(a, b, 20), 3));
      }),
    );
  });

  test.each([
    ['itme', 'item', 1],
    ['usr_id', 'user_id', 1],
    ['', 'abc', 3],
  ])('%s to %s is %i', (a, b, distance) => expect(editDistance(a, b, 20)).toBe(distance));
});

describe('suggestions', () => {
  test('name the nearest, in its own case', () => {
    expect(suggest('USERID', ['item', 'user_Id', 'user_name'])).toBe('did you mean user_Id?');
  });

  test('are not made of names that are nothing alike', () => {
    expect(suggest('xyz', ['item', 'user_id'])).toBeUndefined();
  });
});
