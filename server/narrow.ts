import type * as z from 'zod/mini';
import { problem } from '../runtime/errors/problem.ts';

/** An object's schema: no members but these. */
export type ObjectSchema = z.ZodMiniObject;

/** `value` as its schema types it. Errors: BAD_REQUEST, naming the first member that does not fit. */
export function narrow<S extends ObjectSchema>(schema: S, value: object, what: (name: string) => string): z.output<S> {
  const known = Object.keys(schema.def.shape);
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const hint = known.length === 0 ? 'it takes none' : `known: ${known.join(', ')}`;
    throw problem('BAD_REQUEST', `${what(shown(unknown, 100))} is not known here`, undefined, hint);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const name = String(path[0]);
  const given = new Map<string, unknown>(Object.entries(value)).get(name);
  if (given === undefined) throw problem('BAD_REQUEST', `${what(shown(name, 100))} is missing`);
  throw problem('BAD_REQUEST', `${what(shown(name, 100))} ${message}, not ${shown(given, 60)}`);
}

function shown(value: unknown, length: number): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, length);
}
