import { CSV_TYPE, csvRows } from '../../runtime/formats/csv/csv-rows.ts';
import { accepts } from '../accept.ts';
import { sendJson } from '../json-parts.ts';
import { Query } from '../request-query.ts';
import { rowObjects } from '../row-objects.ts';
import { rowsMembers } from '../statement-json.ts';
import { nameOf, refuseSink, type Route } from './route.ts';

const TYPES = ['application/json', 'application/x-ndjson', CSV_TYPE] as const;

/** Current rows, ordered by key, else by first seq. */
export const viewRows: Route = {
  method: 'GET',
  path: '/v1/views/:name/rows',
  async handle(request, response, { engine, sql }) {
    const query = new Query(request, ['limit', 'offset']);
    const page = { limit: query.count('limit'), offset: query.count('offset') ?? 0 };
    const type = accepts(request, TYPES);
    const name = nameOf(request);
    refuseSink(sql.catalogue, name);
    const answer = await engine.rows(name, page);
    if (type === 'application/json') return sendJson(response, ['{', ...rowsMembers(answer), `,"seq":${answer.seq}}`]);
    if (type === CSV_TYPE) return void response.type(type).end(csvRows(answer.rows, answer.columns));
    const names = answer.columns.map((column) => column.name);
    response.type(type).end(rowObjects(answer.rows, names));
  },
};
