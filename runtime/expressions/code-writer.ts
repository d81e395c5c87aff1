import { assert } from '../errors/assert.ts';
import type { EmitContext, EvaluationErrorCode, Utf8Cell } from '../functions/scalar-function.ts';
import type { DataType } from '../types/data-type.ts';
import type { Value } from '../types/value.ts';

/**
 * How BIGINT and DECIMAL cells are computed. `narrow`: as safe integers in numbers, leaving when one is not safe;
 * `wide`: as bigints.
 */
export type Width = 'narrow' | 'wide';

/** The codes in the order of the counters that generated code keeps. */
export const FAILURE_CODES: readonly EvaluationErrorCode[] = [
  'DIVISION_BY_ZERO',
  'OVERFLOW',
  'INVALID_CAST',
  'INVALID_ARGUMENT',
];

/** Whether values of this type are bigints in the wide variant (and scaled or plain safe integers in the narrow one). */
export function isExactInteger(type: DataType): boolean {
  return type.kind === 'bigint' || type.kind === 'decimal';
}

/** What the narrow variant answers when it met an integer that is not safe. */
export const LEAVE_NARROW = -1;

/**
 * The row loop's own names: row, rows, kept rows, failed rows, failure counters (then NULL counts per output), and the
 * selection: positions of kept rows from its start, of failed rows from `rows` downwards.
 */
export const NAMES = { row: 'i0', rows: 'n0', kept: 'm0', failed: 'q0', counters: 'f0', selection: 's0' } as const;

/** Notes the row that failed and goes on to the next. */
export const LEAVE_ROW = `${NAMES.selection}[${NAMES.rows} - ++${NAMES.failed}] = ${NAMES.row}; continue;`;

/**
 * Collects the body of a row loop. Every name is made here: locals `t1`, constants `k1`, labels `x1`. Constants are
 * arguments of the finished function, so equal shapes have equal texts.
 */
export class CodeWriter implements EmitContext {
  readonly width: Width;
  readonly constants: unknown[] = [];
  readonly #lines: string[] = [];
  readonly #literals = new Map<string, Value>();
  readonly #cells = new Map<string, Utf8Cell>();
  readonly #constantNames = new Map<unknown, string>();
  #names = 0;

  constructor(width: Width) {
    this.width = width;
  }

  get text(): string {
    return this.#lines.join('\n');
  }

  line(text: string): void {
    this.#lines.push(text);
  }

  fresh(prefix: 't' | 'x'): string {
    return `${prefix}${this.#names++}`;
  }

  /** Functions and tables are passed once; literals each under their own name, so that the text shows no equality. */
  constant(value: unknown): string {
    const shared = typeof value === 'function' || typeof value === 'symbol';
    const known = shared ? this.#constantNames.get(value) : undefined;
    if (known !== undefined) return known;
    const name = `k${this.constants.push(value) - 1}`;
    if (shared) this.#constantNames.set(value, name);
    return name;
  }

  /** A constant of the program; `cell` is what the code computes with. */
  literalConstant(value: Value, cell: unknown): string {
    const name = this.constant(cell);
    this.#literals.set(name, value);
    return name;
  }

  local(expression: string): string {
    const name = this.fresh('t');
    this.line(`const ${name} = ${expression};`);
    return name;
  }

  exact(expression: string): string {
    assert(this.width === 'narrow', 'safe integers are the narrow variant');
    const name = this.local(expression);
    const max = Number.MAX_SAFE_INTEGER;
    this.line(`if (${name} > ${max} || ${name} < -${max}) return ${LEAVE_NARROW};`);
    return name;
  }

  failIf(condition: string, code: EvaluationErrorCode): void {
    this.line(`if (${condition}) { ${NAMES.counters}[${FAILURE_CODES.indexOf(code)}] += 1; ${LEAVE_ROW} }`);
  }

  literal(arg: string): Value | undefined {
    return this.#literals.get(arg);
  }

  /** Remembers that this text reads a cell of UTF-8 bytes. */
  defineUtf8(text: string, cell: Utf8Cell): void {
    this.#cells.set(text, cell);
  }

  utf8(arg: string): Utf8Cell | null {
    return this.#cells.get(arg) ?? null;
  }
}
