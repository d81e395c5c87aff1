import { requireNoQuery } from '../request-query.ts';
import { nameOf, type Route } from './route.ts';
import { viewByName } from '../view-by-name.ts';

export const getView: Route = {
  method: 'GET',
  path: '/v1/views/:name',
  async handle(request, response, { engine }) {
    requireNoQuery(request);
    response.json(await viewByName(engine, nameOf(request)));
  },
};
