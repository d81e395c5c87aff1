/**
 * What a user did wrong, as a value: a stable code, a sentence that names the thing, the place, and the remedy.
 * Failures that only a bug can cause are `assert`ions instead (assert.ts).
 */

/** A half-open range of UTF-16 code units in the text that the user sent. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Every stable code, with the HTTP status that carries it. Adding a code is adding a line here. */
export const ERROR_STATUS = {
  // SQL text
  SYNTAX_ERROR: 400,
  UNSUPPORTED: 400,
  STATEMENT_TOO_LARGE: 400,
  STATEMENT_TOO_DEEP: 400,
  STATEMENT_TIMEOUT: 400,
  QUERY_TOO_LARGE: 400,
  UNKNOWN_COLUMN: 400,
  AMBIGUOUS_COLUMN: 400,
  DUPLICATE_COLUMN: 400,
  UNKNOWN_RELATION: 400,
  UNKNOWN_FUNCTION: 400,
  UNKNOWN_TYPE: 400,
  UNKNOWN_OPTION: 400,
  UNKNOWN_CONNECTOR: 400,
  INVALID_OPTION: 400,
  INVALID_LITERAL: 400,
  INVALID_WINDOW: 400,
  INVALID_WATERMARK: 400,
  HOP_TOO_FINE: 400,
  TYPE_MISMATCH: 400,
  WRONG_ARGUMENTS: 400,
  NOT_GROUPED: 400,
  MISPLACED_AGGREGATE: 400,
  MISPLACED_WINDOW: 400,
  // catalogue
  ALREADY_EXISTS: 409,
  IN_USE: 409,
  STREAM_NOT_FOUND: 404,
  VIEW_NOT_FOUND: 404,
  VIEW_FAILED: 409,
  WRONG_KIND: 400,
  NOT_WRITABLE: 409,
  STREAM_ENDED: 409,
  TOO_MANY_QUERIES: 429,
  // rows (row-level codes travel inside a 200)
  MALFORMED_JSON: 400,
  MALFORMED_CSV: 400,
  CSV_HEADER: 400,
  INVALID_UTF8: 400,
  DUPLICATE_KEY: 400,
  NULL_NOT_ALLOWED: 400,
  NULL_EVENT_TIME: 400,
  NULL_KEY: 400,
  WRONG_TYPE: 400,
  OUT_OF_RANGE: 400,
  UNKNOWN_FIELD: 400,
  COMPUTED_COLUMN: 400,
  ROW_TOO_LARGE: 400,
  TOO_DEEP: 400,
  TOO_FAR_AHEAD: 400,
  NO_SUCH_ROW: 400,
  ROWS_REFUSED: 422,
  IDEMPOTENCY_KEY_REUSED: 422,
  // while a query computes (kept in <view>$errors)
  DIVISION_BY_ZERO: 400,
  OVERFLOW: 400,
  INVALID_CAST: 400,
  INVALID_ARGUMENT: 400,
  // server
  BAD_REQUEST: 400,
  BAD_FRAME: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN_ORIGIN: 403,
  FORBIDDEN_HOST: 403,
  PATH_NOT_ALLOWED: 400,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  NOT_MANUAL: 409,
  MANUAL_TRIGGER: 409,
  CLOCK_WENT_BACK: 400,
  WATERMARK_WENT_BACK: 400,
  NO_EVENT_TIME: 400,
  OVERLOADED: 503,
  SHUTTING_DOWN: 503,
  // why a query failed
  STATE_LIMIT: 500,
  POSITION_LOST: 500,
  STATE_UNREADABLE: 500,
  SOURCE_CHANGED: 500,
  SOURCE_FAILED: 500,
  SINK_CHANGED: 500,
  SINK_FAILED: 500,
  CORRUPT: 500,
  STORE_FAILED: 503,
  DISK_FULL: 503,
  LOCKED: 503,
  INTERNAL: 500,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  /** Place in the text that was sent; absent when the problem has no place. */
  readonly span?: Span;
  readonly hint?: string;
  /** What of a declaration it is about, for whoever has the text and can tell its place. */
  readonly subject?: Subject;
  /** Of a refused row: its place in the body, from 0, and the field that is wrong (null: the row). */
  readonly row?: number;
  readonly field?: string | null;
}

export interface Subject {
  readonly kind: 'option' | 'column';
  readonly name: string;
}

/** Carries problems up to the nearest edge, which turns them back into values. */
export class ProblemError extends Error {
  readonly problems: readonly [Problem, ...Problem[]];

  constructor(first: Problem, ...rest: readonly Problem[]) {
    super(`${first.code}: ${first.message}`);
    this.name = 'ProblemError';
    this.problems = [first, ...rest];
  }
}

/**
 * Builds the error to throw: `throw problem('UNKNOWN_COLUMN', 'no column "x" in clicks', span, 'did you mean ...?')`.
 * What is not supported always says what to do instead.
 */
export function problem(code: 'UNSUPPORTED', message: string, span: Span | undefined, hint: string): ProblemError;
export function problem(
  code: Exclude<ErrorCode, 'UNSUPPORTED'>,
  message: string,
  span?: Span,
  hint?: string,
): ProblemError;
export function problem(code: ErrorCode, message: string, span?: Span, hint?: string): ProblemError {
  return new ProblemError({ code, message, ...(span && { span }), ...(hint !== undefined && { hint }) });
}

/** As `problem`, about an option of a declaration or one of its columns. */
export function problemWith(subject: Subject, code: ErrorCode, message: string, hint?: string): ProblemError {
  return new ProblemError({ code, message, subject, ...(hint !== undefined && { hint }) });
}
