import { unreachable } from '../../runtime/errors/assert.ts';
import { explainPlan } from '../../runtime/plan/explain-plan.ts';
import { explainLogical } from '../logical/explain-logical.ts';
import { parseStatement } from '../sql/statement-reader.ts';
import type { Explain } from '../sql/syntax.ts';
import type { StatementPlan, StatementText } from '../statement-plan.ts';
import { planCreateSink } from './create-sink.ts';
import { planCreateStream } from './create-stream.ts';
import { planCreateView } from './create-view.ts';
import { planDrop } from './drop.ts';
import { planInsert } from './insert.ts';
import { logicalQuery, planContinuousQuery, planPullQuery } from './plan-select.ts';
import type { PlannerContext } from './planner-context.ts';
import { findNamed } from './relation-names.ts';

/** What the statement asks for. Throws ProblemError, spans in the whole text. */
export function planStatement(statement: StatementText, context: PlannerContext): StatementPlan {
  const parsed = parseStatement(statement);
  switch (parsed.kind) {
    case 'create-stream':
      return planCreateStream(parsed, statement, context);
    case 'create-view':
      return planCreateView(parsed, statement, context);
    case 'create-sink':
      return planCreateSink(parsed, statement, context);
    case 'insert':
      return planInsert(parsed, context);
    case 'drop':
      return planDrop(parsed, context);
    case 'show':
      return { kind: 'show', what: parsed.what };
    case 'describe':
      return { kind: 'describe', name: findNamed(parsed.name, context.catalog, 'UNKNOWN_RELATION').name };
    case 'explain':
      return { kind: 'explain', text: explain(parsed, context) };
    case 'select':
      return { kind: 'select', ...planPullQuery(parsed, context) };
    default:
      return unreachable(parsed);
  }
}

function explain(statement: Explain, context: PlannerContext): string {
  const pulled = statement.query.body.limit !== null && statement.query.emit === null;
  const { plan } = pulled ? planPullQuery(statement.query, context) : planContinuousQuery(statement.query, context);
  return statement.level === 'physical'
    ? explainPlan(plan)
    : explainLogical(logicalQuery(statement.query, context).query.plan);
}
