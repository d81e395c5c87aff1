import type { Request } from 'express';
import type * as z from 'zod/mini';
import { problem } from '../runtime/errors/problem.ts';
import { narrow, type ObjectSchema } from './narrow.ts';

/** The parameters behind the `?`: each at most once, none but those of the schema. */
export function readQuery<S extends ObjectSchema>(request: Request, schema: S): z.output<S> {
  const values = new Map<string, string>();
  for (const [name, value] of new URL(request.originalUrl, 'http://localhost').searchParams) {
    if (values.has(name)) throw problem('BAD_REQUEST', `the query parameter ${name.slice(0, 100)} is given twice`);
    values.set(name, value);
  }
  return narrow(schema, Object.fromEntries(values), (name) => `the query parameter ${name}`);
}
