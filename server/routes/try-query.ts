import * as z from 'zod/mini';
import { assert } from '../../runtime/errors/assert.ts';
import { problem, ProblemError } from '../../runtime/errors/problem.ts';
import { columnsJson } from '../column-json.ts';
import { sendProblem } from '../http-error.ts';
import { fieldPlaces, itemPlaces } from '../json-places.ts';
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
  async handle({ body, text: sent, response }, { sql, trials }) {
    let source = body.ddl ?? '';
    try {
      const made = body.ddl === undefined ? null : await sql.planTrialDefinitions(body.ddl);
      source = body.sql;
      const planned = await sql.planTrial(body.sql, made);
      const steps = stepsOf(planned, body.steps, rowsAsSent(sent));
      const trial = { ...planned, startsAt: steps.find(({ now }) => now !== null)?.now ?? Date.now(), steps };
      sendJson(response, resultParts(trial, await trials.run(trial)));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      sendProblem(response, error, source);
    }
  },
});

function stepsOf(
  { relations }: PlannedTrial,
  steps: readonly z.output<typeof step>[],
  sent: readonly RowsAsSent[],
): Trial['steps'] {
  const names = new Set(relations.map(({ definition }) => definition.name));
  let clock = -Infinity;
  return steps.map(({ rows = {}, now, end }, index) => {
    if (now !== undefined && now !== null && now < clock) {
      throw problem('CLOCK_WENT_BACK', `the clock of step ${index} is before that of an earlier one`);
    }
    clock = Math.max(clock, now ?? clock);
    const bodies = Object.keys(rows).map((stream) => bodyOf(stream, sent[index]!, names));
    return { rows: bodies, now: now ?? null, end: end ?? false };
  });
}

/** By stream, a list of rows in its own text: numbers with all their digits, keys as often as they were written. */
type RowsAsSent = ReadonlyMap<string, Buffer>;

/** Of a body that has passed its schema. */
function rowsAsSent(body: Buffer): readonly RowsAsSent[] {
  const field = (text: Buffer, name: string): Buffer | undefined => fieldTexts(text).get(name);
  const steps = field(body, 'steps')!;
  return itemPlaces(steps).map(({ start, end }) => {
    const rows = field(steps.subarray(start, end), 'rows');
    return rows === undefined ? new Map<string, Buffer>() : fieldTexts(rows);
  });
}

function fieldTexts(text: Buffer): ReadonlyMap<string, Buffer> {
  const places = fieldPlaces(text);
  assert(places !== null, 'what has passed a schema of an object is one');
  return new Map([...places].map(([name, { start, end }]) => [name, text.subarray(start, end)]));
}

function bodyOf(stream: string, rows: RowsAsSent, names: ReadonlySet<string>) {
  if (!names.has(stream)) {
    const known = [...names].join(', ');
    throw problem('STREAM_NOT_FOUND', `the query reads no ${stream}`, undefined, known && `it reads ${known}`);
  }
  return { stream, body: linesOf(rows.get(stream)!) };
}

/** Each element of an array on a line of its own, whatever it is: what is no row is refused as one. */
function linesOf(rows: Buffer): Buffer {
  const lines = itemPlaces(rows).map(({ start, end }) => onOneLine(rows.toString('utf8', start, end)));
  return Buffer.from(lines.join('\n'), 'utf8');
}

/** A line break is white space in JSON: within a text it is escaped. */
function onOneLine(json: string): string {
  return json.replaceAll(/[\r\n]/g, ' ');
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
