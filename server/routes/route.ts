import type { Request, Response } from 'express';
import { assert } from '../../runtime/errors/assert.ts';
import { problem } from '../../runtime/errors/problem.ts';
import type { Catalogue } from '../catalogue.ts';
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

/** A sink keeps nothing that could be read. */
export function refuseSink(catalogue: Catalogue, name: string): void {
  if (catalogue.get(name)?.kind === 'sink')
    throw problem('WRONG_KIND', `${name} is a sink: it keeps no rows or changes`);
}
