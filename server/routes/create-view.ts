import { ProblemError } from '../../runtime/errors/problem.ts';
import { problemOf, sendProblem } from '../http-error.ts';
import { readJsonObject, textMember } from '../request-json.ts';
import { requireNoQuery } from '../request-query.ts';
import { viewByName } from '../view-by-name.ts';
import type { Route } from './route.ts';

/** A continuous query under a name: as CREATE MATERIALIZED VIEW name AS sql. */
export const createView: Route = {
  method: 'POST',
  path: '/v1/views',
  async handle(request, response, { engine, sql, bodies }) {
    requireNoQuery(request);
    const body = await readJsonObject(request, bodies, ['name', 'sql']);
    const name = textMember(body, 'name');
    const text = textMember(body, 'sql');
    try {
      await sql.createView(name, text);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      sendProblem(response, problemOf(error), text);
      return;
    }
    response.status(201).location(`/v1/views/${encodeURIComponent(name)}`);
    response.json(await viewByName(engine, name));
  },
};
