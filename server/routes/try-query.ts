import * as z from 'zod/mini';
import { problem, ProblemError } from '../../runtime/errors/problem.ts';
import { columnsJson } from '../column-json.ts';
import { sendProblem } from '../http-error.ts';
import { type JsonParts, sendJson } from '../json-parts.ts';
import { instant, text } from '../request-schemas.ts';
import { timeJson } from '../status-json.ts';
import type { PlannedTrial } from '../try/plan-trial.ts';
import type { Trial, TrialResult, TrialStepResult } from '../try/trial.ts';
import { json, route } from './route.ts';

const STEPS_MAX = 1000;

const step = z.strictObject({
  rows: z.optional(
    z
      .record(z.string(), z.array(z.unknown(), { error: 'must be a list of rows' }))
      .check(z.describe('Rows by stream or table, accepted in this order')),
  ),
  now: z.optional(z.nullable(instant('The clock when the rows come; never back'))),
  end: z.optional(z.boolean({ error: 'must be true or false' }).check(z.describe('All streams end behind the rows'))),
});

export const tryQuery = route({
  method: 'POST',
  path: '/v1/try',
  id: 'tryQuery',
  summary: 'Runs a query over given rows, batch by batch, and answers the changes of each step; keeps nothing',
  body: z.strictObject({
    ddl: z.optional(text('What the query reads, as CREATE statements. Default: what the server has')),
    sql: text('The query'),
    steps: z.array(step, { error: 'must be a list of steps' }).check(z.maxLength(STEPS_MAX)),
  }),
  answers: [json('TryResult', 'What each step changed')],
  problems: ['SYNTAX_ERROR', 'UNKNOWN_RELATION', 'UNKNOWN_COLUMN', 'UNSUPPORTED', 'STATEMENT_TIMEOUT', 'OVERLOADED'],
  async handle({ body, response }, { sql, trials }) {
    let source = body.ddl ?? '';
    try {
      const made = body.ddl === undefined ? null : await sql.planTrialDefinitions(body.ddl);
      source = body.sql;
      const planned = await sql.planTrial(body.sql, made);
      const steps = stepsOf(planned, body.steps);
      const trial = { ...planned, startsAt: steps.find(({ now }) => now !== null)?.now ?? Date.now(), steps };
      sendJson(response, resultParts(trial, await trials.run(trial)));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      sendProblem(response, error, source);
    }
  },
});

function stepsOf({ relations }: PlannedTrial, steps: readonly z.output<typeof step>[]): Trial['steps'] {
  const names = new Set(relations.map(({ definition }) => definition.name));
  let clock = -Infinity;
  return steps.map(({ rows = {}, now, end }, index) => {
    if (now !== undefined && now !== null && now < clock) {
      throw problem('CLOCK_WENT_BACK', `the clock of step ${index} is before that of an earlier one`);
    }
    clock = Math.max(clock, now ?? clock);
    return { rows: Object.entries(rows).map((entry) => bodyOf(entry, names)), now: now ?? null, end: end ?? false };
  });
}

function bodyOf([stream, rows]: [string, readonly unknown[]], names: ReadonlySet<string>) {
  if (!names.has(stream)) {
    const known = [...names].join(', ');
    throw problem('STREAM_NOT_FOUND', `the query reads no ${stream}`, undefined, known && `it reads ${known}`);
  }
  return { stream, body: Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'), 'utf8') };
}

function resultParts({ query: { plan, definition } }: Trial, { steps, errors }: TrialResult): JsonParts {
  const { columns, key, mode } = plan!.output;
  const head = {
    columns: columnsJson(columns),
    key: key.map((position) => columns[position]!.name),
    mode,
    name: definition.name,
    warnings: plan!.warnings,
  };
  return [
    `${JSON.stringify(head).slice(0, -1)},"steps":[`,
    ...steps.flatMap((each, index) => [index === 0 ? '' : ',', ...stepParts(each)]),
    ...['],"errors":[', errors, ']}'],
  ];
}

function stepParts({ now, watermark, inserted, changes }: TrialStepResult): JsonParts {
  const rows = Object.fromEntries(
    inserted.map(({ stream, answer: { accepted, rejected, errors } }) => [stream, { accepted, rejected, errors }]),
  );
  const head = `{"now":${JSON.stringify(timeJson(now))},"watermark":${watermark}`;
  return [`${head},"inserted":${JSON.stringify(rows)},"changes":[`, changes, ']}'];
}
