import { columnsJson } from '../column-json.ts';
import type { ValidationJson } from '../protocol.ts';
import { readJsonObject, textMember } from '../request-json.ts';
import { requireNoQuery } from '../request-query.ts';
import { errorJson } from '../text-position.ts';
import type { Route } from './route.ts';

/** What a text would make, and what is wrong with it; creates nothing. */
export const validateSql: Route = {
  method: 'POST',
  path: '/v1/validate',
  async handle(request, response, { sql, bodies }) {
    requireNoQuery(request);
    const text = textMember(await readJsonObject(request, bodies, ['sql']), 'sql');
    const { ok, columns, key, mode, plan, planText, problems } = await sql.validate(text);
    const answer: ValidationJson = {
      ok,
      columns: columnsJson(columns),
      key,
      mode,
      plan: planText,
      warnings: plan?.warnings ?? [],
      errors: problems.map((each) => errorJson(each, text)),
    };
    response.json(answer);
  },
};
