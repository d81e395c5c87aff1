import type { Request } from 'express';
import * as z from 'zod/mini';
import { problem } from '../../runtime/errors/problem.ts';
import { accepts } from '../accept.ts';
import { eventFormat, lineFormat } from '../frame-formats.ts';
import { flag, startOfChanges, text } from '../request-schemas.ts';
import { ResponseSink } from '../response-sink.ts';
import { viewByName } from '../view-by-name.ts';
import type { StartAt } from '../websocket/subscription.ts';
import { refuseSink, route } from './route.ts';

const FORMATS = { 'application/x-ndjson': lineFormat, 'text/event-stream': eventFormat } as const;
const TYPES = ['application/x-ndjson', 'text/event-stream'] as const;

/** The frames of a subscription whose id is the view's name. */
export const viewChanges = route({
  method: 'GET',
  path: '/v1/views/:name/changes',
  id: 'viewChanges',
  summary:
    'The change stream of a view, as lines or server-sent events (`event`: the type of the frame, `id`: instance:seq)',
  query: z.strictObject({
    from: z.optional(startOfChanges()),
    instance: z.optional(text('Beside a seq: of which numbering it is; another one is reset')),
    follow: z.optional(flag('`0` ends after the last committed change; default')),
  }),
  headers: [{ name: 'Last-Event-ID', summary: 'The id of the last event that was read; counts more than `from`' }],
  answers: [
    {
      status: 200,
      summary: 'Frames, until the view or the server ends',
      content: { 'application/x-ndjson': 'Frame', 'text/event-stream': null },
    },
  ],
  problems: ['VIEW_NOT_FOUND', 'WRONG_KIND', 'NOT_ACCEPTABLE'],
  async handle({ name, query, request, response }, { engine, hub, sql }) {
    const at = lastEvent(request) ?? startAt(query.from ?? 'snapshot', query.instance ?? null);
    const format = FORMATS[accepts(request, TYPES)]();
    refuseSink(sql.catalogue, name);
    await viewByName(engine, name);
    response.status(200).type(format.mediaType).set('X-Accel-Buffering', 'no').flushHeaders();
    if (request.method === 'HEAD') return void response.end();
    if (format.opening !== '') response.write(format.opening);
    const sink = new ResponseSink(response, format);
    const opened = await hub.subscribe(name, { kind: 'view', name }, at, sink, { follow: query.follow ?? true });
    // The client may have gone while it was opened.
    if (sink.closed) return opened.close();
    response.once('close', () => opened.close());
    await opened.started;
    if (opened.subscription.closed) response.end();
  },
});

/** Where a reader of events was when it lost its connection: `instance:seq`, as our ids say. */
function lastEvent(request: Request): StartAt | null {
  const id = request.headers['last-event-id'];
  if (id === undefined || id === '') return null;
  const [, instance = '', place = ''] = /^([^]*):(\d{1,16}|snapshot)$/.exec(String(id)) ?? [];
  if (place === 'snapshot') return { kind: 'snapshot' };
  if (place !== '' && Number.isSafeInteger(Number(place))) return { kind: 'seq', seq: Number(place), instance };
  throw problem('BAD_REQUEST', 'Last-Event-ID must be the id of an event of this view: instance:seq');
}

function startAt(from: 'snapshot' | 'now' | number, instance: string | null): StartAt {
  return typeof from === 'number' ? { kind: 'seq', seq: from, instance } : { kind: from };
}
