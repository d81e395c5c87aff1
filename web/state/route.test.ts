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

test.each(['', '#', '#/', '#/nowhere', '#/view', '#/view/', '#/view/%E0%A4%A'])('%j is the overview', (hash) => {
  expect(parseRoute(hash)).toEqual({ page: 'home' });
});
