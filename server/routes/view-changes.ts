import type { Request } from 'express';
import { problem } from '../../runtime/errors/problem.ts';
import { accepts } from '../accept.ts';
import { eventFormat, lineFormat } from '../frame-formats.ts';
import { Query } from '../request-query.ts';
import { ResponseSink } from '../response-sink.ts';
import { viewByName } from '../view-by-name.ts';
import type { StartAt } from '../websocket/subscription.ts';
import { nameOf, refuseSink, type Route } from './route.ts';

const FORMATS = { 'application/x-ndjson': lineFormat, 'text/event-stream': eventFormat } as const;
const TYPES = ['application/x-ndjson', 'text/event-stream'] as const;

/** The change stream of a view as NDJSON or server-sent events: the frames of a subscription whose id is the view's name. */
export const viewChanges: Route = {
  method: 'GET',
  path: '/v1/views/:name/changes',
  async handle(request, response, { engine, hub, sql }) {
    const query = new Query(request, ['from', 'instance', 'follow']);
    const at = lastEvent(request) ?? startOf(query);
    const follow = query.flag('follow', true);
    const format = FORMATS[accepts(request, TYPES)]();
    const name = nameOf(request);
    refuseSink(sql.catalogue, name);
    await viewByName(engine, name);
    response.status(200).type(format.mediaType).set('X-Accel-Buffering', 'no').flushHeaders();
    if (request.method === 'HEAD') return void response.end();
    if (format.opening !== '') response.write(format.opening);
    const opened = await hub.subscribe(name, { kind: 'view', name }, at, new ResponseSink(response, format), follow);
    response.once('close', () => opened.close());
    await opened.started;
    if (opened.subscription.closed) response.end();
  },
};

/** Where a reader of events was when it lost its connection: `instance:seq`, as our ids say. It counts more than `from`. */
function lastEvent(request: Request): StartAt | null {
  const id = request.headers['last-event-id'];
  if (id === undefined || id === '') return null;
  const [, instance = '', place = ''] = /^([^]*):(\d{1,16}|snapshot)$/.exec(String(id)) ?? [];
  if (place === 'snapshot') return { kind: 'snapshot' };
  if (place !== '' && Number.isSafeInteger(Number(place))) return { kind: 'seq', seq: Number(place), instance };
  throw problem('BAD_REQUEST', 'Last-Event-ID must be the id of an event of this view: instance:seq');
}

function startOf(query: Query): StartAt {
  const from = query.text('from') ?? 'snapshot';
  const instance = query.text('instance');
  if (from === 'snapshot' || from === 'now') return { kind: from };
  const seq = /^\d{1,16}$/.test(from) ? Number(from) : NaN;
  if (Number.isSafeInteger(seq)) return { kind: 'seq', seq, instance };
  throw problem('BAD_REQUEST', `from must be snapshot, now or a seq, not ${JSON.stringify(from.slice(0, 40))}`);
}
