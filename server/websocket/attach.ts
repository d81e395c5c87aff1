import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Engine } from '../../runtime/engine/engine.ts';
import type { SqlService } from '../sql-service.ts';
import { Hub } from './hub.ts';
import { SocketSink } from './socket-sink.ts';
import { CLOSE_RESTART, SocketSession } from './socket-session.ts';

const FRAME_BYTES_MAX = 16 << 20;
const PING_MS = 30_000;
const CLOSE_GRACE_MS = 500;
const PATH = '/v1/ws';
/** Headers of one hop that offer another protocol. */
const OFFER = /^(?:upgrade|connection|http2-settings)$/i;

/** What the upgrade check says: let in (perhaps still to send its token), or refused with an HTTP status line. */
export type UpgradeVerdict =
  | { readonly kind: 'accepted'; readonly authorized: boolean }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string };

export interface WebSocketDeps {
  readonly engine: Engine;
  readonly sql: SqlService;
  readonly hub: Hub;
  checkUpgrade(request: IncomingMessage): UpgradeVerdict;
  acceptsToken(token: string): boolean;
}

export interface AttachedWebSocket {
  /** Tells every subscriber, closes every socket with 1012. */
  close(): Promise<void>;
}

/** Serves `/v1/ws` on the HTTP server. */
export function attachWebSocket(server: Server, deps: WebSocketDeps): AttachedWebSocket {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: FRAME_BYTES_MAX, perMessageDeflate: false });
  server.on('upgrade', (request, stream, head) => {
    if (!isWebSocket(request)) return serveAsItIs(server, request, stream, head);
    const verdict =
      pathOf(request) === PATH
        ? deps.checkUpgrade(request)
        : { kind: 'refused' as const, status: 404, reason: 'Not Found' };
    if (verdict.kind === 'refused') return refuse(stream, verdict.status, verdict.reason);
    sockets.handleUpgrade(request, stream, head, (socket) => {
      new SocketSession(socket, new SocketSink(socket, stream), {
        hub: deps.hub,
        engine: deps.engine,
        authorized: verdict.authorized,
        accepts: (token) => deps.acceptsToken(token),
      });
    });
  });
  const pinging = startPinging(sockets);
  return { close: () => closeAll(sockets, deps.hub, pinging) };
}

function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * A server may ignore an upgrade it does not know (RFC 9110, section 7.8): curl offers HTTP/2 with each request. Node takes
 * the connection away from its parser for any, so it gets the request once more, without the offer.
 */
function serveAsItIs(server: Server, request: IncomingMessage, stream: Duplex, head: Buffer): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const [name, value] = request.rawHeaders.slice(at, at + 2);
    if (!OFFER.test(name!)) lines.push(`${name}: ${value}`);
  }
  stream.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', stream);
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0]!;
}

function refuse(stream: Duplex, status: number, reason: string): void {
  stream.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Half-open connections answer no ping and are cut. */
function startPinging(sockets: WebSocketServer): NodeJS.Timeout {
  const waiting = new WeakSet<object>();
  const timer = setInterval(() => {
    for (const socket of sockets.clients) {
      if (waiting.has(socket)) {
        socket.terminate();
        continue;
      }
      waiting.add(socket);
      socket.once('pong', () => waiting.delete(socket));
      socket.ping();
    }
  }, PING_MS);
  timer.unref();
  return timer;
}

async function closeAll(sockets: WebSocketServer, hub: Hub, pinging: NodeJS.Timeout): Promise<void> {
  clearInterval(pinging);
  hub.close();
  const closed = [...sockets.clients].map(
    (socket) =>
      new Promise<void>((resolve) => {
        socket.once('close', () => resolve());
        socket.close(CLOSE_RESTART, 'the server is shutting down');
      }),
  );
  await Promise.race([Promise.all(closed), new Promise((resolve) => setTimeout(resolve, CLOSE_GRACE_MS).unref())]);
  for (const socket of sockets.clients) socket.terminate();
}
