import { equalValues } from '../../types/compare.ts';
import type { ScalarFunction } from '../scalar-function.ts';
import { emitComparison, resolveComparison } from './comparison.ts';

/** Comparisons to which NULL is a value like any other; their result is never NULL. */
export const distinctFrom: ScalarFunction = {
  name: 'IS DISTINCT FROM',
  doc: { summary: 'Not equal, where NULL equals NULL.', example: '1 IS DISTINCT FROM NULL', result: 'true' },
  nulls: 'custom',
  nullable: () => false,
  resolve: (args) => resolveComparison('IS DISTINCT FROM', args),
  evaluate: ([a, b], call) => !equalValues(a!, b!, call.args[0]!),
  emitsWide: true,
  emit: (emit, args, call) => emitComparison('<>', emit, args as [string, string], call),
};

export const notDistinctFrom: ScalarFunction = {
  name: 'IS NOT DISTINCT FROM',
  doc: { summary: 'Equal, where NULL equals NULL.', example: 'NULL IS NOT DISTINCT FROM NULL', result: 'true' },
  nulls: 'custom',
  nullable: () => false,
  resolve: (args) => resolveComparison('IS NOT DISTINCT FROM', args),
  evaluate: ([a, b], call) => equalValues(a!, b!, call.args[0]!),
  emitsWide: true,
  emit: (emit, args, call) => emitComparison('=', emit, args as [string, string], call),
};
