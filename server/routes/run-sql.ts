import * as z from 'zod/mini';
import { sendProblem } from '../http-error.ts';
import { joinParts, sendJson } from '../json-parts.ts';
import { text } from '../request-schemas.ts';
import { resultsMember } from '../statement-json.ts';
import { json, route } from './route.ts';

export const runSql = route({
  method: 'POST',
  path: '/v1/sql',
  id: 'runSql',
  summary: 'Runs statements in order and stops at the first error; those before it stand and are told beside it',
  body: z.strictObject({ sql: text('Statements with `;` between them') }),
  answers: [json('SqlResults', 'One result per statement')],
  problems: ['SYNTAX_ERROR', 'UNKNOWN_RELATION', 'UNKNOWN_COLUMN', 'UNSUPPORTED', 'ALREADY_EXISTS', 'IN_USE'],
  async handle({ body, response }, { sql }) {
    const { results, failure } = await sql.run(body.sql);
    const member = resultsMember(results);
    if (failure) sendProblem(response, failure, body.sql, [joinParts(member)]);
    else sendJson(response, ['{', ...member, '}']);
  },
});
