import type { Logger } from 'pino';
import type { Engine } from '../runtime/engine/engine.ts';
import type { BodyReader } from './request-body.ts';
import type { Security } from './security.ts';
import type { SqlService } from './sql-service.ts';
import type { TryRunner } from './try/try-runner.ts';
import type { Hub } from './websocket/hub.ts';

/** What the routes work with. */
export interface Services {
  readonly engine: Engine;
  readonly sql: SqlService;
  readonly hub: Hub;
  readonly security: Security;
  readonly trials: TryRunner;
  readonly bodies: BodyReader;
  readonly log: Logger;
}
