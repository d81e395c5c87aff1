import { problem, type ProblemError } from '../errors/problem.ts';

/** Rows of a view left its change log between the moment as of which they are read and their turn. */
export function rowsWent(view: string): ProblemError {
  const message = `rows of ${view} left under its retention while they were read`;
  return problem('POSITION_LOST', message, undefined, 'ask again');
}

/** What a query has yet to read is retained no more, so it can't go on without a gap. */
export function positionLost(query: string, relation?: string): ProblemError {
  const where = relation === undefined ? 'what it has yet to read' : `rows of ${relation} that it has yet to read`;
  return problem(
    'POSITION_LOST',
    `${query} lags too far behind: ${where} left under their retention`,
    undefined,
    'drop it and create it again: it starts with what is retained; a longer retention gives it more time',
  );
}
