import type { Request } from 'express';
import type { InsertOptions } from '../../runtime/engine/engine.ts';
import { problem } from '../../runtime/errors/problem.ts';
import { toLines } from '../../runtime/formats/json/json-array.ts';
import { mediaType } from '../request-body.ts';
import { Query } from '../request-query.ts';
import { nameOf, type Route } from './route.ts';

/** Rows into a stream or table; answered when they are durable. */
export const insertRows: Route = {
  method: 'POST',
  path: '/v1/streams/:name/rows',
  async handle(request, response, { engine, bodies }) {
    const options = insertOptions(request);
    const asLines = linesReader(request);
    response.json(await engine.insert(nameOf(request), asLines(await bodies.read(request)), options));
  },
};

function insertOptions(request: Request): InsertOptions {
  const query = new Query(request, ['op', 'strict', 'wait']);
  if (query.text('wait') !== null) throw problem('UNSUPPORTED', '?wait=applied is not built yet');
  if (request.headers['idempotency-key'] !== undefined) {
    throw problem('UNSUPPORTED', 'Idempotency-Key is not built yet', undefined, 'nothing was added: leave it out');
  }
  return { op: query.word('op', ['upsert', 'delete']) ?? 'upsert', strict: query.flag('strict', false) };
}

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
