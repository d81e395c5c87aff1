import type { ViewDefinition } from '../../runtime/catalog/catalog.ts';
import { AssertionError } from '../../runtime/errors/assert.ts';
import { ProblemError, type Span } from '../../runtime/errors/problem.ts';
import { type LogicalPlan, withInputs } from '../logical/logical-plan.ts';
import { parseStatement } from '../sql/statement-reader.ts';
import type { Binding } from './binding.ts';
import type { Emit } from '../../runtime/plan/physical-plan.ts';

/** Expands a named view where it is used. What is wrong inside of it is reported at its name. */
export function bindView(definition: ViewDefinition, span: Span, binding: Binding): LogicalPlan {
  try {
    const statement = parseStatement({ text: definition.query, offset: 0, title: 'SELECT' });
    if (statement.kind !== 'select') throw new AssertionError(`view ${definition.name} is no query`);
    const bound = binding.insideView(() => binding.binders.query(statement.body, binding));
    const plan = placedAt(bound.plan, span);
    if (statement.emit?.kind === 'final' || statement.emit?.kind === 'update')
      return withEmit(plan, statement.emit.kind);
    return plan;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const [first] = error.problems;
    throw new ProblemError({ ...first, message: `in view ${definition.name}: ${first.message}`, span });
  }
}

/** What only lowering can refuse is reported at the view's name too: its own text is not the one that was sent. */
function placedAt(plan: LogicalPlan, span: Span): LogicalPlan {
  const placed = withInputs(plan, (input) => placedAt(input, span));
  if (placed.kind === 'join') return { ...placed, span };
  return placed.kind === 'aggregate' && placed.orderUse !== undefined ? { ...placed, orderUse: span } : placed;
}

/** Marks what the view itself aggregates and joins; what a view below it asked for stays. */
function withEmit(plan: LogicalPlan, emit: Emit): LogicalPlan {
  const marked = withInputs(plan, (input) => withEmit(input, emit));
  return marked.kind === 'aggregate' || marked.kind === 'join' ? { ...marked, emit: marked.emit ?? emit } : marked;
}
