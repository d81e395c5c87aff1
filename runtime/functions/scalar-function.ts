import type { Expression } from '../expressions/expression.ts';
import type { DataType } from '../types/data-type.ts';
import type { Value } from '../types/value.ts';

/** One SQL function or operator: adding one is a new file under scalar/ and a line in index.ts. */
export interface ScalarFunction {
  /** Upper-case SQL name; operators are called by their sign: `+`, `=`, `||`, `LIKE`. */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly doc: FunctionDoc;
  /** The ways to call it, where they can be listed; `resolve` decides. */
  readonly forms?: readonly Signature[];
  /**
   * Types of the arguments (NULL_TYPE for a bare NULL) to a resolution, or a sentence that says what was expected.
   * `constants`: the values of the arguments that are literals (EXTRACT's field decides its type); undefined for others.
   */
  resolve(args: readonly DataType[], constants?: readonly (Value | undefined)[]): Resolution | string;
  /** `strict`: NULL in, NULL out, seen to by the caller, which then never calls `evaluate` or the emitted code with NULL. */
  readonly nulls: 'strict' | 'custom';
  /** For `custom` functions: whether the result can be NULL, given each argument's nullability. Default: any argument can. */
  nullable?(args: readonly boolean[]): boolean;
  /** The meaning, one row at a time; the oracle of the generated code. Throws EvaluationError for a row it cannot compute. */
  evaluate(args: readonly Value[], call: CallTypes): Value;
  /** Generated code; absent: the generated loop calls `evaluate`. */
  readonly emit?: EmitFunction;
  /** Whether `emit` also serves where BIGINT and DECIMAL values are bigints (comparisons do). */
  readonly emitsWide?: boolean;
}

export interface Resolution {
  /** The types that the arguments are cast to, one per argument. */
  readonly args: readonly DataType[];
  readonly type: DataType;
}

/** One way to call a function: its argument types and its result. */
export interface Signature {
  readonly args: readonly DataType[];
  readonly type: DataType;
}

export interface CallTypes {
  readonly args: readonly DataType[];
  readonly type: DataType;
}

export interface FunctionDoc {
  /** How it is written, where its forms do not say: `ROUND(number [, digits INT])`. */
  readonly call?: string;
  readonly summary: string;
  /** A SELECT item and the text of its result, run as a test: `UPPER('abc')` -> `ABC`. */
  readonly example: string;
  readonly result: string;
}

/** Writes the function as generated code: the text of its result. `null`: not for these arguments; `evaluate` is called. */
export type EmitFunction = (emit: EmitContext, args: readonly string[], call: CallTypes) => string | null;

/**
 * What a function may ask of the code generator. `args` of EmitFunction are JavaScript expressions of non-NULL narrow
 * values that may be repeated: number for numeric and time types (BIGINT and scaled DECIMAL as safe integers), boolean
 * for BOOLEAN, string for STRING and JSON. The result is an expression of the same kind for the call's type; an
 * integer result is never -0. No user text ever becomes source text: constants go in through `constant`.
 * A `custom` function's code is used only where no argument can be NULL; else `evaluate` is called.
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
  /** The value of an argument that is a literal; undefined when it is computed. */
  literal(arg: string): Value | undefined;
  /** The bytes of a STRING argument that is a column of UTF-8 slices; null for any other. */
  utf8(arg: string): Utf8Cell | null;
}

/** JavaScript expressions for one cell of a Utf8Column: `bytes[start .. start + length)`. */
export interface Utf8Cell {
  readonly bytes: string;
  readonly start: string;
  readonly length: string;
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
