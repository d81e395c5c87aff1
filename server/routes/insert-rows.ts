import type { Request } from 'express';
import * as z from 'zod/mini';
import { problem } from '../../runtime/errors/problem.ts';
import { toLines } from '../../runtime/formats/json/json-array.ts';
import { mediaType } from '../request-body.ts';
import { flag, word } from '../request-schemas.ts';
import { json, route } from './route.ts';

export const insertRows = route({
  method: 'POST',
  path: '/v1/streams/:name/rows',
  id: 'insertRows',
  summary: 'Rows into a stream or table; answered when they are durable. Good rows are kept when others are refused',
  query: z.strictObject({
    op: z.optional(word(['upsert', 'delete'], 'On a keyed table: replaces (default), or deletes by key')),
    strict: z.optional(flag('All rows or none')),
    wait: z.optional(word(['applied'], 'Answers once every running, caught-up query has absorbed the rows')),
  }),
  rows: ['application/json', 'application/x-ndjson'],
  answers: [json('Inserted', 'Durable, also where rows were refused')],
  problems: ['STREAM_NOT_FOUND', 'NOT_WRITABLE', 'STREAM_ENDED', 'MALFORMED_JSON', 'ROWS_REFUSED', 'OVERLOADED'],
  async handle({ name, query, request, response }, { engine, bodies }) {
    if (query.wait !== undefined) throw problem('UNSUPPORTED', '?wait=applied is not built yet');
    if (request.headers['idempotency-key'] !== undefined) {
      throw problem('UNSUPPORTED', 'Idempotency-Key is not built yet', undefined, 'nothing was added: leave it out');
    }
    const asLines = linesReader(request);
    const options = { op: query.op ?? 'upsert', strict: query.strict ?? false } as const;
    response.json(await engine.insert(name, asLines(await bodies.read(request)), options));
  },
});

/** How the body becomes NDJSON, by its media type. */
function linesReader(request: Request): (body: Buffer) => Uint8Array {
  const type = mediaType(request);
  switch (type) {
    case 'application/json':
      return toLines;
    case 'application/x-ndjson':
      return (body) => body;
    case 'text/csv':
      throw problem('UNSUPPORTED_MEDIA_TYPE', 'rows as CSV are not read yet', undefined, 'send JSON or NDJSON');
    default:
      throw problem(
        'UNSUPPORTED_MEDIA_TYPE',
        type === '' ? 'the request has no Content-Type' : `rows as ${type} are not read`,
        undefined,
        'send them as application/json or application/x-ndjson',
      );
  }
}
