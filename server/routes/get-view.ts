import { viewByName } from '../view-by-name.ts';
import { json, route } from './route.ts';

export const getView = route({
  method: 'GET',
  path: '/v1/views/:name',
  id: 'getView',
  summary: 'One continuous query or sink',
  answers: [json('View', 'The view')],
  problems: ['VIEW_NOT_FOUND'],
  async handle({ name, response }, { engine }) {
    response.json(await viewByName(engine, name));
  },
});
