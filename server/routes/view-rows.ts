import * as z from 'zod/mini';
import { CSV_TYPE, csvRows } from '../../runtime/formats/csv/csv-rows.ts';
import { outerFields } from '../../runtime/types/row-columns.ts';
import { accepts } from '../accept.ts';
import { sendJson } from '../json-parts.ts';
import { count } from '../request-schemas.ts';
import { rowObjects } from '../row-objects.ts';
import { rowsMembers } from '../statement-json.ts';
import { refuseSink, route } from './route.ts';

const TYPES = ['application/json', 'application/x-ndjson', CSV_TYPE] as const;

export const viewRows = route({
  method: 'GET',
  path: '/v1/views/:name/rows',
  id: 'viewRows',
  summary: 'Current rows, ordered by ORDER BY, else by key, else by first seq',
  query: z.strictObject({ limit: z.optional(count('Rows at most')), offset: z.optional(count('Rows left out')) }),
  answers: [
    {
      status: 200,
      summary: 'Rows; one object per line, or CSV with a header line, by Accept',
      content: { 'application/json': 'ViewRows', 'application/x-ndjson': 'RowObject', [CSV_TYPE]: null },
    },
  ],
  problems: ['VIEW_NOT_FOUND', 'WRONG_KIND', 'NOT_ACCEPTABLE'],
  async handle({ name, query, request, response }, { engine, sql }) {
    const type = accepts(request, TYPES);
    refuseSink(sql.catalogue, name);
    const answer = await engine.rows(name, { limit: query.limit ?? null, offset: query.offset ?? 0 });
    if (type === 'application/json') return sendJson(response, ['{', ...rowsMembers(answer), `,"seq":${answer.seq}}`]);
    if (type === CSV_TYPE) return void response.type(type).end(csvRows(answer.rows, outerFields(answer.columns)));
    const names = outerFields(answer.columns).map((column) => column.name);
    response.type(type).end(rowObjects(answer.rows, names));
  },
});
