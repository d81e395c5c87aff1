import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { PlannerClient } from '../planner/planner-client.ts';
import type { Engine, Started } from '../runtime/engine/engine.ts';
import { createApp } from './app.ts';
import { Catalogue } from './catalogue.ts';
import type { ServeConfig } from './config.ts';
import { createDemo } from './demo.ts';
import { Lifecycle } from './lifecycle.ts';
import { BodyReader } from './request-body.ts';
import { Security } from './security.ts';
import { SqlService } from './sql-service.ts';
import { TryRunner } from './try/try-runner.ts';
import { type AttachedWebSocket, attachWebSocket } from './websocket/attach.ts';
import { Hub } from './websocket/hub.ts';

/** What a server is made of besides its own code: threads in the program, inline parts in a test. */
export interface ServeDeps {
  readonly engine: Engine;
  /** What the engine's `start` answers. */
  readonly started: Promise<Started>;
  /** Called once the port is open: nobody waits for the planner to listen. */
  openPlanner(): PlannerClient;
  readonly webDirectory: string;
  readonly log: Logger;
  /** The engine is lost: the process must end. */
  onFatal(message: string): void;
}

export interface RunningServer {
  /** `http://127.0.0.1:7070` */
  readonly url: string;
  /** Resolves when the demo stands; at once without one. */
  readonly demo: Promise<void>;
  /** Finishes and commits the running batch, tells subscribers, closes every connection. */
  close(): Promise<void>;
}

/** How long answers that are under way may take once everything else is closed. */
const CLOSE_GRACE_MS = 2000;

/** Opens the port while the engine starts; serves when both are there. Errors: what the engine's start or the port refuses. */
export async function startServer(config: ServeConfig, deps: ServeDeps): Promise<RunningServer> {
  const { engine, webDirectory, log } = deps;
  const lifecycle = new Lifecycle();
  const security = new Security(config);
  const http = createServer(createApp({ lifecycle, security, webDirectory, log }));
  let closing = false;
  engine.onEvent((event) => {
    if (event.kind === 'fatal' && !closing) deps.onFatal(event.message);
  });
  const [started, port] = await Promise.all([deps.started, listen(http, config)]).catch((error: unknown) => {
    closing = true;
    http.close();
    throw error;
  });
  const planner = deps.openPlanner();
  const sql = new SqlService(engine, planner, new Catalogue(engine, started.definitions));
  const hub = new Hub(engine, sql, Date.now);
  const sockets = attachWebSocket(http, {
    engine,
    sql,
    hub,
    checkUpgrade: (request) => security.checkUpgrade(request),
    acceptsToken: (token) => security.isToken(token),
  });
  const bodies = new BodyReader(config.bodyBytesMax);
  lifecycle.serve({ engine, sql, hub, security, trials: new TryRunner(), bodies, log });
  log.info({ epoch: started.epoch, port }, 'serving');
  return {
    url: `http://${config.host.includes(':') ? `[${bare(config.host)}]` : config.host}:${port}`,
    demo: config.demo ? createDemo(sql, log) : Promise.resolve(),
    async close() {
      closing = true;
      lifecycle.close();
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      await engine.shutdown();
      await closeConnections(http, sockets, closed);
      await planner.close();
    },
  };
}

function listen(http: Server, { host, port }: ServeConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen({ port, host: bare(host) }, () => {
      http.off('error', reject);
      resolve((http.address() as AddressInfo).port);
    });
  });
}

function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** Subscribers hear why; answers under way get a little time. */
async function closeConnections(http: Server, sockets: AttachedWebSocket, closed: Promise<void>): Promise<void> {
  await sockets.close();
  http.closeIdleConnections();
  const cut = setTimeout(() => http.closeAllConnections(), CLOSE_GRACE_MS);
  await closed;
  clearTimeout(cut);
}
