import { problem, type ProblemError } from '../errors/problem.ts';

/** Of a query that says nothing, where the server says nothing either. */
export const STATE_LIMIT_BYTES = 1 << 30;
/** Of an ad-hoc query: there may be a hundred of them. */
export const AD_HOC_STATE_BYTES = 128 << 20;

export function stateLimit(query: string, bytes: number): ProblemError {
  return problem(
    'STATE_LIMIT',
    `the state of ${query} has grown beyond ${sizeText(bytes)}`,
    undefined,
    'its rows and state are kept as they were; bound it by a window or a filter, or allow it more (state_limit)',
  );
}

function sizeText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${units[power]}`;
}
