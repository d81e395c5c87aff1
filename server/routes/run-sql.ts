import { sendProblem } from '../http-error.ts';
import { joinParts, sendJson } from '../json-parts.ts';
import { readJsonObject, textMember } from '../request-json.ts';
import { requireNoQuery } from '../request-query.ts';
import { resultsMember } from '../statement-json.ts';
import type { Route } from './route.ts';

/** Runs statements in order; those before an error stand and are told beside it. */
export const runSql: Route = {
  method: 'POST',
  path: '/v1/sql',
  async handle(request, response, { sql, bodies }) {
    requireNoQuery(request);
    const text = textMember(await readJsonObject(request, bodies, ['sql']), 'sql');
    const { results, failure } = await sql.run(text);
    const member = resultsMember(results);
    if (failure) sendProblem(response, failure, text, [joinParts(member)]);
    else sendJson(response, ['{', ...member, '}']);
  },
};
