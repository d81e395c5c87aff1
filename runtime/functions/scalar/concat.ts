import { canCast } from '../../types/cast.ts';
import { type DataType, STRING } from '../../types/data-type.ts';
import type { Value } from '../../types/value.ts';
import type { EmitContext, Resolution, ScalarFunction } from '../scalar-function.ts';
import { typeList } from './signatures.ts';

/** `||`: one operand must be a text; the other is cast to its text form. NULL makes the whole NULL. */
export const concatOperator: ScalarFunction = {
  name: '||',
  doc: { summary: 'Both texts, one after the other; NULL if either is.', example: "'n' || 42", result: 'n42' },
  nulls: 'strict',
  resolve: resolveOperator,
  evaluate: ([a, b]) => `${a as string}${b as string}`,
  emit: (_, [a, b]) => `(${a} + ${b})`,
};

function resolveOperator(args: readonly DataType[]): Resolution | string {
  if (args.length !== 2) return '|| takes two arguments';
  const isText = ({ kind }: DataType): boolean => kind === 'string' || kind === 'null';
  if (!args.some(isText)) return `|| takes at least one STRING, not ${typeList(args)}`;
  return { args: [STRING, STRING], type: STRING };
}

export const concat: ScalarFunction = {
  name: 'CONCAT',
  doc: {
    call: 'CONCAT(value, ...)',
    summary: 'The text forms of all arguments, one after the other; NULLs are skipped.',
    example: "CONCAT('a', NULL, 1)",
    result: 'a1',
  },
  nulls: 'custom',
  nullable: () => false,
  resolve: (args) => {
    if (args.length === 0) return 'CONCAT takes at least one argument';
    const unprintable = args.find((type) => !canCast(type, STRING));
    if (unprintable !== undefined) return `CONCAT takes values with a text form, not ${typeList([unprintable])}`;
    return { args: args.map(outputType), type: STRING };
  },
  evaluate: (args) => args.map(outputText).join(''),
  emit: (emit, args, call) => {
    const texts = args.map((arg, index) => (call.args[index]!.kind === 'boolean' ? emitFlag(emit, arg) : arg));
    return texts.length === 1 ? texts[0]! : `(${texts.join(' + ')})`;
  },
};

/** CONCAT and CONCAT_WS print BOOLEAN as `t` and `f`, where a cast to STRING says `true`: PostgreSQL's output form. */
export function outputType(type: DataType): DataType {
  return type.kind === 'boolean' ? type : STRING;
}

/** NULL is ''. */
export function outputText(value: Value): string {
  return typeof value === 'boolean' ? FLAGS[Number(value)]! : ((value as string | null) ?? '');
}

const FLAGS = ['f', 't'];

function emitFlag(emit: EmitContext, value: string): string {
  return `${emit.constant(outputText)}(${value})`;
}
