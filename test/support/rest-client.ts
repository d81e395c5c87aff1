import { type IncomingMessage, request as httpRequest } from 'node:http';
import { createInterface } from 'node:readline';

/** An HTTP answer, its body read as JSON where it is. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // Tests look into answers of many shapes.
  readonly body: Json;
}

export type Json = { readonly [name: string]: Json } & readonly Json[] & string & number & null & boolean;

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Calls of one server, each over its own connection. Not `fetch`: that sets Host by itself and normalises paths. */
export class RestClient {
  readonly #url: URL;

  constructor(url: string) {
    this.#url = new URL(url);
  }

  call(path: string, { method = 'GET', headers = {}, body }: Call = {}): Promise<Answer> {
    const { hostname, port } = this.#url;
    return new Promise((resolve, reject) => {
      const request = httpRequest({ host: hostname, port, path, method, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const isJson = /^application\/(?:problem\+)?json/.test(response.headers['content-type'] ?? '');
          const parsed = (isJson ? JSON.parse(text) : null) as Json;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parsed });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  /** The lines of a streamed answer as they come, each read as JSON. */
  async *lines(path: string): AsyncGenerator<Json, undefined> {
    const { hostname, port } = this.#url;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest({ host: hostname, port, path, agent: false }, resolve).on('error', reject).end();
    });
    for await (const line of createInterface({ input: response })) yield JSON.parse(line) as Json;
    return undefined;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.call(path, { headers });
  }

  delete(path: string): Promise<Answer> {
    return this.call(path, { method: 'DELETE' });
  }

  post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.call(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  sql(sql: string): Promise<Answer> {
    return this.post('/v1/sql', { sql });
  }

  rows(stream: string, lines: string | Uint8Array, query = ''): Promise<Answer> {
    return this.call(`/v1/streams/${encodeURIComponent(stream)}/rows${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines,
    });
  }
}
