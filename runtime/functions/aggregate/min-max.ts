import { type DataType, STRING, typeName } from '../../types/data-type.ts';
import { cellKindOf } from '../../state/state.ts';
import { assert } from '../../errors/assert.ts';
import type { AccumulatorContext, Accumulator, AggregateFunction, AggregateResolution } from '../aggregate-function.ts';
import { ExtremeAccumulator } from './extreme.ts';
import type { Direction } from './extreme-cells.ts';
import { RetractableExtreme } from './retractable-extreme.ts';

export const min: AggregateFunction = extreme('MIN', 'least', 'down', '1');
export const max: AggregateFunction = extreme('MAX', 'greatest', 'up', '2');

function extreme(name: string, which: string, direction: Direction, result: string): AggregateFunction {
  return {
    name,
    doc: {
      summary: `The ${which} value that is not NULL; NULL when there is none. Strings by code point, NaN above all numbers.`,
      example: `${name}(x) FROM (VALUES (1), (2), (NULL)) AS t (x)`,
      result,
    },
    distinctIsNoop: true,
    nullable: true,
    resolve: (args) => (args.length === 1 ? resolveExtreme(name, args[0]!) : `${name} takes one argument`),
    cells: ([type]) => {
      assert(type !== undefined, `${name} takes one argument`);
      return [cellKindOf(type)];
    },
    bag: (retracts) => retracts,
    open: (context) => openExtreme(context, direction),
  };
}

function openExtreme(
  { cells: [cells], bag, argTypes: [type], retracts }: AccumulatorContext,
  direction: Direction,
): Accumulator {
  assert(cells !== undefined && type !== undefined, 'MIN and MAX have one argument and one cell');
  if (!retracts) return new ExtremeAccumulator(cells, direction);
  assert(bag !== null, 'MIN and MAX under retraction need a bag');
  return new RetractableExtreme(cells, bag, type, direction);
}

/** What MIN and MAX can compare. */
export function resolveExtreme(name: string, type: DataType): AggregateResolution | string {
  switch (type.kind) {
    case 'boolean':
    case 'json':
    case 'interval':
      return `${name} takes a number, a string, a timestamp or a date, not ${typeName(type)}`;
    case 'null':
      return { args: [STRING], type: STRING };
    default:
      return { args: [type], type };
  }
}
