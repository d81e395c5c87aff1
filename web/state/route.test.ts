import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hrefOf, parseRoute, type Route } from './route.ts';

test('the address of any view leads back to it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'binary' }), (name) => {
      const route: Route = { page: 'view', name };
      expect(parseRoute(hrefOf(route))).toEqual(route);
    }),
  );
});

test.each([
  ['', { page: 'home' }],
  ['#', { page: 'home' }],
  ['#/', { page: 'home' }],
  ['#/sql', { page: 'sql' }],
  ['#/view/', { page: 'view' }],
  ['#/view/%E0%A4%A', { page: 'view' }],
  ['#/sql/SELECT%201%2F2', { page: 'sql', name: 'SELECT 1/2' }],
])('%j is %o', (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
});
