import WebSocket from 'ws';
import { assert } from '../../runtime/errors/assert.ts';
import type { ClientFrame, ProblemJson, ServerFrame } from '../protocol.ts';

/** The server cannot be reached: exit code 3. */
export class NoServer extends Error {}

/** One result of POST /v1/sql, as far as the terminal shows it. */
export interface StatementAnswer {
  readonly statement: string;
  readonly kind: string;
  readonly name?: string;
  readonly exists?: boolean;
  readonly dropped?: readonly string[];
  readonly accepted?: number;
  readonly rejected?: number;
  readonly plan?: string;
  readonly columns?: readonly { readonly name: string }[];
  readonly rows?: readonly (readonly unknown[])[];
  readonly warnings?: readonly { readonly code: string; readonly message: string }[];
}

export interface SqlAnswer {
  readonly results: readonly StatementAnswer[];
  readonly problem: ProblemJson | null;
}

/** A server from outside: what any client could do. */
export class SqlClient {
  readonly #url: string;
  readonly #token: string | null;

  constructor(url: string, token: string | null) {
    this.#url = url;
    this.#token = token;
  }

  async run(sql: string): Promise<SqlAnswer> {
    const response = await fetch(`${this.#url}/v1/sql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.#headers() },
      body: JSON.stringify({ sql }),
    }).catch((error: unknown) => {
      throw new NoServer(`no server answers at ${this.#url} (${causeOf(error)}): start one with millrace serve`);
    });
    const answer = (await response.json()) as Partial<SqlAnswer> & ProblemJson;
    return { results: answer.results ?? [], problem: response.ok ? null : answer };
  }

  /** Frames of an ad-hoc query, until `stop` resolves, the server goes, or it says `end` or `error` (which is the last frame). */
  async *follow(sql: string, stop: Promise<void>): AsyncGenerator<ServerFrame, void> {
    const socket = new WebSocket(`${this.#url.replace(/^http/, 'ws')}/v1/ws`, { headers: this.#headers() });
    const frames = new FrameQueue();
    socket.on('open', () => {
      const frame: ClientFrame = { type: 'subscribe', id: 'q', sql };
      socket.send(JSON.stringify(frame));
    });
    socket.on('message', (data) => {
      assert(Buffer.isBuffer(data), 'ws gives buffers unless told otherwise');
      frames.push(JSON.parse(data.toString('utf8')) as ServerFrame);
    });
    socket.on('error', (error) => frames.fail(new NoServer(`no server answers at ${this.#url} (${error.message})`)));
    socket.on('close', (code) => frames.fail(new NoServer(`the server closed the connection (${code})`)));
    void stop.then(() => frames.end());
    try {
      for (let frame = await frames.next(); frame !== null; frame = await frames.next()) {
        yield frame;
        if (frame.type === 'end' || frame.type === 'error') return;
      }
    } finally {
      socket.terminate();
    }
  }

  #headers(): Record<string, string> {
    return this.#token === null ? {} : { authorization: `Bearer ${this.#token}` };
  }
}

/** What has come and was not taken yet. */
class FrameQueue {
  readonly #frames: ServerFrame[] = [];
  #wake: () => void = () => {};
  #ended: { readonly error: Error | null } | null = null;

  push(frame: ServerFrame): void {
    this.#frames.push(frame);
    this.#wake();
  }

  fail(error: Error): void {
    this.#ended ??= { error };
    this.#wake();
  }

  end(): void {
    this.#ended ??= { error: null };
    this.#frames.length = 0;
    this.#wake();
  }

  /** null: ended. */
  async next(): Promise<ServerFrame | null> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame) return frame;
      if (this.#ended?.error) throw this.#ended.error;
      if (this.#ended) return null;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
