import { commonType } from '../../types/common-type.ts';
import { compareText, compareValues } from '../../types/compare.ts';
import { BOOLEAN, type DataType, STRING } from '../../types/data-type.ts';
import type { Value } from '../../types/value.ts';
import type { CallTypes, EmitContext, FunctionDoc, Resolution, ScalarFunction, Utf8Cell } from '../scalar-function.ts';
import { typeList } from './signatures.ts';
import { bytesEqual } from './utf8-match.ts';

type Sign = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** The six comparisons. Strings by code point; NaN equals itself and is greater than every number. */
export const comparisons: readonly ScalarFunction[] = [
  comparison('=', { summary: 'Equal.', example: "'a' = 'a'", result: 'true' }),
  comparison('<>', { summary: 'Not equal; also written !=.', example: '1 <> 1', result: 'false' }, ['!=']),
  comparison('<', { summary: 'Less than.', example: '1.5 < 2', result: 'true' }),
  comparison('<=', { summary: 'Less than or equal.', example: '2 <= 2', result: 'true' }),
  comparison('>', { summary: 'Greater than.', example: "'b' > 'a'", result: 'true' }),
  comparison('>=', { summary: 'Greater than or equal.', example: '1 >= 2', result: 'false' }),
];

function comparison(name: Sign, doc: FunctionDoc, aliases: readonly string[] = []): ScalarFunction {
  return {
    name,
    aliases,
    doc,
    nulls: 'strict',
    resolve: (args) => resolveComparison(name, args),
    evaluate: ([a, b], call) => holds(name, compareValues(a!, b!, call.args[0]!)),
    emitsWide: true,
    emit: (emit, args, call) => emitComparison(name, emit, args as [string, string], call),
  };
}

/** Both sides become their common type. JSON has no order and no equality of its own. */
export function resolveComparison(name: string, args: readonly DataType[]): Resolution | string {
  const [a, b] = args;
  if (a === undefined || b === undefined || args.length > 2) return `${name} takes two arguments`;
  const common = commonType(a, b);
  if (common === null) return `no ${name} between ${typeList(args)}`;
  if (common.kind === 'json') return `${name} does not compare JSON; cast it to STRING first`;
  const type = common.kind === 'null' ? STRING : common;
  return { args: [type, type], type: BOOLEAN };
}

function holds(sign: Sign, order: number): boolean {
  switch (sign) {
    case '=':
      return order === 0;
    case '<>':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

const JAVASCRIPT: Readonly<Record<Sign, string>> = {
  '=': '===',
  '<>': '!==',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

export function emitComparison(
  sign: Sign,
  emit: EmitContext,
  args: readonly [string, string],
  call: CallTypes,
): string {
  const kind = call.args[0]!.kind;
  if (kind === 'double') return emitDoubles(sign, emit, args);
  if (kind === 'string') return emitTexts(sign, emit, args);
  return `(${args[0]} ${JAVASCRIPT[sign]} ${args[1]})`;
}

function emitTexts(sign: Sign, emit: EmitContext, [a, b]: readonly [string, string]): string {
  if (sign !== '=' && sign !== '<>') return `(${emit.constant(compareText)}(${a}, ${b}) ${sign} 0)`;
  const equal = emitBytesEqual(emit, a, b) ?? emitBytesEqual(emit, b, a);
  if (equal !== null) return sign === '=' ? equal : `(!${equal})`;
  return `(${a} ${JAVASCRIPT[sign]} ${b})`;
}

/** A column of bytes against a constant: no string is made. */
function emitBytesEqual(emit: EmitContext, cell: string, literal: string): string | null {
  const bytes: Utf8Cell | null = emit.utf8(cell);
  const text: Value | undefined = emit.literal(literal);
  if (bytes === null || typeof text !== 'string') return null;
  const needle = emit.constant(Buffer.from(text));
  const same = emit.constant(bytesEqual);
  return `(${bytes.length} === ${needle}.length && ${same}(${bytes.bytes}, ${bytes.start}, ${needle}))`;
}

/** NaN is the greatest value: a < b holds for a number a and b NaN. */
function emitDoubles(sign: Sign, emit: EmitContext, [a, b]: readonly [string, string]): string {
  const less = (x: string, y: string): string => `(${y} !== ${y} ? ${x} === ${x} : ${x} < ${y})`;
  switch (sign) {
    case '=':
      return emitDoublesEqual(emit, a, b);
    case '<>':
      return `(!${emitDoublesEqual(emit, a, b)})`;
    case '<':
      return less(a, b);
    case '<=':
      return `(!${less(b, a)})`;
    case '>':
      return less(b, a);
    case '>=':
      return `(!${less(a, b)})`;
  }
}

function emitDoublesEqual(emit: EmitContext, a: string, b: string): string {
  const isNumber = [a, b].some((arg) => typeof emit.literal(arg) === 'number' && !Number.isNaN(emit.literal(arg)));
  return isNumber ? `(${a} === ${b})` : `(${a} === ${b} || (${a} !== ${a} && ${b} !== ${b}))`;
}
