import { route } from './route.ts';

export const getOpenApi = route({
  method: 'GET',
  path: '/openapi.json',
  id: 'getOpenApi',
  summary: 'This document',
  answers: [{ status: 200, summary: 'OpenAPI 3.1', content: { 'application/json': 'RowObject' } }],
  async handle({ response }) {
    const { openApi } = await import('../openapi/openapi.ts');
    response.json(openApi());
  },
});
