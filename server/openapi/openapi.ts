import { STATUS_CODES } from 'node:http';
import * as z from 'zod/mini';
import { type ErrorCode, ERROR_STATUS } from '../../runtime/errors/problem.ts';
import type { ObjectSchema } from '../narrow.ts';
import { routes } from '../routes/index.ts';
import type { Route, RouteAnswer, RouteBody } from '../routes/route.ts';
import { answerSchemas } from './answer-schemas.ts';

/** JSON Schema 2020-12, which OpenAPI 3.1 speaks. */
export type JsonSchema = { readonly [keyword: string]: unknown };

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

export type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: JsonSchema;
  };
  readonly security: readonly JsonSchema[];
}

const DESCRIPTION =
  'Registers streaming SQL, takes rows, reads and follows results. Errors are problem documents (RFC 9457) with a stable `code`. ' +
  'The same frames as those of /changes travel over the WebSocket at /v1/ws.';

/** What any call can get. */
const COMMON: readonly ErrorCode[] = ['BAD_REQUEST', 'UNAUTHORIZED', 'FORBIDDEN_HOST', 'FORBIDDEN_ORIGIN'];
const UNAVAILABLE: readonly ErrorCode[] = ['OVERLOADED', 'SHUTTING_DOWN'];
const WITH_BODY: readonly ErrorCode[] = ['UNSUPPORTED_MEDIA_TYPE', 'MALFORMED_JSON', 'INVALID_UTF8', 'BODY_TOO_LARGE'];

/** The whole interface as OpenAPI 3.1, from the schemas that check the requests. */
export function openApi(): OpenApi {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Millrace', version: '1', description: DESCRIPTION },
    paths: { ...paths, '/healthz': PROBE('Liveness', [200]), '/readyz': PROBE('Readiness', [200, 503]) },
    components: {
      schemas: componentSchemas(),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
    // Wanted where the server has a token.
    security: [{}, { token: [] }],
  };
}

function PROBE(name: 'Liveness' | 'Readiness', statuses: readonly number[]): Record<string, Operation> {
  const answer = { description: name, content: { 'application/json': { schema: reference(name) } } };
  const responses = Object.fromEntries(statuses.map((status) => [String(status), answer]));
  const summary = name === 'Liveness' ? 'Whether the process lives' : 'Whether the server takes calls';
  return { get: { operationId: name.toLowerCase(), summary, parameters: [], responses } };
}

function operation({ path, about }: Route): Operation {
  const { id, summary, query, headers, body, answers, problems } = about;
  const requestBody = bodyContent(body);
  return {
    operationId: id,
    summary,
    parameters: [
      ...(path.includes(':name') ? [PATH_NAME] : []),
      ...queryParameters(query),
      ...headers.map(
        (header): Parameter => ({
          name: header.name,
          in: 'header',
          required: false,
          description: header.summary,
          schema: { type: 'string' },
        }),
      ),
    ],
    ...(requestBody && { requestBody }),
    responses: {
      ...Object.fromEntries(answers.map((answer) => [String(answer.status), answerContent(answer)])),
      ...problemResponses([...COMMON, ...(body.kind === 'none' ? [] : WITH_BODY), ...problems, ...UNAVAILABLE]),
    },
  };
}

const PATH_NAME: Parameter = {
  name: 'name',
  in: 'path',
  required: true,
  description: 'As it was created, percent-encoded',
  schema: { type: 'string' },
};

function queryParameters(query: ObjectSchema): Parameter[] {
  const { properties = {}, required = [] } = jsonSchema(query, 'output') as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(typeof description === 'string' && { description }),
    schema,
  }));
}

function bodyContent(body: RouteBody): Operation['requestBody'] | null {
  switch (body.kind) {
    case 'none':
      return null;
    case 'json': {
      const schema = jsonSchema(body.schema, 'input');
      return { required: !body.optional, content: { 'application/json': { schema } } };
    }
    case 'rows':
      return {
        required: true,
        content: Object.fromEntries(body.types.map((type) => [type, { schema: rowsOf(type) }])),
      };
  }
}

function rowsOf(type: string): JsonSchema {
  const row = { type: 'object', additionalProperties: true };
  return type === 'application/json' ? { oneOf: [{ type: 'array', items: row }, row] } : { type: 'string' };
}

function answerContent({ summary, content }: RouteAnswer): { description: string; content: Content } {
  const types = Object.entries(content).map(([type, name]) => [
    type,
    { schema: name === null ? { type: 'string' } : reference(name) },
  ]);
  return { description: summary, content: Object.fromEntries(types) as Content };
}

/** One response per status, naming its codes. */
function problemResponses(codes: readonly ErrorCode[]): Record<string, { description: string; content: Content }> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set(codes)) {
    const status = ERROR_STATUS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const content = { 'application/problem+json': { schema: reference('Problem') } };
  const responses = [...byStatus].map(([status, found]) => {
    return [String(status), { description: `${STATUS_CODES[status] ?? ''}: ${found.join(', ')}`, content }] as const;
  });
  return Object.fromEntries(responses);
}

function reference(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

function componentSchemas(): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(answerSchemas)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, bare(schema)]));
}

function jsonSchema(schema: ObjectSchema, io: 'input' | 'output'): JsonSchema {
  return bare(z.toJSONSchema(schema, { io, unrepresentable: 'any' }));
}

/** Without the marks of a document of its own. */
function bare({ $schema, $id, id, ...schema }: JsonSchema): JsonSchema {
  void [$schema, $id, id];
  return schema;
}
