import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { ERROR_STATUS, type Problem, problem, ProblemError } from '../runtime/errors/problem.ts';
import type { ProblemJson } from './protocol.ts';
import { errorJson } from './text-position.ts';

const RETRY_AFTER_SECONDS = '1';

/** The problem document (RFC 9457) of a failure; lines and columns are those of `text`, which was sent. */
export function problemJson({ problems }: ProblemError, text: string | null): ProblemJson {
  const [{ code, message }, ...rest] = problems;
  const status = ERROR_STATUS[code];
  // Where rows were refused, the rows are what is wrong; the first problem only says so.
  const listed = rest[0]?.row === undefined ? problems : rest;
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail: message,
    errors: listed.map((each) => errorJson(each, text)),
  };
}

/** Answers with the problem document and, behind its members, those of `more` (JSON text without braces). */
export function sendProblem(
  response: Response,
  error: ProblemError,
  text: string | null,
  more: readonly Uint8Array[] = [],
): void {
  const document = problemJson(error, text);
  if (response.headersSent) {
    // The answer has begun and cannot be taken back: cut it, so that nobody takes it for whole.
    response.destroy();
    return;
  }
  response.status(document.status).type('application/problem+json');
  if (document.status === 503 || document.status === 429) response.set('Retry-After', RETRY_AFTER_SECONDS);
  if (document.status === 401) response.set('WWW-Authenticate', 'Bearer');
  const body = Buffer.from(JSON.stringify(document), 'utf8');
  if (more.length === 0) response.end(body);
  else response.end(Buffer.concat([body.subarray(0, -1), COMMA, ...more, CLOSE]));
}

const COMMA = Buffer.from(',');
const CLOSE = Buffer.from('}');

/** Express's last handler: whatever a route threw, as a problem document, never a stack. */
export function errorHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    void next;
    const found = problemOf(error);
    if (ERROR_STATUS[found.problems[0].code] === 500) {
      log.error({ err: error, method: request.method, url: request.path }, 'a request failed');
    }
    sendProblem(response, found, null);
  };
}

/** Any failure as problems. The library marks what is the client's fault (a malformed % in the path) with a status. */
export function problemOf(error: unknown): ProblemError {
  if (error instanceof ProblemError) return isInternal(error.problems[0]) ? internal() : error;
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : 500;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return problem(
      'BAD_REQUEST',
      error instanceof URIError ? 'the path is not well encoded' : 'the request is malformed',
    );
  }
  return internal();
}

function isInternal({ code }: Problem): boolean {
  return code === 'INTERNAL';
}

function internal(): ProblemError {
  return problem('INTERNAL', 'the server met a fault of its own', undefined, 'its log on stderr says more');
}
