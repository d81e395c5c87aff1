import * as z from 'zod/mini';
import { isTimestamp, parseTimestamp } from '../runtime/types/timestamp.ts';

/** What requests are made of. One schema checks a member and describes it in /openapi.json. `says`: what it must be. */

export function text(describe: string) {
  return described(z.string({ error: 'must be a text' }), describe);
}

/** A whole number from 0 on, in the text of a query. */
export function count(describe: string) {
  const whole = z.int({ error: 'must be a whole number from 0 on' }).check(z.minimum(0));
  return described(z.pipe(z.transform(wholeNumber), whole), describe);
}

/** `0`, `1`, `false` or `true` in the text of a query. */
export function flag(describe: string) {
  const read = (value: unknown): unknown => FLAGS.get(value) ?? value;
  return described(
    z.pipe(z.transform(read), z.boolean({ error: 'must be one of 0, 1, false, true' })),
    `${describe} (\`1\` or \`true\`)`,
  );
}

export function word<const W extends readonly [string, ...string[]]>(words: W, describe: string) {
  return described(z.enum(words, { error: `must be one of ${words.join(', ')}` }), describe);
}

/** Where a reader of changes begins, in the text of a query. */
export function startOfChanges() {
  const start = z.union([z.literal('snapshot'), z.literal('now'), z.int().check(z.minimum(0))], {
    error: 'must be snapshot, now or a seq',
  });
  return described(
    z.pipe(z.transform(wholeNumber), start),
    '`snapshot` (default), `now`, or a seq: the changes after it',
  );
}

/** An instant in a body: ISO text or epoch ms; becomes ms. */
export function instant(describe: string) {
  const read = z.transform<string | number, number>((value, context) => {
    const at = typeof value === 'number' ? value : (parseTimestamp(value) ?? NaN);
    if (isTimestamp(at)) return at;
    context.issues.push({ code: 'custom', message: NO_INSTANT, input: value });
    return NaN;
  });
  return described(z.pipe(z.union([z.string(), z.number()], { error: NO_INSTANT }), read), describe);
}

const NO_INSTANT = 'must be a time: ISO text such as "2026-01-31T10:00:00Z", or milliseconds since 1970';

const FLAGS: ReadonlyMap<unknown, boolean> = new Map([
  ['0', false],
  ['false', false],
  ['1', true],
  ['true', true],
]);

function wholeNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
}

function described<S extends z.ZodMiniType>(schema: S, description: string): S {
  return schema.check(z.describe(description));
}
