import { randomInt, randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { fileURLToPath } from 'node:url';
import { ProblemError } from '../runtime/errors/problem.ts';
import { WorkerEngine } from '../runtime/engine/worker-engine.ts';
import { systemClock } from '../runtime/time/clock.ts';
import type { ServeConfig } from './config.ts';
import type { RunningServer } from './serve.ts';

/**
 * Heaps of JavaScript are small here, since rows live in typed arrays: each thread collects its garbage whenever its heap
 * has grown by half, where V8's own steps would let five threads hold tens of MB of it. Not before the start is over,
 * which makes much that stays.
 */
const HEAP_GROWTH = '--heap-growing-percent=50';

/** Runs the server until a signal ends it. Exit codes: 0 stopped, 1 could not start or was lost. */
export async function runServe(config: ServeConfig): Promise<void> {
  const starting = start(config);
  stopOnSignals(starting);
  try {
    const { url } = await starting;
    process.stdout.write(`listening on ${url}\n`);
    setFlagsFromString(HEAP_GROWTH);
  } catch (error) {
    process.stderr.write(`millrace: ${failureText(error, config)}\n`);
    process.exit(1);
  }
}

/** The engine's threads load while this one loads the rest. */
async function start(config: ServeConfig): Promise<RunningServer> {
  const { dataDirectory, filesDirectory, trigger, stateLimit, logLevel } = config;
  const engine = new WorkerEngine({
    dataDirectory,
    filesDirectory,
    trigger,
    stateLimit,
    hashSeed: randomInt(2 ** 31),
    instance: randomUUID(),
  });
  const started = engine.start();
  // It is awaited once the rest is loaded; a failure before that is no stray one.
  started.catch(() => {});
  const [{ startServer }, { PlannerThread }, { pino }] = await Promise.all([
    import('./serve.ts'),
    import('../planner/planner-client.ts'),
    import('pino'),
  ]);
  const log = pino({ level: logLevel }, pino.destination({ fd: 2, sync: true }));
  return startServer(config, {
    engine,
    started,
    openPlanner: () => new PlannerThread({ timer: systemClock }),
    webDirectory: fileURLToPath(new URL(webPath(), import.meta.url)),
    log,
    onFatal: (message) => {
      log.fatal(message);
      process.exit(1);
    },
  });
}

/** Seen from dist/server, and from server/ when the sources run directly. */
function webPath(): string {
  return import.meta.url.endsWith('.ts') ? '../dist/web' : '../web';
}

/** The first signal stops in order, the second at once. While it starts nothing is acknowledged: the first is enough. */
function stopOnSignals(starting: Promise<RunningServer>): void {
  let serving = false;
  let stopping = false;
  starting.then(
    () => (serving = true),
    () => {},
  );
  const stop = (): void => {
    if (stopping) process.exit(1);
    if (!serving) process.exit(0);
    stopping = true;
    starting
      .then((server) => server.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`millrace: could not stop in order: ${String(error)}\n`);
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
}

function failureText(error: unknown, { host, port }: ServeConfig): string {
  if (error instanceof ProblemError) {
    const { message, hint } = error.problems[0];
    return hint === undefined ? message : `${message} (${hint})`;
  }
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') return `port ${port} of ${host} is taken: choose another with --port`;
  return error instanceof Error ? error.message : String(error);
}
