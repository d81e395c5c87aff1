import { describe, expect, test } from 'vitest';
import { patternFault, regularExpression } from './regular-expression.ts';

describe('a regular expression', () => {
  test('takes time in proportion to the text, whatever the pattern', () => {
    const text = `${'a'.repeat(500)}b`;
    const began = performance.now();
    for (const pattern of ['(a+)+$', '(a|aa)*c', '(.*)*x']) expect(regularExpression(pattern).test(text)).toBe(false);
    // RegExp needs longer than the age of the universe.
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test('finds the longest of the leftmost matches, unless a quantifier is lazy', () => {
    const first = (pattern: string, text: string) => regularExpression(pattern).extract(text, 0);
    expect(first('a|ab', 'xabc')).toBe('ab');
    expect(first('(a|ab)(c|bcd)', 'abcd')).toBe('abcd');
    expect(first('<.+>', '<a><b>')).toBe('<a><b>');
    expect(first('<.+?>', '<a><b>')).toBe('<a>');
    expect(first('a\\+?', 'a+')).toBe('a+');
  });

  test('says the same of a text however often and after however many others', () => {
    const expression = regularExpression('^k([0-9]*)7$');
    const answers = (): unknown[] => [
      expression.test('k17'),
      expression.extract('k17', 1),
      expression.replace('k17', '<\\1>', false),
    ];
    const before = answers();
    for (let n = 0; n < 50_000; n++) expression.test(`k${n}`);
    expect(answers()).toEqual(before);
    expect(before).toEqual([true, '1', '<1>']);
    expect(expression.replace('k17', '[\\1]', false)).toBe('[1]');
  });

  test('knows the letters of all alphabets, and the boundaries of words', () => {
    expect(regularExpression('^\\w+$').test('größe')).toBe(true);
    expect(regularExpression('^[\\w-]+$').test('grö-ße')).toBe(true);
    expect(regularExpression('\\W').test('größe')).toBe(false);
    expect(regularExpression('[[:alpha:]]\\y').test('a b')).toBe(true);
    expect(regularExpression('^b', 'n').test('a\nb')).toBe(true);
    expect(regularExpression('a.b', 'n').test('a\nb')).toBe(false);
  });

  test('says what is wrong with it, without what was added to it', () => {
    expect(patternFault('a(', '')).toBe('"a(" is no regular expression: missing closing ): `a(`');
    expect(patternFault('(?<=a)b', '')).toContain('is no regular expression');
    expect(patternFault('a', 'g')).toContain('"g" is no flag');
    expect(patternFault('a'.repeat(10_001), '')).toContain('at most 10000 characters');
    expect(patternFault('(a{1000}){1000}', '')).toContain('is no regular expression');
  });
});
