import { unreachable } from '../errors/assert.ts';
import type { Expression } from '../expressions/expression.ts';
import { typeOf } from '../expressions/expression.ts';
import { type DataType, typeName } from '../types/data-type.ts';
import type { Value } from '../types/value.ts';

const OPERATOR = /^[-+*/%|=<>~!#]+$|^I?LIKE$|^IS (NOT )?DISTINCT FROM$/;

/** The expression as SQL-like text, columns by these names; for EXPLAIN. */
export function describeExpression(expression: Expression, names: readonly string[]): string {
  switch (expression.kind) {
    case 'column':
      return names[expression.index] ?? `#${expression.index}`;
    case 'literal':
      return describeValue(expression.value, expression.type);
    case 'call':
      return describeCall(
        expression.function,
        expression.args.map((arg) => operand(arg, names)),
        expression.args,
        names,
      );
    case 'and':
    case 'or':
      return expression.args.map((arg) => operand(arg, names)).join(expression.kind === 'and' ? ' AND ' : ' OR ');
    case 'not':
      return `NOT ${operand(expression.arg, names)}`;
    case 'is-null':
      return `${operand(expression.arg, names)} IS NULL`;
    case 'case':
      return describeCase(expression, names);
    case 'cast': {
      const length = expression.length === null ? '' : `(${expression.length})`;
      return `CAST(${describeExpression(expression.arg, names)} AS ${typeName(expression.type)}${length})`;
    }
    case 'in': {
      const type = typeOf(expression.arg);
      return `${operand(expression.arg, names)} IN (${expression.items.map((item) => describeValue(item, type)).join(', ')})`;
    }
    default:
      return unreachable(expression);
  }
}

function describeCase(expression: Extract<Expression, { kind: 'case' }>, names: readonly string[]): string {
  const text = (part: Expression): string => describeExpression(part, names);
  const branches = expression.branches.map((branch) => `WHEN ${text(branch.when)} THEN ${text(branch.then)}`);
  return `CASE ${branches.join(' ')} ELSE ${text(expression.otherwise)} END`;
}

function describeCall(
  name: string,
  operands: readonly string[],
  args: readonly Expression[],
  names: readonly string[],
): string {
  if (OPERATOR.test(name) && operands.length === 2) return operands.join(` ${name} `);
  return `${name}(${args.map((arg) => describeExpression(arg, names)).join(', ')})`;
}

/** In brackets where it is made of several parts. */
function operand(expression: Expression, names: readonly string[]): string {
  const text = describeExpression(expression, names);
  const compound =
    expression.kind === 'and' || expression.kind === 'or' || expression.kind === 'not' || expression.kind === 'is-null';
  const infix = expression.kind === 'call' && OPERATOR.test(expression.function);
  return compound || infix || expression.kind === 'in' ? `(${text})` : text;
}

function describeValue(value: Value, type: DataType): string {
  if (value === null) return 'NULL';
  switch (type.kind) {
    case 'string':
    case 'json':
      return `'${String(value).replaceAll("'", "''")}'`;
    case 'boolean':
      return value === true ? 'TRUE' : 'FALSE';
    case 'decimal':
      return describeDecimal(BigInt(value), type.scale);
    case 'timestamp':
      return `TIMESTAMP '${isoTime(Number(value))}'`;
    case 'date':
      return `DATE '${isoTime(Number(value) * 86_400_000).slice(0, 10)}'`;
    case 'interval':
      return describeMs(Number(value));
    case 'int':
    case 'bigint':
    case 'double':
    case 'null':
      return String(value);
    default:
      return unreachable(type);
  }
}

function isoTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}

function describeDecimal(scaled: bigint, scale: number): string {
  if (scale === 0) return scaled.toString();
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(scale + 1, '0');
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
];

/** A length of time in its largest whole unit up to minutes, so that sizes compare at a glance: `90 s`, `1 min`, `250 ms`. */
export function describeMs(ms: number): string {
  const unit = UNITS.find(([, length]) => ms !== 0 && ms % length === 0);
  return unit === undefined ? `${ms} ms` : `${ms / unit[1]} ${unit[0]}`;
}
