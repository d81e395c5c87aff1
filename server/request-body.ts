import type { IncomingMessage } from 'node:http';
import { problem } from '../runtime/errors/problem.ts';

/** Of a body that is refused, so much is read and thrown away first: many clients hear nothing before they have sent all. */
const DISCARDED_BYTES_MAX = 64 << 20;
/** Bodies that are being received at once, over all connections; beyond it the server says OVERLOADED. */
const RECEIVING_BYTES_MAX = 256 << 20;

/** Reads bodies within a bound for each and for all together. */
export class BodyReader {
  readonly #bytesMax: number;
  #receiving = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The body's bytes, in a buffer of their own. */
  async read(request: IncomingMessage): Promise<Buffer> {
    refuseEncoding(request);
    const declared = request.headers['content-length'];
    if (declared !== undefined && Number(declared) > this.#bytesMax) {
      await discard(request);
      throw tooLarge(this.#bytesMax);
    }
    const before = this.#receiving;
    if (before >= RECEIVING_BYTES_MAX) {
      await discard(request);
      throw problem('OVERLOADED', 'too many bodies are being received', undefined, 'send it again in a moment');
    }
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      length = await receive(request, this.#bytesMax, (chunk) => {
        chunks.push(chunk);
        this.#receiving += chunk.length;
        length += chunk.length;
      });
    } finally {
      this.#receiving -= length;
    }
    return joined(chunks, length);
  }
}

/** Resolves with the length at the end of the body. What comes after the bound is thrown away before it is refused. */
function receive(request: IncomingMessage, bytesMax: number, take: (chunk: Buffer) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= bytesMax) take(chunk);
      else if (length > bytesMax + DISCARDED_BYTES_MAX) reject(tooLarge(bytesMax));
    });
    request.once('end', () => (length > bytesMax ? reject(tooLarge(bytesMax)) : resolve(length)));
    request.once('close', () => reject(problem('BAD_REQUEST', 'the connection was closed before the body ended')));
    request.once('error', reject);
  });
}

/** Resolves when the rest of the body has come, or DISCARDED_BYTES_MAX of it. */
function discard(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let left = DISCARDED_BYTES_MAX;
    const done = (): void => resolve();
    request.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) done();
    });
    request.once('end', done).once('close', done);
  });
}

/** Not from the pool, so that the bytes can be moved to the engine's thread. */
function joined(chunks: readonly Buffer[], length: number): Buffer {
  const body = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const chunk of chunks) at += chunk.copy(body, at);
  return body;
}

function tooLarge(bytesMax: number): Error {
  return problem(
    'BODY_TOO_LARGE',
    `a body is at most ${bytesMax} bytes`,
    undefined,
    'send the rows in several requests, or start the server with --body-limit',
  );
}

function refuseEncoding(request: IncomingMessage): void {
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return;
  throw problem('UNSUPPORTED_MEDIA_TYPE', `bodies in Content-Encoding ${encoding} are not read: send it plain`);
}

/** The media type without parameters, in lower case; empty when there is none. Errors: another charset than UTF-8. */
export function mediaType(request: IncomingMessage): string {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  for (const parameter of parameters) refuseCharset(parameter);
  return type.trim();
}

function refuseCharset(parameter: string): void {
  const charset = /^\s*charset\s*=\s*"?([^"\s]*)"?\s*$/.exec(parameter)?.[1];
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii') return;
  throw problem('UNSUPPORTED_MEDIA_TYPE', `bodies in charset ${charset.slice(0, 40)} are not read: send UTF-8`);
}
