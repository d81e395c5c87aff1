import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { FrameSink } from './frame-sink.ts';

const DRAINED_BYTES = 256 << 10;
const FIN_TEXT = 0x81;
const NO_BODY = Buffer.alloc(0);

/**
 * Text frames written straight to the socket: the head of each subscriber and the body that all share leave in one
 * write. The `ws` library goes on to serve everything else of the connection; it writes whole frames too, and permessage-deflate
 * is off, so frames never mix.
 */
export class SocketSink implements FrameSink {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  #corked = false;

  constructor(socket: WebSocket, stream: Duplex) {
    this.#socket = socket;
    this.#stream = stream;
    // Each subscription of a slow reader waits for it.
    stream.setMaxListeners(0);
  }

  get closed(): boolean {
    return this.#socket.readyState !== this.#socket.OPEN;
  }

  get queuedBytes(): number {
    return this.#stream.writableLength;
  }

  send(head: string, body: Uint8Array | null): void {
    if (this.closed) return;
    const text = Buffer.from(head, 'utf8');
    const shared = body ?? NO_BODY;
    this.#holdBack();
    this.#stream.write(Buffer.concat([frameHeader(text.length + shared.length), text]));
    if (shared.length > 0) this.#stream.write(shared);
  }

  /** What is sent in one go (the answers to all inserts of an epoch, and its batch) leaves in one system call. */
  #holdBack(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#stream.cork();
    process.nextTick(() => {
      this.#corked = false;
      this.#stream.uncork();
    });
  }

  whenDrained(): Promise<void> {
    if (this.closed || this.queuedBytes <= DRAINED_BYTES) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        if (!this.closed && this.queuedBytes > DRAINED_BYTES) return;
        this.#stream.off('drain', done);
        this.#stream.off('close', done);
        resolve();
      };
      this.#stream.on('drain', done);
      this.#stream.on('close', done);
    });
  }
}

/** An unmasked, unfragmented text frame's header (RFC 6455, section 5.2). */
function frameHeader(length: number): Buffer {
  if (length < 126) return Buffer.of(FIN_TEXT, length);
  if (length < 65_536) {
    const header = Buffer.of(FIN_TEXT, 126, 0, 0);
    header.writeUInt16BE(length, 2);
    return header;
  }
  const header = Buffer.alloc(10);
  header[0] = FIN_TEXT;
  header[1] = 127;
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}
