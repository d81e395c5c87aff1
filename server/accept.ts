import type { Request } from 'express';
import { problem } from '../runtime/errors/problem.ts';

/** The first of these types that the client takes; the first of all when it does not say. */
export function accepts<T extends string>(request: Request, types: readonly T[]): T {
  const found = request.accepts(...types);
  const type = types.find((each) => each === found);
  if (type !== undefined) return type;
  throw problem('NOT_ACCEPTABLE', `this call answers as ${types.join(' or ')}`, undefined, 'see the Accept header');
}
