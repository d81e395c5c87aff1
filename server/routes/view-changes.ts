import type { Request } from 'express';
import { problem } from '../../runtime/errors/problem.ts';
import { accepts } from '../accept.ts';
import { LineSink } from '../line-sink.ts';
import { Query } from '../request-query.ts';
import { viewByName } from '../view-by-name.ts';
import type { StartAt } from '../websocket/subscription.ts';
import { nameOf, refuseSink, type Route } from './route.ts';

/** The change stream of a view as NDJSON frames: those of a WebSocket subscription whose id is the view's name. */
export const viewChanges: Route = {
  method: 'GET',
  path: '/v1/views/:name/changes',
  async handle(request, response, { engine, hub, sql }) {
    const query = new Query(request, ['from', 'instance', 'follow']);
    const at = startOf(query);
    const follow = query.flag('follow', true);
    refuseEventStream(request);
    const name = nameOf(request);
    refuseSink(sql.catalogue, name);
    await viewByName(engine, name);
    response.status(200).type('application/x-ndjson').set('X-Accel-Buffering', 'no').flushHeaders();
    if (request.method === 'HEAD') return void response.end();
    const sink = new LineSink(response);
    const opened = await hub.subscribe(name, { kind: 'view', name }, at, sink, follow);
    response.once('close', () => opened.close());
    await opened.started;
    if (opened.subscription.closed) response.end();
  },
};

function startOf(query: Query): StartAt {
  const from = query.text('from') ?? 'snapshot';
  const instance = query.text('instance');
  if (from === 'snapshot' || from === 'now') return { kind: from };
  const seq = /^\d{1,16}$/.test(from) ? Number(from) : NaN;
  if (Number.isSafeInteger(seq)) return { kind: 'seq', seq, instance };
  throw problem('BAD_REQUEST', `from must be snapshot, now or a seq, not ${JSON.stringify(from.slice(0, 40))}`);
}

function refuseEventStream(request: Request): void {
  if (request.headers.accept?.includes('text/event-stream') && !request.accepts('application/x-ndjson')) {
    throw problem('NOT_ACCEPTABLE', 'changes as text/event-stream are not built yet', undefined, 'ask for NDJSON');
  }
  accepts(request, ['application/x-ndjson']);
}
