import type { Request, Response } from 'express';
import * as z from 'zod/mini';
import type { Catalogue } from '../catalogue.ts';
import { assert } from '../../runtime/errors/assert.ts';
import { type ErrorCode, problem } from '../../runtime/errors/problem.ts';
import type { ObjectSchema } from '../narrow.ts';
import type { AnswerName } from '../openapi/answer-schemas.ts';
import { type JsonBody, readJson, readOptionalJson } from '../request-json.ts';
import { readQuery } from '../request-query.ts';
import type { Services } from '../services.ts';

/** One call of the REST interface: what checks its requests, what describes it in /openapi.json, what answers it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `/v1/streams/:name` */
  readonly path: string;
  readonly about: RouteDescription;
  /** What it throws becomes a problem document. */
  readonly answer: (request: Request, response: Response, services: Services) => Promise<void>;
}

export interface RouteDescription {
  /** Unique: `insertRows`. */
  readonly id: string;
  readonly summary: string;
  readonly query: ObjectSchema;
  readonly headers: readonly HeaderDescription[];
  readonly body: RouteBody;
  readonly answers: readonly RouteAnswer[];
  /** Codes of problem documents, besides those that any call can get. */
  readonly problems: readonly ErrorCode[];
}

export interface HeaderDescription {
  readonly name: string;
  readonly summary: string;
}

export type RouteBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly schema: ObjectSchema; readonly optional: boolean }
  /** Rows in one of several media types; the route reads them itself. */
  | { readonly kind: 'rows'; readonly types: readonly string[] };

export interface RouteAnswer {
  readonly status: number;
  readonly summary: string;
  /** By media type; null: text of that type. */
  readonly content: Readonly<Record<string, AnswerName | null>>;
}

/** A request, checked. */
export interface RouteCall<Q, B> {
  /** The `:name` of the path, decoded; empty where the path has none. */
  readonly name: string;
  readonly query: Q;
  readonly body: B;
  /** The JSON of the body as it was sent. */
  readonly text: Buffer;
  readonly request: Request;
  readonly response: Response;
}

interface RouteSpec<Q extends ObjectSchema, B extends ObjectSchema> {
  readonly method: Route['method'];
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  /** Without it the call takes no parameters. */
  readonly query?: Q;
  readonly headers?: readonly HeaderDescription[];
  /** A JSON object. Without it the call reads no body. */
  readonly body?: B;
  readonly bodyOptional?: boolean;
  /** Instead of `body`: media types of rows. */
  readonly rows?: readonly string[];
  readonly answers: readonly RouteAnswer[];
  readonly problems?: readonly ErrorCode[];
  readonly handle: (call: RouteCall<z.output<Q>, z.output<B>>, services: Services) => Promise<void>;
}

const NOTHING = z.strictObject({});

export function route<Q extends ObjectSchema = typeof NOTHING, B extends ObjectSchema = typeof NOTHING>(
  spec: RouteSpec<Q, B>,
): Route {
  const { method, path, id, summary, headers = [], answers, problems = [], handle } = spec;
  // The type parameters are those of the empty schema where a schema is left out.
  const query = spec.query ?? (NOTHING as ObjectSchema as Q);
  const body = bodyOf(spec);
  return {
    method,
    path,
    about: { id, summary, query, headers, body, answers, problems },
    async answer(request, response, services) {
      const call = { name: nameOf(request), query: readQuery(request, query), request, response };
      const { value, text } = await readBody(body, request, services);
      await handle({ ...call, body: value as z.output<B>, text }, services);
    },
  };
}

function bodyOf({ body, bodyOptional, rows }: RouteSpec<ObjectSchema, ObjectSchema>): RouteBody {
  if (rows) return { kind: 'rows', types: rows };
  return body ? { kind: 'json', schema: body, optional: bodyOptional ?? false } : { kind: 'none' };
}

async function readBody(body: RouteBody, request: Request, { bodies }: Services): Promise<JsonBody<unknown>> {
  if (body.kind !== 'json') return { value: {}, text: Buffer.alloc(0) };
  return body.optional ? readOptionalJson(request, bodies, body.schema) : readJson(request, bodies, body.schema);
}

function nameOf(request: Request): string {
  const name = request.params['name'] ?? '';
  assert(typeof name === 'string', 'a name is one segment of the path');
  return name;
}

/** The usual answer: JSON. */
export function json(name: AnswerName, summary: string, status = 200): RouteAnswer {
  return { status, summary, content: { 'application/json': name } };
}

/** A sink keeps nothing that could be read. */
export function refuseSink(catalogue: Catalogue, name: string): void {
  if (catalogue.get(name)?.kind === 'sink')
    throw problem('WRONG_KIND', `${name} is a sink: it keeps no rows or changes`);
}
