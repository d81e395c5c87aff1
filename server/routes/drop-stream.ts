import * as z from 'zod/mini';
import { isDeclared } from '../../runtime/catalog/catalog.ts';
import { problem } from '../../runtime/errors/problem.ts';
import { flag } from '../request-schemas.ts';
import { json, route } from './route.ts';

export const dropStream = route({
  method: 'DELETE',
  path: '/v1/streams/:name',
  id: 'dropStream',
  summary: 'Drops a stream or table; refused with IN_USE while something depends on it, unless `cascade`',
  query: z.strictObject({ cascade: z.optional(flag('With all that depends on it')) }),
  answers: [json('Dropped', 'The names that are gone')],
  problems: ['STREAM_NOT_FOUND', 'IN_USE'],
  async handle({ name, query, response }, { sql }) {
    const found = sql.catalogue.get(name);
    if (!found || !isDeclared(found)) throw problem('STREAM_NOT_FOUND', `there is no stream ${name}`);
    const what = found.kind === 'table' ? 'TABLE' : 'STREAM';
    const dropped = await sql.dropByName(what, name, query.cascade ?? false);
    response.json({ dropped });
  },
});
