import { expect, test } from 'vitest';
import { problem } from '../errors/problem.ts';
import { StoreError } from '../store/store.ts';
import { problemsOf } from './engine-messages.ts';

test.each([
  { error: problem('VIEW_NOT_FOUND', 'there is no view v'), code: 'VIEW_NOT_FOUND' },
  { error: new StoreError('DISK_FULL', 'no room'), code: 'DISK_FULL' },
  { error: new StoreError('CLOSED', 'the store is closed'), code: 'SHUTTING_DOWN' },
  { error: new Error('a bug'), code: 'INTERNAL' },
])('$error becomes a problem $code', ({ error, code }) => {
  expect(problemsOf(error)[0]).toMatchObject({ code });
});
