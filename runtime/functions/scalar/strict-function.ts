import type { DataType } from '../../types/data-type.ts';
import type { Value } from '../../types/value.ts';
import { EvaluationError, type FunctionDoc, type ScalarFunction, type Signature } from '../scalar-function.ts';
import { signatures } from './signatures.ts';

/** A function that is computed from its values alone, where none is NULL. */
export interface StrictFunction {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly doc: FunctionDoc;
  readonly forms: readonly Signature[];
  /** Gets the values in the order of the arguments; throws EvaluationError for what it cannot compute. */
  readonly compute: (...args: readonly never[]) => Value;
}

export function strictFunction({ name, aliases, doc, forms, compute }: StrictFunction): ScalarFunction {
  const call = compute as (...args: readonly Value[]) => Value;
  return {
    name,
    ...(aliases && { aliases }),
    doc,
    forms,
    nulls: 'strict',
    resolve: signatures(name, ...forms),
    evaluate: (args) => call(...args),
  };
}

/** `form(INT, STRING, STRING)`: two texts in, an INT out. */
export function form(type: DataType, ...args: readonly DataType[]): Signature {
  return { args, type };
}

export function invalidArgument(message: string): EvaluationError {
  return new EvaluationError('INVALID_ARGUMENT', message);
}

/** Results longer than this are refused, so that LPAD or REPLACE cannot fill the memory. */
const RESULT_MAX = 16 * 1024 * 1024;

export function checkedLength(length: number): void {
  if (length > RESULT_MAX) throw invalidArgument('the result would be too long');
}
