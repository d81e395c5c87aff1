import { unreachable } from '../../runtime/errors/assert.ts';
import type { ExpressionNode } from '../sql/syntax.ts';
import type { NodeOf } from './bind-expression.ts';

/** The expression's direct parts, subqueries left out. */
function partsOfNode(node: ExpressionNode): readonly ExpressionNode[] {
  switch (node.kind) {
    case 'column':
    case 'number':
    case 'string':
    case 'boolean':
    case 'null':
    case 'interval':
    case 'typed-literal':
    case 'exists':
    case 'scalar-query':
      return [];
    case 'binary':
      return [node.left, node.right];
    case 'unary':
    case 'is':
    case 'cast':
    case 'in-query':
      return [node.operand];
    case 'between':
      return [node.operand, node.low, node.high];
    case 'in-list':
      return [node.operand, ...node.items];
    case 'like':
      return [node.operand, node.pattern, ...(node.escape === null ? [] : [node.escape])];
    case 'case':
      return [node.operand, ...node.branches.flatMap((branch) => [branch.when, branch.then]), node.otherwise].filter(
        (part) => part !== null,
      );
    case 'call':
      return [...node.args, ...(node.filter === null ? [] : [node.filter])];
    default:
      return unreachable(node);
  }
}

/** The first call for which the test holds, by a loop: chains of operators are long. */
export function findCall(node: ExpressionNode, test: (call: NodeOf<'call'>) => boolean): NodeOf<'call'> | null {
  const open: ExpressionNode[] = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.kind === 'call' && test(next)) return next;
    for (const part of [...partsOfNode(next)].reverse()) open.push(part);
  }
  return null;
}
