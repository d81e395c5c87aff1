import { unreachable } from '../../runtime/errors/assert.ts';
import { type Expression, partsOf, withParts } from '../../runtime/expressions/expression.ts';
import { scalarFunction } from '../../runtime/functions/scalar-functions.ts';
import { BOOLEAN } from '../../runtime/types/data-type.ts';
import type { LogicalColumn } from './logical-plan.ts';

/** Whether the expression can be NULL. */
export function canBeNull(expression: Expression): boolean {
  switch (expression.kind) {
    case 'column':
      return expression.nullable;
    case 'literal':
      return expression.value === null;
    case 'call':
      return callCanBeNull(expression.function, expression.args.map(canBeNull));
    case 'is-null':
      return false;
    case 'in':
      return canBeNull(expression.arg) || expression.items.includes(null);
    case 'case':
      return canBeNull(expression.otherwise) || expression.branches.some((branch) => canBeNull(branch.then));
    case 'and':
    case 'or':
    case 'not':
    case 'cast':
      return partsOf(expression).some(canBeNull);
    default:
      return unreachable(expression);
  }
}

function callCanBeNull(name: string, args: readonly boolean[]): boolean {
  const definition = scalarFunction(name);
  const any = args.includes(true);
  if (definition === undefined || definition.nulls === 'strict') return any;
  return definition.nullable?.(args) ?? true;
}

export function columnsIn(expression: Expression, into: Set<number> = new Set()): Set<number> {
  if (expression.kind === 'column') into.add(expression.index);
  for (const part of partsOf(expression)) columnsIn(part, into);
  return into;
}

export function columnRef(columns: readonly LogicalColumn[], index: number): Expression {
  const column = columns[index];
  if (column === undefined) throw new RangeError(`no column ${index}`);
  return { kind: 'column', index, type: column.type, nullable: column.nullable };
}

/** The expression with every column replaced. */
export function replaceColumns(
  expression: Expression,
  replace: (index: number, column: Expression) => Expression,
): Expression {
  if (expression.kind === 'column') return replace(expression.index, expression);
  return withParts(expression, (part) => replaceColumns(part, replace));
}

/** Moves every column to another position. */
export function moveColumns(expression: Expression, move: (index: number) => number): Expression {
  return replaceColumns(expression, (index, column) =>
    column.kind === 'column' ? { ...column, index: move(index) } : column,
  );
}

export function conjunctsOf(expression: Expression): readonly Expression[] {
  return expression.kind === 'and' ? expression.args.flatMap(conjunctsOf) : [expression];
}

export const TRUE: Expression = { kind: 'literal', value: true, type: BOOLEAN };

export function conjunction(args: readonly Expression[]): Expression {
  const [first] = args;
  if (first === undefined) return TRUE;
  return args.length === 1 ? first : { kind: 'and', args };
}

export function isTrue(expression: Expression): boolean {
  return expression.kind === 'literal' && expression.value === true;
}

/** Text that is equal for equal expressions and only for those. */
export function expressionKey(expression: Expression): string {
  return JSON.stringify(expression, (name, value: unknown) => {
    if (typeof value === 'bigint') return { bigint: value.toString() };
    if (typeof value === 'number' && !Number.isFinite(value)) return { double: String(value) };
    return Object.is(value, -0) ? { double: '-0' } : name === 'nullable' ? undefined : value;
  });
}

/** How many nodes the expression has. */
export function expressionSize(expression: Expression): number {
  let size = 1;
  for (const part of partsOf(expression)) size += expressionSize(part);
  return size;
}
