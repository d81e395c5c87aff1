import { describe, expect, test } from 'vitest';
import { ProblemError } from '../../runtime/errors/problem.ts';
import { splitStatements } from './split-statements.ts';

function code(sql: string): string {
  try {
    splitStatements(sql);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.problems[0].code;
  }
}

describe('splitting at ;', () => {
  test('strings, names, comments and brackets keep their semicolons', () => {
    const sql = `SELECT ';' ; SELECT ";" -- ;\n; /* ; */ SELECT 1;;`;
    expect(splitStatements(sql).map((statement) => statement.text)).toEqual([`SELECT ';'`, 'SELECT ";"', 'SELECT 1']);
  });

  test('each text stands at its offset', () => {
    const sql = ' \n SELECT 1; INSERT INTO s VALUES (1), (2) ;';
    for (const { text, offset } of splitStatements(sql)) expect(sql.slice(offset, offset + text.length)).toBe(text);
  });

  test.each([
    ['create materialized view v as select 1', 'CREATE MATERIALIZED VIEW'],
    ['create stream s (a int)', 'CREATE STREAM'],
    ['DROP MATERIALIZED VIEW v', 'DROP MATERIALIZED VIEW'],
    ['drop x', 'DROP'],
    ['insert into s values (1)', 'INSERT INTO'],
    ['select 1', 'SELECT'],
    ['(select 1)', 'SELECT'],
    ['explain physical select 1', 'EXPLAIN PHYSICAL'],
    ['show views', 'SHOW VIEWS'],
    ['desc x', 'DESCRIBE'],
  ])('%s is titled %s', (sql, title) => {
    expect(splitStatements(sql).map((statement) => statement.title)).toEqual([title]);
  });

  test('nothing gives nothing', () => {
    expect(splitStatements(' ; -- x')).toEqual([]);
  });
});

describe('limits', () => {
  const rows = Array.from({ length: 3_000 }, (_, i) => `(${i}, 'some text that makes it long')`).join(', ');

  test.each([
    ['64 KB', `SELECT '${'x'.repeat(64 * 1024)}'`, 'STATEMENT_TOO_LARGE'],
    ['64 KB counted in UTF-8', `SELECT '${'€'.repeat(22_000)}'`, 'STATEMENT_TOO_LARGE'],
    ['5,000 tokens', `SELECT ${'a,'.repeat(2_500)}a`, 'STATEMENT_TOO_LARGE'],
    ['nesting 64', `SELECT ${'('.repeat(65)}a${')'.repeat(65)}`, 'STATEMENT_TOO_DEEP'],
    ['nesting 64 of CASE', `SELECT ${'CASE WHEN a THEN '.repeat(65)}a${' END'.repeat(65)}`, 'STATEMENT_TOO_DEEP'],
    ['10,000 open brackets', '('.repeat(10_000), 'STATEMENT_TOO_DEEP'],
    ['an open bracket', 'SELECT (a', 'SYNTAX_ERROR'],
    ['a closing bracket', 'SELECT a)', 'SYNTAX_ERROR'],
    ['crossed brackets', 'SELECT ([a)]', 'SYNTAX_ERROR'],
    ['nesting of exactly 64', `SELECT ${'('.repeat(64)}a${')'.repeat(64)}`, 'accepted'],
    ['a large text of small statements', `${'SELECT 1; '.repeat(20_000)}`, 'accepted'],
    ['rows of INSERT', `INSERT INTO s VALUES ${rows}`, 'accepted'],
    ['a row of INSERT that is too long', `INSERT INTO s VALUES (${'1,'.repeat(2_600)}1)`, 'STATEMENT_TOO_LARGE'],
    [
      'a row of INSERT that is too deep',
      `INSERT INTO s VALUES ${'('.repeat(70)}1${')'.repeat(70)}`,
      'STATEMENT_TOO_DEEP',
    ],
  ])('%s', (_, sql, expected) => {
    expect(code(sql)).toBe(expected);
  });
});
