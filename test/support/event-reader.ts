import { type IncomingMessage, request as httpRequest } from 'node:http';
import { createInterface } from 'node:readline';
import type { Json } from './rest-client.ts';

/** One server-sent event, as a browser's EventSource would see it. */
export interface SentEvent {
  readonly event: string;
  /** Absent where the event carries none. */
  readonly id: string | undefined;
  readonly data: Json;
}

export interface EventStream {
  readonly response: IncomingMessage;
  readonly events: AsyncGenerator<SentEvent, undefined>;
}

/** Opens a stream of server-sent events. */
export async function openEvents(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventStream> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false }, resolve)
      .on('error', reject)
      .end();
  });
  return { response, events: eventsOf(response) };
}

/** Reads the format's fields line by line; an event ends with an empty line, one without data is none. */
async function* eventsOf(response: IncomingMessage): AsyncGenerator<SentEvent, undefined> {
  let fields = new Map<string, string>();
  for await (const line of createInterface({ input: response })) {
    if (line !== '') {
      const colon = line.indexOf(':');
      if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ''));
      continue;
    }
    const data = fields.get('data');
    if (data !== undefined)
      yield { event: fields.get('event') ?? '', id: fields.get('id'), data: JSON.parse(data) as Json };
    fields = new Map();
  }
  return undefined;
}
