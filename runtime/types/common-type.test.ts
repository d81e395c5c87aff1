import fc from 'fast-check';
import { expect, test } from 'vitest';
import { castsImplicitly, commonType, commonTypeOf } from './common-type.ts';
import {
  BIGINT,
  BOOLEAN,
  type DataType,
  DATE,
  DOUBLE,
  decimal,
  INT,
  INTERVAL,
  JSON_TYPE,
  NULL_TYPE,
  STRING,
  TIMESTAMP,
} from './data-type.ts';

const type = fc.constantFrom<DataType>(
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  decimal(10, 2),
  decimal(38, 20),
  decimal(5, 5),
  INT,
  INTERVAL,
  JSON_TYPE,
  NULL_TYPE,
  STRING,
  TIMESTAMP,
);

test('the common type is the same from both sides, and both cast to it unasked', () => {
  fc.assert(
    fc.property(type, type, (a, b) => {
      const common = commonType(a, b);
      expect(commonType(b, a)).toEqual(common);
      if (common !== null) expect([castsImplicitly(a, common), castsImplicitly(b, common)]).toEqual([true, true]);
    }),
  );
});

test.each([
  [INT, BIGINT, BIGINT],
  [INT, decimal(4, 3), decimal(13, 3)],
  [BIGINT, decimal(10, 2), decimal(21, 2)],
  [decimal(10, 2), decimal(8, 5), decimal(13, 5)],
  [decimal(38, 2), decimal(38, 10), decimal(38, 10)],
  [decimal(10, 2), DOUBLE, DOUBLE],
  [DATE, TIMESTAMP, TIMESTAMP],
  [NULL_TYPE, STRING, STRING],
  [INT, STRING, null],
  [DATE, INT, null],
  [BOOLEAN, INT, null],
])('of %o and %o is %o', (a, b, common) => expect(commonType(a, b)).toEqual(common));

test('texts, and narrower types, are not cast unasked', () => {
  expect([castsImplicitly(STRING, INT), castsImplicitly(DOUBLE, decimal(38, 5)), castsImplicitly(BIGINT, INT)]).toEqual(
    [false, false, false],
  );
  expect(commonTypeOf([NULL_TYPE, INT, NULL_TYPE, DOUBLE])).toEqual(DOUBLE);
  expect(commonTypeOf([])).toBeNull();
});
