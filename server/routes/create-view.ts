import * as z from 'zod/mini';
import { ProblemError } from '../../runtime/errors/problem.ts';
import { problemOf, sendProblem } from '../http-error.ts';
import { text } from '../request-schemas.ts';
import { viewByName } from '../view-by-name.ts';
import { json, route } from './route.ts';

export const createView = route({
  method: 'POST',
  path: '/v1/views',
  id: 'createView',
  summary: 'Creates a continuous query under a name: as CREATE MATERIALIZED VIEW name AS sql',
  body: z.strictObject({ name: text('The name of the view'), sql: text('A SELECT, perhaps with EMIT') }),
  answers: [json('View', 'The view', 201)],
  problems: ['SYNTAX_ERROR', 'UNSUPPORTED', 'ALREADY_EXISTS'],
  async handle({ body: { name, sql: query }, response }, { engine, sql }) {
    try {
      await sql.createView(name, query);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      sendProblem(response, problemOf(error), query);
      return;
    }
    response.status(201).location(`/v1/views/${encodeURIComponent(name)}`);
    response.json(await viewByName(engine, name));
  },
});
