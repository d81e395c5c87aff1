import type { DeclaredPlace } from '../planner/statement-plan.ts';
import { type Problem, ProblemError } from '../runtime/errors/problem.ts';

/** Problems with options and columns, at the place where the statement declares them. */
export function placedProblems(
  { problems: [first, ...rest] }: ProblemError,
  places: readonly DeclaredPlace[],
): ProblemError {
  const place = (each: Problem): Problem => {
    const { subject } = each;
    const found = places.find(({ kind, name }) => kind === subject?.kind && name === subject.name);
    return found && !each.span ? { ...each, span: found.span } : each;
  };
  return new ProblemError(place(first), ...rest.map(place));
}
