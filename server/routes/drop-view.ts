import * as z from 'zod/mini';
import { problem } from '../../runtime/errors/problem.ts';
import { flag } from '../request-schemas.ts';
import { json, route } from './route.ts';

export const dropView = route({
  method: 'DELETE',
  path: '/v1/views/:name',
  id: 'dropView',
  summary: 'Drops a materialized view or sink; refused with IN_USE while something depends on it, unless `cascade`',
  query: z.strictObject({ cascade: z.optional(flag('With all that depends on it')) }),
  answers: [json('Dropped', 'The names that are gone')],
  problems: ['VIEW_NOT_FOUND', 'IN_USE'],
  async handle({ name, query, response }, { sql }) {
    const kind = sql.catalogue.get(name)?.kind;
    if (kind !== 'materialized-view' && kind !== 'sink') {
      throw problem('VIEW_NOT_FOUND', `there is no materialized view or sink ${name}`);
    }
    const what = kind === 'sink' ? 'SINK' : 'MATERIALIZED VIEW';
    const dropped = await sql.dropByName(what, name, query.cascade ?? false);
    response.json({ dropped });
  },
});
