import { problem } from '../../runtime/errors/problem.ts';
import { Query } from '../request-query.ts';
import { nameOf, type Route } from './route.ts';

/** Refused with IN_USE while something depends on it, unless `?cascade=1`. */
export const dropStream: Route = {
  method: 'DELETE',
  path: '/v1/streams/:name',
  async handle(request, response, { sql }) {
    const cascade = new Query(request, ['cascade']).flag('cascade', false);
    const name = nameOf(request);
    const kind = sql.catalogue.get(name)?.kind;
    if (kind !== 'stream' && kind !== 'table') throw problem('STREAM_NOT_FOUND', `there is no stream ${name}`);
    const dropped = await sql.dropByName(kind === 'stream' ? 'STREAM' : 'TABLE', name, cascade);
    response.json({ dropped });
  },
};
