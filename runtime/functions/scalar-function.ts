import type { Expression } from '../expressions/expression.ts';
import type { DataType } from '../types/data-type.ts';
import type { Value } from '../types/value.ts';

/** One SQL function or operator: adding one is a new file under scalar/ and a line in index.ts. */
export interface ScalarFunction {
  /** Upper-case SQL name; operators are called by their sign: `+`, `=`, `||`, `LIKE`. */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly doc: FunctionDoc;
  /** Types of the arguments (NULL_TYPE for a bare NULL) to a resolution, or a sentence that says what was expected. */
  resolve(args: readonly DataType[]): Resolution | string;
  /** `strict`: NULL in, NULL out, seen to by the caller, which then never calls `evaluate` or the emitted code with NULL. */
  readonly nulls: 'strict' | 'custom';
  /** For `custom` functions: whether the result can be NULL, given each argument's nullability. Default: any argument can. */
  nullable?(args: readonly boolean[]): boolean;
  /** The meaning, one row at a time; the oracle of the generated code. Throws EvaluationError for a row it cannot compute. */
  evaluate(args: readonly Value[], call: CallTypes): Value;
  /** Generated code; absent: the generated loop calls `evaluate`. */
  readonly emit?: EmitFunction;
}

export interface Resolution {
  /** The types that the arguments are cast to, one per argument. */
  readonly args: readonly DataType[];
  readonly type: DataType;
}

export interface CallTypes {
  readonly args: readonly DataType[];
  readonly type: DataType;
}

export interface FunctionDoc {
  readonly summary: string;
  /** A SELECT item and the text of its result, run as a test: `UPPER('abc')` -> `ABC`. */
  readonly example: string;
  readonly result: string;
}

/** Defined beside the generator (generate.ts); opaque here so that a function's file stays readable. */
export type EmitFunction = (emit: EmitContext, args: readonly string[], call: CallTypes) => string;

/**
 * What a function may ask of the code generator. `args` of EmitFunction are JavaScript expressions of non-NULL
 * narrow values: number for numeric and time types (BIGINT and scaled DECIMAL as safe integers), 0 or 1... see
 * generate.ts for the exact table. No user text ever becomes source text: constants go in through `constant`.
 */
export interface EmitContext {
  /** The name under which a value is passed into the generated function. */
  constant(value: unknown): string;
  /** An expression whose value is kept in a fresh local; returns the local's name. */
  local(expression: string): string;
  /** Guards an exact integer result: leaves the narrow variant when it is no safe integer. Returns the local's name. */
  exact(expression: string): string;
  /** Statement text that excludes the current row with this error when the condition (a JavaScript expression) holds. */
  failIf(condition: string, code: EvaluationErrorCode): void;
}

export type EvaluationErrorCode = 'DIVISION_BY_ZERO' | 'OVERFLOW' | 'INVALID_CAST' | 'INVALID_ARGUMENT';

/** Why one row could not be computed; the row is excluded from the query and counted. */
export class EvaluationError extends Error {
  readonly code: EvaluationErrorCode;

  constructor(code: EvaluationErrorCode, message: string) {
    super(message);
    this.name = 'EvaluationError';
    this.code = code;
  }
}

/** For rules that look at a call in a plan. */
export type CallExpression = Extract<Expression, { kind: 'call' }>;
