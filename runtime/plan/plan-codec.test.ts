import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodePlan, encodePlan } from './plan-codec.ts';

const leaf = fc.oneof(
  fc.bigInt(),
  fc.double(),
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0, 2n ** 64n),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('tree')), fc.record({ kind: fc.string(), part: tie('tree') })),
}));

describe('plans as JSON text', () => {
  test('decoding what was encoded gives the same value', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(decodePlan(encodePlan(value))).toEqual(value);
      }),
    );
  });

  test('equal values have equal texts, so a fingerprint may be taken of them', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(encodePlan(decodePlan(encodePlan(value)))).toBe(encodePlan(value));
      }),
    );
  });
});
