import { availableParallelism } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { ReadAhead } from '../connectors/read-ahead.ts';
import { assert } from '../errors/assert.ts';
import { WorkerStore } from '../store/worker-store.ts';
import { systemClock } from '../time/clock.ts';
import type { Engine } from './engine.ts';
import { type EngineRequest, type EngineResponse, type EngineWorkerData, problemsOf } from './engine-messages.ts';
import { Outbox } from './outbox.ts';

/** The engine's own thread: sources, batch loop, operators. The store has another one. */
assert(parentPort !== null, 'engine-worker runs as a worker thread');
const port = parentPort;
const data = workerData as EngineWorkerData;
const outbox = new Outbox<EngineResponse>(port, systemClock);

let engine: Engine | null = null;
const store = new WorkerStore(data.dataDirectory, { instance: data.instance });
// The store's thread loads while this one loads the engine.
store.warmUp();

async function start(): Promise<unknown> {
  const { filesDirectory, trigger, hashSeed, stateLimit } = data;
  const { LocalEngine } = await import('./local-engine.ts');
  // On a single core another thread is no help.
  const readAhead = availableParallelism() > 1 && { readAhead: new ReadAhead({ clock: systemClock }) };
  const options = { store, clock: systemClock, filesDirectory, ...readAhead, trigger, hashSeed, stateLimit };
  const local = new LocalEngine(options);
  local.onEvent((event) => outbox.send({ kind: 'event', event }));
  engine = local;
  return local.start();
}

function call({ method, args }: EngineRequest): Promise<unknown> {
  if (method === 'start') return start();
  assert(engine !== null, 'start comes first');
  // The request was typed by WorkerEngine, the only sender.
  const run = engine[method] as (...args: readonly unknown[]) => Promise<unknown>;
  return run.apply(engine, [...args]);
}

async function answer(request: EngineRequest): Promise<void> {
  try {
    outbox.send({ kind: 'value', id: request.id, value: await call(request) });
  } catch (error) {
    outbox.send({ kind: 'problem', id: request.id, problems: problemsOf(error) });
  }
}

port.on('message', (requests: readonly EngineRequest[]) => {
  for (const request of requests) void answer(request);
});
