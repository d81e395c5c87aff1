import { problem } from '../../runtime/errors/problem.ts';
import { Query } from '../request-query.ts';
import { nameOf, type Route } from './route.ts';

/** Refused with IN_USE while something depends on it, unless `?cascade=1`. */
export const dropView: Route = {
  method: 'DELETE',
  path: '/v1/views/:name',
  async handle(request, response, { sql }) {
    const cascade = new Query(request, ['cascade']).flag('cascade', false);
    const name = nameOf(request);
    const kind = sql.catalogue.get(name)?.kind;
    if (kind !== 'materialized-view' && kind !== 'sink') {
      throw problem('VIEW_NOT_FOUND', `there is no materialized view or sink ${name}`);
    }
    const dropped = await sql.dropByName(kind === 'sink' ? 'SINK' : 'MATERIALIZED VIEW', name, cascade);
    response.json({ dropped });
  },
};
