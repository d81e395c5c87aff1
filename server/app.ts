import express, { type Express, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import type { Logger } from 'pino';
import { problem } from '../runtime/errors/problem.ts';
import { errorHandler } from './http-error.ts';
import type { Lifecycle } from './lifecycle.ts';
import { routes } from './routes/index.ts';
import type { Route } from './routes/route.ts';
import type { Security } from './security.ts';
import { securityHeaders } from './security-headers.ts';

export interface AppOptions {
  readonly lifecycle: Lifecycle;
  readonly security: Security;
  /** The built console. */
  readonly webDirectory: string;
  readonly log: Logger;
}

/** Every HTTP request, in the order of the checks that it passes. */
export function createApp({ lifecycle, security, webDirectory, log }: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing').enable('strict routing');
  app.use(securityHeaders);
  app.use((request, _response, next) => next(security.check(request) ?? undefined));
  serveHealth(app, lifecycle);
  serveDocs(app);
  app.use(staticFiles(webDirectory));
  app.use((request, _response, next) => next(security.isAuthorized(request) ? undefined : unauthorized()));
  for (const route of routes) serveRoute(app, route, lifecycle);
  for (const [path, methods] of methodsByPath()) app.all(path, refuseMethod(methods));
  app.use((request) => {
    throw problem('NOT_FOUND', `there is nothing at ${request.method} ${request.path.slice(0, 200)}`);
  });
  app.use(errorHandler(log));
  return app;
}

/** Probes need no token. */
function serveHealth(app: Express, lifecycle: Lifecycle): void {
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/readyz', (_request, response) => {
    const { ready } = lifecycle;
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready' });
  });
  for (const path of ['/healthz', '/readyz']) app.all(path, refuseMethod(['GET', 'HEAD']));
}

/** A page that says what calls there are: as open as the console's files. Made when somebody asks. */
function serveDocs(app: Express): void {
  app.get('/docs', async (_request, response) => {
    const [{ openApi }, { docsPage, docsPolicy }] = await Promise.all([
      import('./openapi/openapi.ts'),
      import('./openapi/docs-page.ts'),
    ]);
    response.set('Content-Security-Policy', docsPolicy()).type('html').send(docsPage(openApi()));
  });
  app.all('/docs', refuseMethod(['GET', 'HEAD']));
}

function serveRoute(app: Express, route: Route, lifecycle: Lifecycle): void {
  const handle = (request: Request, response: Response): Promise<void> =>
    route.answer(request, response, lifecycle.services);
  switch (route.method) {
    case 'GET':
      return void app.get(route.path, handle);
    case 'POST':
      return void app.post(route.path, handle);
    case 'DELETE':
      return void app.delete(route.path, handle);
  }
}

function methodsByPath(): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const { method, path } of routes) {
    const known = methods.get(path) ?? [];
    known.push(...(method === 'GET' ? ['GET', 'HEAD'] : [method]));
    methods.set(path, known);
  }
  return methods;
}

function refuseMethod(methods: readonly string[]): RequestHandler {
  return (request, response) => {
    response.set('Allow', methods.join(', '));
    throw problem('METHOD_NOT_ALLOWED', `${request.method} is not for ${request.path.slice(0, 200)}`);
  };
}

/** Names under /assets/ carry a hash of their content. */
function staticFiles(directory: string): RequestHandler {
  const serve = express.static(directory, {
    redirect: false,
    setHeaders: (response, path) => {
      const hashed = /[\\/]assets[\\/]/.test(path);
      response.set('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  return (request: Request, response: Response, next: NextFunction) =>
    request.path.startsWith('/v1/') ? next() : serve(request, response, next);
}

function unauthorized(): Error {
  return problem('UNAUTHORIZED', 'this server wants a token', undefined, 'send Authorization: Bearer TOKEN');
}
