import type { IncomingMessage } from 'node:http';
import type * as z from 'zod/mini';
import { problem } from '../runtime/errors/problem.ts';
import { narrow, type ObjectSchema } from './narrow.ts';
import { type BodyReader, mediaType } from './request-body.ts';

export interface JsonBody<T> {
  readonly value: T;
  /** As it was sent, for what must not be rounded; empty where the request had none. */
  readonly text: Buffer;
}

/** A body that must be one JSON object with no members but those of the schema. */
export async function readJson<S extends ObjectSchema>(
  request: IncomingMessage,
  bodies: BodyReader,
  schema: S,
): Promise<JsonBody<z.output<S>>> {
  requireJson(request);
  const text = withoutMark(await bodies.read(request));
  const value = parseJson(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return { value: narrow(schema, value, quoted), text };
  throw problem('BAD_REQUEST', 'the body must be a JSON object');
}

/** As readJson, but a request without a body is an empty object. */
export function readOptionalJson<S extends ObjectSchema>(
  request: IncomingMessage,
  bodies: BodyReader,
  schema: S,
): Promise<JsonBody<z.output<S>>> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  const empty = (length === undefined || length === '0') && encoding === undefined;
  return empty
    ? Promise.resolve({ value: narrow(schema, {}, quoted), text: Buffer.alloc(0) })
    : readJson(request, bodies, schema);
}

function withoutMark(body: Buffer): Buffer {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;
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
