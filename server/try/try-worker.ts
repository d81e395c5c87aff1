import { parentPort, workerData } from 'node:worker_threads';
import { problemsOf } from '../../runtime/engine/engine-messages.ts';
import { assert } from '../../runtime/errors/assert.ts';
import { runTrial } from './run-trial.ts';
import type { Trial } from './trial.ts';
import type { TryAnswer } from './try-runner.ts';

/** One trial in a thread of its own, which ends with it. */
assert(parentPort !== null, 'try-worker runs as a worker thread');
const port = parentPort;
const { trial, directory } = workerData as { readonly trial: Trial; readonly directory: string };

runTrial(trial, directory).then(
  (result) => port.postMessage({ kind: 'result', result } satisfies TryAnswer),
  (error: unknown) => port.postMessage({ kind: 'problem', problems: problemsOf(error) } satisfies TryAnswer),
);
