import type { Request, Response } from 'express';
import { assert } from '../../runtime/errors/assert.ts';
import type { Services } from '../services.ts';

/** One call of the REST interface. What `handle` throws becomes a problem document. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `/v1/streams/:name` */
  readonly path: string;
  readonly handle: (request: Request, response: Response, services: Services) => Promise<void>;
}

/** The `:name` of the path, decoded. */
export function nameOf(request: Request): string {
  const name = request.params['name'];
  assert(typeof name === 'string', 'the path of this route has a name');
  return name;
}
