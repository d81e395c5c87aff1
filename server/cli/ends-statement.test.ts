import { expect, test } from 'vitest';
import { endsStatement } from './ends-statement.ts';

test.each([
  ['SELECT 1;\n', true],
  ['SELECT 1\n', false],
  ["SELECT 'a;\n", false],
  ["SELECT 'a;\nb';\n", true],
  ['SELECT "a;\n', false],
  ['SELECT 1 /* then;\n', false],
  ['SELECT 1 -- then;\n', false],
  ['SELECT 1; -- then\n', true],
  ['SELECT 1;;\n', true],
  ['SELECT 1; SELECT 2\n', false],
  ['SELECT \u0001;\n', true],
  ['\n', false],
])('%j is finished: %s', (text, finished) => {
  expect(endsStatement(text)).toBe(finished);
});
