import type { Problem } from '../runtime/errors/problem.ts';
import type { ErrorJson } from './protocol.ts';

/** A problem as answers and frames show it; line and column (from 1) are those of the text that was sent. */
export function errorJson(found: Problem, text: string | null): ErrorJson {
  const { code, message, span, hint, row, field } = found;
  return {
    code,
    message,
    ...(span && text !== null && textPosition(text, span.start, span.end)),
    ...(hint !== undefined && { hint }),
    ...(row !== undefined && { row }),
    ...(field !== undefined && { field }),
  };
}

function textPosition(text: string, start: number, end: number): { line: number; column: number; length: number } {
  const before = text.slice(0, start);
  const line = before.split('\n').length;
  return { line, column: start - (before.lastIndexOf('\n') + 1) + 1, length: Math.max(0, end - start) };
}
