import type { Engine } from '../runtime/engine/engine.ts';
import { problem } from '../runtime/errors/problem.ts';
import type { ViewJson } from './protocol.ts';
import { viewJson } from './status-json.ts';

/** Errors: VIEW_NOT_FOUND. */
export async function viewByName(engine: Engine, name: string): Promise<ViewJson> {
  const status = (await engine.views()).find((view) => view.name === name);
  if (!status) throw problem('VIEW_NOT_FOUND', `there is no materialized view or sink ${name}`);
  return viewJson(status);
}
