import { textOf } from '../columns/text-at.ts';
import type { ColumnRep } from '../columns/column.ts';
import { unreachable } from '../errors/assert.ts';
import { type CallExpression, EvaluationError, type ScalarFunction } from '../functions/scalar-function.ts';
import { emitComparison } from '../functions/scalar/comparison.ts';
import { castValue } from '../types/cast.ts';
import { BOOLEAN, type DataType } from '../types/data-type.ts';
import type { Value } from '../types/value.ts';
import {
  CodeWriter,
  FAILURE_CODES,
  isExactInteger,
  LEAVE_NARROW,
  LEAVE_ROW,
  NAMES,
  type Width,
} from './code-writer.ts';
import { emitCast } from './emit-cast.ts';
import { prepareCall } from './evaluate.ts';
import { type CaseBranch, type Expression, typeOf } from './expression.ts';

/** How a column that the segment reads stands in a batch. */
export interface InputShape {
  readonly index: number;
  readonly rep: ColumnRep;
  readonly nulls: boolean;
}

/** A row loop as text, its constants apart. Parameters in order: rows, counters, selection, inputs, outputs, constants. */
export interface GeneratedSegment {
  readonly parameters: readonly string[];
  readonly body: string;
  readonly constants: readonly unknown[];
  /** Per output whether it can be NULL, and so has validity bytes. */
  readonly nullable: readonly boolean[];
}

/**
 * Writes the loop that keeps the rows whose filter is TRUE and computes the outputs. It answers the number of kept
 * rows, or LEAVE_NARROW; counts rows that fail by code in the counters, then NULLs per output; and lists the kept
 * positions from the start of the selection, those of failed rows from its end. `null`: a constant is too wide for the
 * narrow variant.
 */
export function generateSegment(
  filter: Expression | null,
  outputs: readonly Expression[],
  inputs: readonly InputShape[],
  width: Width,
): GeneratedSegment | null {
  const generator = new SegmentGenerator(inputs, width);
  const { row, rows, kept, failed, counters, selection } = NAMES;
  if (filter !== null) generator.filter(filter);
  const nullable = outputs.map((output, position) => generator.output(output, position));
  if (generator.tooWide) return null;
  const { writer } = generator;
  const body = `${pinned(writer.constants)}let ${kept} = 0; let ${failed} = 0;
for (let ${row} = 0; ${row} < ${rows}; ${row}++) {
${writer.text}
${selection}[${kept}] = ${row};
${kept}++;
}
return ${kept};`;
  const parameters = [
    rows,
    counters,
    selection,
    ...inputs.flatMap((input, position) => inputNames(input, position)),
    ...nullable.flatMap((nulls, position) => (nulls ? [`o${position}`, `p${position}`] : [`o${position}`])),
    ...writer.constants.map((_, position) => `k${position}`),
  ];
  return { parameters, body, constants: writer.constants, nullable };
}

/** Settles once, not at every use in the loop, that these parameters are plain doubles. */
function pinned(constants: readonly unknown[]): string {
  return constants.map((value, at) => (typeof value === 'number' ? `k${at} = k${at} * 1;\n` : '')).join('');
}

/** The parameters of one input column, in the order in which the caller passes its arrays. */
function inputNames({ rep, nulls }: InputShape, position: number): string[] {
  const cells = rep === 'utf8' ? [`b${position}`, `a${position}`, `l${position}`] : [`c${position}`];
  return nulls ? [...cells, `v${position}`] : cells;
}

/** A computed value: JavaScript text, and the text of whether it is not NULL (null: always). */
interface Operand {
  readonly value: string;
  readonly valid: string | null;
}

const NEVER = 'false';

/** What a called function answers for a row that it cannot compute. */
const FAILED = Symbol('failed');
/** ... and for an exact result that the narrow variant cannot hold. */
const TOO_WIDE = Symbol('too wide');

const SIMPLE = /^(?:[a-z]+\d+|c\d+\[i0\])$/;
const IN_CHAIN_MAX = 4;

class SegmentGenerator {
  readonly writer: CodeWriter;
  readonly #inputs = new Map<number, { readonly shape: InputShape; readonly position: number }>();
  tooWide = false;

  constructor(inputs: readonly InputShape[], width: Width) {
    this.writer = new CodeWriter(width);
    inputs.forEach((shape, position) => this.#inputs.set(shape.index, { shape, position }));
  }

  /** Goes on to the next row unless the filter is TRUE. Operands of AND stand one after the other. */
  filter(filter: Expression): void {
    const unknowns: string[] = [];
    for (const part of conjuncts(filter)) {
      const { value, valid } = this.compile(part);
      if (valid === null) this.writer.line(`if (!${value}) continue;`);
      else {
        const known = this.writer.local(valid);
        this.writer.line(`if (${known} && !${value}) continue;`);
        unknowns.push(`!${known}`);
      }
    }
    if (unknowns.length > 0) this.writer.line(`if (${unknowns.join(' || ')}) continue;`);
  }

  /** Writes the value into the output's arrays; answers whether it can be NULL. */
  output(expression: Expression, position: number): boolean {
    const { value, valid } = this.compile(expression);
    const { kept, counters } = NAMES;
    const store = (text: string): string => `o${position}[${kept}] = ${text};`;
    const cell = typeOf(expression).kind === 'boolean' ? `${value} ? 1 : 0` : value;
    if (valid === null) {
      this.writer.line(store(cell));
      return false;
    }
    const empty = typeOf(expression).kind === 'boolean' ? '0' : this.#default(typeOf(expression));
    this.writer.line(`if (${valid}) { p${position}[${kept}] = 1; ${store(cell)} } else {`);
    this.writer.line(`p${position}[${kept}] = 0; ${store(empty)}`);
    this.writer.line(`${counters}[${FAILURE_CODES.length + position}] += 1; }`);
    return true;
  }

  compile(expression: Expression): Operand {
    switch (expression.kind) {
      case 'column':
        return this.#column(expression.index, expression.type);
      case 'literal':
        return this.#literal(expression.value, expression.type);
      case 'call':
        return this.#call(expression);
      case 'and':
        return this.#logic(expression.args, false);
      case 'or':
        return this.#logic(expression.args, true);
      case 'not': {
        const { value, valid } = this.compile(expression.arg);
        return { value: `(!${value})`, valid };
      }
      case 'is-null': {
        const { valid } = this.compile(expression.arg);
        return { value: valid === null ? NEVER : `(!${valid})`, valid: null };
      }
      case 'case':
        return this.#case(expression.branches, expression.otherwise, expression.type);
      case 'cast':
        return this.#cast(expression);
      case 'in':
        return this.#in(expression.arg, expression.items);
      default:
        return unreachable(expression);
    }
  }

  #column(index: number, type: DataType): Operand {
    const { shape, position } = this.#inputs.get(index)!;
    const valid = shape.nulls ? `(v${position}[i0] === 1)` : null;
    return { value: this.#cell(shape, position, type), valid };
  }

  #cell({ rep, nulls }: InputShape, position: number, type: DataType): string {
    const cell = `c${position}[i0]`;
    if (rep === 'boolean') return `(${cell} === 1)`;
    // A cell under NULL may hold anything, also what BigInt refuses.
    if (rep === 'number' && this.#isWide(type))
      return `BigInt(${nulls ? `v${position}[i0] === 1 ? ${cell} : 0` : cell})`;
    if (rep !== 'utf8') return cell;
    const utf8 = { bytes: `b${position}`, start: `a${position}[i0]`, length: `l${position}[i0]` };
    const text = `${this.writer.constant(textOf)}(${utf8.bytes}, ${utf8.start}, ${utf8.length})`;
    this.writer.defineUtf8(text, utf8);
    return text;
  }

  #isWide(type: DataType): boolean {
    return this.writer.width === 'wide' && isExactInteger(type);
  }

  #literal(value: Value, type: DataType): Operand {
    if (value === null) return { value: this.#default(type), valid: NEVER };
    if (typeof value === 'boolean') return { value: value ? 'true' : 'false', valid: null };
    return { value: this.writer.literalConstant(value, this.#literalCell(value)), valid: null };
  }

  #literalCell(value: Value): unknown {
    if (typeof value !== 'bigint' || this.writer.width === 'wide') return value;
    if (!Number.isSafeInteger(Number(value))) this.tooWide = true;
    return Number(value);
  }

  /** A cell of the type's kind, to stand where there is no value. */
  #default(type: DataType): string {
    if (type.kind === 'boolean') return 'false';
    if (type.kind === 'string' || type.kind === 'json') return this.writer.constant('');
    return this.#isWide(type) ? '0n' : '0';
  }

  #call(call: CallExpression): Operand {
    const { definition } = prepareCall(call);
    if (definition.name === 'COALESCE') return this.#coalesce(call);
    const args = call.args.map((arg) => this.#argument(arg));
    if (definition.nulls === 'strict') return this.#strict(args, call.type, () => this.#strictCall(call, args));
    return this.#customCall(call, definition, args);
  }

  /** An operand whose value text is cheap to repeat (or reads UTF-8 bytes, which most functions never turn to text). */
  #argument(expression: Expression): Operand {
    const operand = this.compile(expression);
    if (SIMPLE.test(operand.value) || this.writer.utf8(operand.value) !== null) return operand;
    return operand.valid === NEVER ? operand : { ...operand, value: this.writer.local(operand.value) };
  }

  /** Computes only where no argument is NULL. */
  #strict(args: readonly Operand[], type: DataType, compute: () => string): Operand {
    const checks = [...new Set(args.flatMap(({ valid }) => valid ?? []))];
    if (checks.length === 0) return { value: compute(), valid: null };
    if (checks.includes(NEVER)) return { value: this.#default(type), valid: NEVER };
    const valid = this.writer.local(checks.join(' && '));
    const result = this.writer.fresh('t');
    this.writer.line(`let ${result} = ${this.#default(type)};`);
    this.writer.line(`if (${valid}) {`);
    this.writer.line(`${result} = ${compute()};`);
    this.writer.line('}');
    return { value: result, valid };
  }

  #strictCall(call: CallExpression, args: readonly Operand[]): string {
    return this.#emitted(call, args) ?? this.#computed(call, args);
  }

  /** The function's own code, where it has some for these arguments and this width. */
  #emitted(call: CallExpression, args: readonly Operand[]): string | null {
    const { definition, types } = prepareCall(call);
    if (definition.emit === undefined) return null;
    if (!definition.emitsWide && [types.type, ...types.args].some((type) => this.#isWide(type))) return null;
    return definition.emit(
      this.writer,
      args.map(({ value }) => value),
      types,
    );
  }

  /** A call of the function's `evaluate`. */
  #computed(call: CallExpression, args: readonly Operand[]): string {
    const { definition, types } = prepareCall(call);
    const convert = types.args.map((type) => isExactInteger(type) && this.writer.width === 'narrow');
    const compute = (values: Value[]): Value => {
      convert.forEach((from, index) => {
        if (from && values[index] !== null) values[index] = BigInt(values[index] as number);
      });
      return definition.evaluate(values, types);
    };
    return this.#guarded(compute, args, call.type);
  }

  /** Calls a function that may fail or give an integer that is too wide. */
  #guarded(compute: (values: Value[]) => Value, args: readonly Operand[], type: DataType): string {
    const narrow = isExactInteger(type) && this.writer.width === 'narrow';
    const called = this.writer.constant(guard(compute, narrow));
    const values = args.map(({ value, valid }) => (valid === null ? value : `${valid} ? ${value} : null`));
    const result = this.writer.local(`${called}(${NAMES.counters}, [${values.join(', ')}])`);
    this.writer.line(`if (${result} === ${this.writer.constant(FAILED)}) { ${LEAVE_ROW} }`);
    if (narrow) this.writer.line(`if (${result} === ${this.writer.constant(TOO_WIDE)}) return ${LEAVE_NARROW};`);
    return result;
  }

  #customCall(call: CallExpression, definition: ScalarFunction, args: readonly Operand[]): Operand {
    if (args.every(({ valid }) => valid === null)) {
      const text = this.#emitted(call, args);
      if (text !== null) return { value: text, valid: null };
    }
    const value = this.#computed(call, args);
    const canBeNull = definition.nullable?.(args.map(({ valid }) => valid !== null)) ?? true;
    return { value, valid: canBeNull ? `(${value} !== null)` : null };
  }

  /** One argument after the other, until one is not NULL. */
  #coalesce(call: CallExpression): Operand {
    const result = this.writer.fresh('t');
    const valid = this.writer.fresh('t');
    const label = this.writer.fresh('x');
    this.writer.line(`let ${result} = ${this.#default(call.type)}; let ${valid} = false;`);
    this.writer.line(`${label}: {`);
    let certain = false;
    for (const arg of call.args) {
      const operand = this.compile(arg);
      if (operand.valid === NEVER) continue;
      this.writer.line(
        `if (${operand.valid ?? 'true'}) { ${result} = ${operand.value}; ${valid} = true; break ${label}; }`,
      );
      certain ||= operand.valid === null;
      if (certain) break;
    }
    this.writer.line('}');
    return { value: result, valid: certain ? null : valid };
  }

  /** AND (deciding FALSE) and OR (deciding TRUE): stops at the first operand that decides. */
  #logic(args: readonly Expression[], deciding: boolean): Operand {
    const result = this.writer.fresh('t');
    const unknown = this.writer.fresh('t');
    const label = this.writer.fresh('x');
    this.writer.line(`let ${result} = ${!deciding}; let ${unknown} = false;`);
    this.writer.line(`${label}: {`);
    let canBeNull = false;
    for (const arg of args) {
      const { value, valid } = this.compile(arg);
      const decides = deciding ? value : `!${value}`;
      const decide = `if (${decides}) { ${result} = ${deciding}; break ${label}; }`;
      this.writer.line(valid === null ? decide : `if (${valid}) { ${decide} } else ${unknown} = true;`);
      canBeNull ||= valid !== null;
    }
    this.writer.line('}');
    const decided = deciding ? result : `!${result}`;
    return { value: result, valid: canBeNull ? `(${decided} || !${unknown})` : null };
  }

  #case(branches: readonly CaseBranch[], otherwise: Expression, type: DataType): Operand {
    const result = this.writer.fresh('t');
    const valid = this.writer.fresh('t');
    const label = this.writer.fresh('x');
    this.writer.line(`let ${result} = ${this.#default(type)}; let ${valid} = true;`);
    this.writer.line(`${label}: {`);
    let canBeNull = false;
    const take = (operand: Operand): void => {
      canBeNull ||= operand.valid !== null;
      if (operand.valid === null) this.writer.line(`${result} = ${operand.value};`);
      else this.writer.line(`if (${operand.valid}) ${result} = ${operand.value}; else ${valid} = false;`);
    };
    for (const { when, then } of branches) {
      const condition = this.compile(when);
      const holds = condition.valid === null ? condition.value : `${condition.valid} && ${condition.value}`;
      this.writer.line(`if (${holds}) {`);
      take(this.compile(then));
      this.writer.line(`break ${label}; }`);
    }
    take(this.compile(otherwise));
    this.writer.line('}');
    return { value: result, valid: canBeNull ? valid : null };
  }

  #cast(cast: Extract<Expression, { kind: 'cast' }>): Operand {
    const from = typeOf(cast.arg);
    const arg = this.#argument(cast.arg);
    return this.#strict([arg], cast.type, () => {
      const wide = this.#isWide(from) || this.#isWide(cast.type);
      return (wide ? null : emitCast(this.writer, arg.value, from, cast.type)) ?? this.#castCall(cast, arg, from);
    });
  }

  #castCall(cast: Extract<Expression, { kind: 'cast' }>, arg: Operand, from: DataType): string {
    const narrow = isExactInteger(from) && this.writer.width === 'narrow';
    const compute = ([value]: Value[]): Value =>
      castValue(narrow ? BigInt(value as number) : value!, from, cast.type, cast.length);
    return this.#guarded(compute, [{ value: arg.value, valid: null }], cast.type);
  }

  #in(arg: Expression, items: readonly Value[]): Operand {
    const type = typeOf(arg);
    const operand = this.#argument(arg);
    const present = items.filter((item) => item !== null);
    const match = this.#strict([operand], BOOLEAN, () => this.#isAmong(operand.value, present, type));
    if (present.length === items.length) return match;
    // A NULL among the items: a miss is unknown.
    const found = this.writer.local(match.value);
    return { value: found, valid: match.valid === null ? found : `(${match.valid} && ${found})` };
  }

  #isAmong(value: string, items: readonly Exclude<Value, null>[], type: DataType): string {
    const cells = items.map((item) => ({ item, cell: this.#isWide(type) ? item : this.#itemCell(item) }));
    if (items.length > IN_CHAIN_MAX || type.kind === 'boolean') {
      const set = new Set(cells.map(({ cell }) => cell));
      return `${this.writer.constant((cell: unknown) => set.has(cell))}(${value})`;
    }
    const call = { args: [type, type], type: BOOLEAN };
    const equals = cells.map(({ item, cell }) =>
      emitComparison('=', this.writer, [value, this.writer.literalConstant(item, cell)], call),
    );
    return equals.length === 0 ? NEVER : `(${equals.join(' || ')})`;
  }

  /** An item that is no safe integer equals no cell of a narrow column, whichever number stands for it. */
  #itemCell(item: Exclude<Value, null>): unknown {
    return typeof item === 'bigint' ? Number(item) : item;
  }
}

/** The operands of nested ANDs in order. */
function conjuncts(expression: Expression): readonly Expression[] {
  return expression.kind === 'and' ? expression.args.flatMap(conjuncts) : [expression];
}

/** Counts failures by code; turns bigints into numbers for the narrow variant. */
function guard(
  compute: (values: Value[]) => Value,
  narrow: boolean,
): (counters: Int32Array, values: Value[]) => unknown {
  return (counters, values) => {
    try {
      const result = compute(values);
      if (!narrow || result === null) return result;
      const number = Number(result);
      return Number.isSafeInteger(number) ? number : TOO_WIDE;
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      counters[FAILURE_CODES.indexOf(error.code)]! += 1;
      return FAILED;
    }
  };
}
