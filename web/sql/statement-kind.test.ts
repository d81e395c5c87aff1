import { expect, test } from 'vitest';
import { statementKind } from './statement-kind.ts';

test.each([
  ['', 'nothing'],
  [' ; -- only words about nothing\n', 'nothing'],
  ['select a from s', 'follow'],
  ['-- first\nSELECT a FROM s;', 'follow'],
  ['WITH x AS (SELECT 1 LIMIT 2) SELECT * FROM x', 'follow'],
  ['SELECT a FROM s ORDER BY a LIMIT 3', 'answer'],
  ['SELECT a FROM s ORDER BY a LIMIT 3 EMIT ON UPDATE', 'follow'],
  ["SELECT 'LIMIT' FROM s", 'follow'],
  ['SELECT "limit" FROM s', 'follow'],
  ['SELECT 1; SELECT 2', 'statements'],
  ['CREATE VIEW v AS SELECT 1', 'statements'],
  ['EXPLAIN SELECT 1', 'statements'],
])('%j: %s', (text, kind) => expect(statementKind(text)).toBe(kind));
