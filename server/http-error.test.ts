import { expect, test } from 'vitest';
import { problem, ProblemError } from '../runtime/errors/problem.ts';
import { problemJson, problemOf } from './http-error.ts';

test('the place of a problem is given as line and column from 1', () => {
  const text = 'SELECT *\nFROM t\nWHERE usr = 1';
  const start = text.indexOf('usr');
  const error = problem('UNKNOWN_COLUMN', 'no column usr', { start, end: start + 3 }, 'did you mean user?');
  expect(problemJson(error, text)).toEqual({
    type: 'about:blank',
    title: 'Bad Request',
    status: 400,
    code: 'UNKNOWN_COLUMN',
    detail: 'no column usr',
    errors: [
      { code: 'UNKNOWN_COLUMN', message: 'no column usr', line: 3, column: 7, length: 3, hint: 'did you mean user?' },
    ],
  });
});

test('several problems are all told, the first decides the status', () => {
  const error = new ProblemError({ code: 'IN_USE', message: 'a' }, { code: 'UNSUPPORTED', message: 'b' });
  const document = problemJson(error, null);
  expect(document).toMatchObject({ status: 409, code: 'IN_USE', title: 'Conflict' });
  expect(document.errors).toHaveLength(2);
});

test('a fault of the server says nothing of its inside', () => {
  const found = problemJson(problemOf(new TypeError('cannot read x of undefined')), null);
  expect(found).toMatchObject({ status: 500, code: 'INTERNAL' });
  expect(JSON.stringify(found)).not.toContain('undefined');
  expect(JSON.stringify(problemJson(problemOf(problem('INTERNAL', 'secret')), null))).not.toContain('secret');
});

test('what the HTTP library finds wrong with a request is the fault of the client', () => {
  expect(problemOf(Object.assign(new URIError('x'), { status: 400 })).problems[0].code).toBe('BAD_REQUEST');
});
