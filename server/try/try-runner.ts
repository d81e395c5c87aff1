import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Problem, problem, ProblemError } from '../../runtime/errors/problem.ts';
import type { Trial, TrialResult } from './trial.ts';

/** What the thread of a trial says. */
export type TryAnswer =
  | { readonly kind: 'result'; readonly result: TrialResult }
  | { readonly kind: 'problem'; readonly problems: readonly [Problem, ...Problem[]] };

/** What a trial may take, ms. */
const DEADLINE_MS = 10_000;
const RUNNING_MAX = 2;

/** Runs trials beside the server's own engine, each in a thread and a directory that end with it. */
export class TryRunner {
  #running = 0;

  /** Errors: OVERLOADED while others run, STATEMENT_TIMEOUT, and what the engine says. */
  async run(trial: Trial): Promise<TrialResult> {
    if (this.#running === RUNNING_MAX) {
      throw problem('OVERLOADED', `${RUNNING_MAX} trials are running`, undefined, 'try again in a moment');
    }
    this.#running++;
    const directory = mkdtempSync(join(tmpdir(), 'millrace-try-'));
    try {
      return await runInThread(trial, directory);
    } finally {
      this.#running--;
      rmSync(directory, { recursive: true, force: true });
    }
  }
}

async function runInThread(trial: Trial, directory: string): Promise<TrialResult> {
  const worker = startTryWorker({ trial, directory });
  try {
    const answer = await answerOf(worker);
    if (answer.kind === 'problem') throw new ProblemError(...answer.problems);
    return answer.result;
  } finally {
    await worker.terminate();
  }
}

function answerOf(worker: Worker): Promise<TryAnswer> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      reject(problem('STATEMENT_TIMEOUT', 'the trial took too long', undefined, 'give it fewer rows'));
    }, DEADLINE_MS);
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => {
      clearTimeout(late);
      reject(new Error('the thread of a trial has ended'));
    });
  });
}

/** The compiled worker beside the compiled runner; in development the source, through tsx. */
function startTryWorker(workerData: { readonly trial: Trial; readonly directory: string }): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./try-worker.js', import.meta.url), { workerData });
  const source = new URL('./try-worker.ts', import.meta.url).href;
  const code = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(source)}); })`;
  return new Worker(code, { eval: true, workerData });
}
