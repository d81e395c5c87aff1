import type { ServerResponse } from 'node:http';
import type { FrameSink } from './websocket/frame-sink.ts';

const DRAINED_BYTES = 256 << 10;

/** How frames follow each other in a streamed answer. */
export interface FrameFormat {
  readonly mediaType: string;
  /** Sent once, before all frames. */
  readonly opening: string;
  /** What comes before a frame's text. `seq`: of a frame after which a reader can go on. */
  before(head: string, seq: number | null): string;
  readonly after: string;
}

/** Frames as a streamed answer. */
export class ResponseSink implements FrameSink {
  readonly #response: ServerResponse;
  readonly #format: FrameFormat;
  readonly #after: Buffer;

  constructor(response: ServerResponse, format: FrameFormat) {
    this.#response = response;
    this.#format = format;
    this.#after = Buffer.from(format.after);
  }

  get queuedBytes(): number {
    return this.#response.writableLength;
  }

  get closed(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  send(head: string, body: Uint8Array | null, seq: number | null = null): void {
    if (this.closed) return;
    this.#response.cork();
    this.#response.write(this.#format.before(head, seq) + head);
    if (body) this.#response.write(onOneLine(body));
    this.#response.write(this.#after);
    this.#response.uncork();
  }

  whenDrained(): Promise<void> {
    if (this.closed || this.queuedBytes <= DRAINED_BYTES) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        if (!this.closed && this.queuedBytes > DRAINED_BYTES) return;
        this.#response.off('drain', done).off('close', done);
        resolve();
      };
      this.#response.on('drain', done).on('close', done);
    });
  }

  subscriptionEnded(): void {
    this.#response.end();
  }
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

/** A line end in JSON text is white space (a JSON column keeps its own), and would end the frame. The body is shared. */
function onOneLine(body: Uint8Array): Uint8Array {
  if (!body.includes(CARRIAGE_RETURN) && !body.includes(LINE_FEED)) return body;
  return body.map((byte) => (byte === CARRIAGE_RETURN || byte === LINE_FEED ? SPACE : byte));
}
