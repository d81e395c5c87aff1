import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldCase, likeMatcher, parseLikePattern } from './like-pattern.ts';
import { bytesContain, horspoolSkips } from './utf8-match.ts';

/** The definition, by recursion over characters. */
function matches(text: readonly string[], pattern: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === '%') return matches(text, rest) || (text.length > 0 && matches(text.slice(1), pattern));
  if (first === '\\') return text.length > 0 && text[0] === rest[0] && matches(text.slice(1), rest.slice(1));
  return text.length > 0 && (first === '_' || first === text[0]) && matches(text.slice(1), rest);
}

const unit = fc.constantFrom('a', 'b', '😀', '_', '%');
const texts = fc.array(unit, { maxLength: 9 });
const patterns = fc
  .array(
    fc.oneof(
      unit,
      unit.map((each) => `\\${each}`),
    ),
    { maxLength: 7 },
  )
  .map((each) => each.join(''));

describe('LIKE', () => {
  test('matches what its definition says', () => {
    fc.assert(
      fc.property(texts, patterns, (text, pattern) => {
        expect(likeMatcher(parseLikePattern(pattern, '\\'))(text.join(''))).toBe(matches(text, Array.from(pattern)));
      }),
      { numRuns: 3000 },
    );
  });

  test('finds long pieces too', () => {
    const needle = 'ab'.repeat(40);
    const match = likeMatcher(parseLikePattern(`%${needle}c%`, '\\'));
    expect([match(`ab${needle}c`), match(`${needle}${needle}`), match(`xx${needle}${needle}cx`)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  const long = 'a'.repeat(1_000_000);
  test.each([
    ['%a%a%a%a%a%a%a%a%b', long],
    [`%${'a'.repeat(30_000)}b%`, long],
    [`%b${'a'.repeat(30_000)}%`, long],
    [`%b${'a'.repeat(31)}%`, long],
    [`${'%a'.repeat(20_000)}b`, long],
    [`%_a_a_a_a_b%`, long],
    ['%_%_%_%_%_%_%b', long],
  ])('of %.20s... over a million characters takes linear time', (pattern, text) => {
    // What is not linear takes minutes, which the runner's limit does not allow.
    expect(likeMatcher(parseLikePattern(pattern, '\\'))(text)).toBe(false);
  });

  test('refuses patterns that could be slow or have no meaning', () => {
    expect(() => parseLikePattern(`%${'_a'.repeat(600)}%`, '\\')).toThrow('1000 characters');
    expect(() => parseLikePattern('a\\', '\\')).toThrow('must not end');
    expect(() => parseLikePattern('a', 'ab')).toThrow('one character');
  });
});

test('folding case keeps the number of characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(foldCase(text)).toHaveLength(text.length);
    }),
  );
  expect(foldCase('GRÜẞ İ')).toBe('grüß İ');
});

test('a search in bytes finds what a search in text finds', () => {
  fc.assert(
    fc.property(texts, fc.array(unit, { minLength: 1, maxLength: 3 }), texts, (before, needle, after) => {
      const text = before.join('');
      const bytes = Buffer.from(text + after.join(''));
      const wanted = Buffer.from(needle.join(''));
      const found = bytesContain(bytes, 0, Buffer.byteLength(text), wanted, horspoolSkips(wanted));
      expect(found).toBe(text.includes(needle.join('')));
    }),
  );
});
