import { pino } from 'pino';
import { inlinePlannerClient } from '../../planner/planner-client.ts';
import { planner } from '../../planner/planner.ts';
import { PoisonPool } from '../../runtime/columns/slice-pool.ts';
import { LocalEngine } from '../../runtime/engine/local-engine.ts';
import { InlineStore } from '../../runtime/store/inline-store.ts';
import { ManualClock } from '../../runtime/time/clock.ts';
import type { ServeConfig } from '../../server/config.ts';
import { type RunningServer, startServer } from '../../server/serve.ts';

/** 2026-01-01T00:00:00Z */
export const START_TIME = 1_767_225_600_000;

export interface InlineServer extends RunningServer {
  readonly clock: ManualClock;
  /** What the engine has lost, if it was. */
  readonly fatal: readonly string[];
}

/** The whole server on a free port, with planner, engine and store inline, a clock that stands, and nothing kept. */
export async function startInlineServer(
  config: Partial<ServeConfig> = {},
  webDirectory = '/nowhere',
): Promise<InlineServer> {
  const clock = new ManualClock(START_TIME);
  const { trigger = 'auto', filesDirectory = '/nowhere', dataDirectory = ':memory:' } = config;
  const store = new InlineStore(dataDirectory, { instance: 'test', clock });
  const engine = new LocalEngine({
    store,
    clock,
    filesDirectory,
    hashSeed: 1,
    trigger,
    newSlicePool: () => new PoisonPool(),
  });
  const fatal: string[] = [];
  const server = await startServer(
    { ...DEFAULTS, trigger, filesDirectory, dataDirectory, ...config },
    {
      engine,
      started: engine.start(),
      openPlanner: () => inlinePlannerClient(planner),
      webDirectory,
      log: pino({ level: 'silent' }),
      onFatal: (message) => fatal.push(message),
    },
  );
  return { ...server, clock, fatal };
}

const DEFAULTS: ServeConfig = {
  host: '127.0.0.1',
  port: 0,
  dataDirectory: ':memory:',
  filesDirectory: '/nowhere',
  demo: false,
  trigger: 'auto',
  token: null,
  allowHosts: [],
  bodyBytesMax: 16 << 20,
  stateLimit: 1 << 30,
  logLevel: 'silent',
};
