import { canCast, castValue } from '../../types/cast.ts';
import { STRING } from '../../types/data-type.ts';
import { EvaluationError, type ScalarFunction } from '../scalar-function.ts';
import { typeList } from './signatures.ts';

/** `TRY_CAST(x AS type)`: the planner puts the type in place of the call's. */
export const tryCast: ScalarFunction = {
  name: 'TRY_CAST',
  doc: {
    call: 'TRY_CAST(value AS type)',
    summary: 'The value as another type, or NULL where CAST would fail.',
    example: "TRY_CAST('12x' AS INT)",
    result: 'NULL',
  },
  nulls: 'custom',
  nullable: () => true,
  resolve: (args) => {
    const [type] = args;
    if (type === undefined || args.length > 1 || !canCast(type, STRING)) {
      return `TRY_CAST takes one value and a type, not ${typeList(args)}: TRY_CAST(x AS INT)`;
    }
    return { args, type: STRING };
  },
  evaluate: ([value], { args: [from], type }) => {
    try {
      return castValue(value!, from!, type);
    } catch (error) {
      if (error instanceof EvaluationError) return null;
      throw error;
    }
  },
};
