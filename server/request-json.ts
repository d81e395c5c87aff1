import type { IncomingMessage } from 'node:http';
import { problem } from '../runtime/errors/problem.ts';
import { type BodyReader, mediaType } from './request-body.ts';

/** The members of a JSON body, by name. */
export type JsonObject = ReadonlyMap<string, unknown>;

/** A body that must be one JSON object with no members but these. */
export async function readJsonObject(
  request: IncomingMessage,
  bodies: BodyReader,
  known: readonly string[],
): Promise<JsonObject> {
  requireJson(request);
  return narrowObject(parseJson(await bodies.read(request)), known);
}

/** As readJsonObject, but a request without a body is an empty object. */
export async function readOptionalJsonObject(
  request: IncomingMessage,
  bodies: BodyReader,
  known: readonly string[],
): Promise<JsonObject> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if ((length === undefined || length === '0') && encoding === undefined) return new Map();
  return readJsonObject(request, bodies, known);
}

export function textMember(object: JsonObject, name: string): string {
  const value = object.get(name);
  if (typeof value === 'string') return value;
  throw problem('BAD_REQUEST', value === undefined ? `"${name}" is missing` : `"${name}" must be a text`);
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

function narrowObject(value: unknown, known: readonly string[]): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw problem('BAD_REQUEST', 'the body must be a JSON object');
  }
  const members = new Map(Object.entries(value));
  for (const name of members.keys()) {
    if (known.includes(name)) continue;
    throw problem('BAD_REQUEST', `${JSON.stringify(name.slice(0, 100))} is not known here`, undefined, hintOf(known));
  }
  return members;
}

function hintOf(known: readonly string[]): string {
  return known.length === 0 ? 'send {}' : `known: ${known.join(', ')}`;
}
