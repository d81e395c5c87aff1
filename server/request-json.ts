import type { IncomingMessage } from 'node:http';
import type * as z from 'zod/mini';
import { problem } from '../runtime/errors/problem.ts';
import { narrow, type ObjectSchema } from './narrow.ts';
import { type BodyReader, mediaType } from './request-body.ts';

/** A body that must be one JSON object with no members but those of the schema. */
export async function readJson<S extends ObjectSchema>(
  request: IncomingMessage,
  bodies: BodyReader,
  schema: S,
): Promise<z.output<S>> {
  requireJson(request);
  const value = parseJson(await bodies.read(request));
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return narrow(schema, value, quoted);
  throw problem('BAD_REQUEST', 'the body must be a JSON object');
}

/** As readJson, but a request without a body is an empty object. */
export function readOptionalJson<S extends ObjectSchema>(
  request: IncomingMessage,
  bodies: BodyReader,
  schema: S,
): Promise<z.output<S>> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  const empty = (length === undefined || length === '0') && encoding === undefined;
  return empty ? Promise.resolve(narrow(schema, {}, quoted)) : readJson(request, bodies, schema);
}

/** A member's name comes quoted already. */
function quoted(name: string): string {
  return name;
}

function requireJson(request: IncomingMessage): void {
  const type = mediaType(request);
  if (type === 'application/json') return;
  throw problem(
    'UNSUPPORTED_MEDIA_TYPE',
    type === '' ? 'the request has no Content-Type' : `the request is ${type}`,
    undefined,
    'send it as Content-Type: application/json',
  );
}

function parseJson(body: Buffer): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw problem('INVALID_UTF8', 'the body is not UTF-8');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw problem('MALFORMED_JSON', `the body is no JSON: ${reason.slice(0, 200)}`);
  }
}
