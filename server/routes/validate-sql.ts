import * as z from 'zod/mini';
import { describeOperators } from '../../runtime/plan/describe-operators.ts';
import { columnsJson } from '../column-json.ts';
import type { ValidationJson } from '../protocol.ts';
import { text } from '../request-schemas.ts';
import { errorJson } from '../text-position.ts';
import { json, route } from './route.ts';

export const validateSql = route({
  method: 'POST',
  path: '/v1/validate',
  id: 'validateSql',
  summary: 'What a text would make, and what is wrong with it; creates nothing',
  body: z.strictObject({ sql: text('Statements, or a query') }),
  answers: [json('Validation', 'Also where the text is wrong')],
  async handle({ body, response }, { sql }) {
    const { ok, columns, key, mode, plan, planText, problems } = await sql.validate(body.sql);
    const answer: ValidationJson = {
      ok,
      columns: columnsJson(columns),
      key,
      mode,
      plan: planText,
      operators: plan ? describeOperators(plan) : [],
      warnings: plan?.warnings ?? [],
      errors: problems.map((each) => errorJson(each, body.sql)),
    };
    response.json(answer);
  },
});
