import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { inlinePlannerClient, type PlannerClient, PlannerThread, type Timer } from './planner-client.ts';
import { planner } from './planner.ts';

const EMPTY = { relations: [] };
const timer: Timer = {
  schedule(delayMs, wake) {
    const timeout = setTimeout(wake, delayMs);
    return () => clearTimeout(timeout);
  },
};
const opened: PlannerClient[] = [];
afterEach(async () => {
  for (const client of opened.splice(0)) await client.close();
});

/** A thread that answers with what it was asked, `slow` slowly, `hang` never, and dies of `die`. */
const ODD_WORKER = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', (request) => {
    if (request.sql === 'hang') for (;;);
    if (request.sql === 'slow') for (const until = Date.now() + 450; Date.now() < until; );
    if (request.sql === 'die') process.exit(3);
    parentPort.postMessage({ kind: request.sql === 'bug' ? 'broken' : 'answer', message: 'a bug', value: request.sql });
  });
  parentPort.postMessage({ kind: 'ready' });`;

function oddThread(): { readonly client: PlannerClient; readonly starts: () => number } {
  let starts = 0;
  const start = (): Worker => {
    starts++;
    return new Worker(ODD_WORKER, { eval: true });
  };
  const client = new PlannerThread({ timer, start, deadlineMs: 200 });
  opened.push(client);
  return { client, starts: () => starts };
}

describe('the planner thread', () => {
  test('a statement that takes too long times out at its place, and others go on in a new thread', async () => {
    const { client, starts } = oddThread();
    const [before, stuck, after] = await Promise.all([client.split('a'), client.split('hang'), client.split('b')]);
    expect(before).toBe('a');
    expect(stuck).toMatchObject({ ok: false, problems: [{ code: 'STATEMENT_TIMEOUT', span: { start: 0, end: 4 } }] });
    expect(after).toBe('b');
    // The second stood by, the third stands by now.
    expect(starts()).toBe(3);
  });

  /** Only the first two threads ever get ready. */
  async function twoThreads(): Promise<PlannerClient> {
    let starts = 0;
    const start = (): Worker => {
      const never =
        ++starts > 2
          ? "setTimeout(() => {}, 1e9); require('node:worker_threads').parentPort.postMessage = () => {};"
          : '';
      return new Worker(never + ODD_WORKER, { eval: true });
    };
    const client = new PlannerThread({ timer, start, deadlineMs: 300 });
    opened.push(client);
    expect(await client.split('a')).toBe('a');
    while (starts < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    return client;
  }

  test('a statement behind one that times out waits for no thread to start', async () => {
    const client = await twoThreads();
    const [stuck, after] = await Promise.all([client.split('hang'), client.split('b')]);
    expect([stuck.ok, after]).toEqual([false, 'b']);
  });

  test('a thread that was only late plans again, so that several slow statements cost no start', async () => {
    const client = await twoThreads();
    const answers = await Promise.all(['slow', 'slow', 'slow', 'slow', 'b'].map((sql) => client.split(sql)));
    expect(answers.map((answer) => (typeof answer === 'string' ? answer : answer.ok))).toEqual([
      ...[false, false, false, false],
      'b',
    ]);
  });

  test('nothing stands by while nothing is asked, and a statement that hangs starts what comes after it', async () => {
    const workers: Worker[] = [];
    const start = (): Worker => {
      const worker = new Worker(ODD_WORKER, { eval: true });
      workers.push(worker);
      return worker;
    };
    const client = new PlannerThread({ timer, start, deadlineMs: 200, restMs: 20 });
    opened.push(client);
    await client.split('a');
    await new Promise((resolve) => workers[1]!.once('exit', resolve));
    expect(await client.split('b')).toBe('b');
    await new Promise((resolve) => workers[2]!.once('exit', resolve));
    const [stuck, after] = await Promise.all([client.split('hang'), client.split('c')]);
    expect([stuck.ok, after]).toEqual([false, 'c']);
  });

  test('validate times out as a validation', async () => {
    const { client } = oddThread();
    const stuck = await client.validate('hang', EMPTY);
    expect(stuck).toMatchObject({ ok: false, plan: null, problems: [{ code: 'STATEMENT_TIMEOUT' }] });
  });

  test('a thread that dies fails its own request alone', async () => {
    const { client } = oddThread();
    const answers = await Promise.allSettled([client.split('die'), client.split('x')]);
    expect(answers.map((answer) => answer.status)).toEqual(['rejected', 'fulfilled']);
  });

  test('a bug in the planner rejects', async () => {
    const { client } = oddThread();
    await expect(client.split('bug')).rejects.toThrow('a bug');
  });

  test('a thread that cannot start fails requests without trying for ever', async () => {
    let starts = 0;
    const start = (): Worker => {
      starts++;
      return new Worker('process.exit(1)', { eval: true });
    };
    const client = new PlannerThread({ timer, start });
    opened.push(client);
    await expect(client.split('a')).rejects.toThrow();
    await expect(client.split('b')).rejects.toThrow();
    expect(starts).toBe(2);
  });

  test('after close requests are refused, and open ones fail', async () => {
    const { client } = oddThread();
    const open = client.split('hang');
    const failed = expect(open).rejects.toThrow('closed');
    await client.close();
    await failed;
    await expect(client.split('a')).rejects.toThrow('closed');
  });

  test('the real thread answers as the planner does', { timeout: 30_000 }, async () => {
    const client = new PlannerThread({ timer, deadlineMs: 5000 });
    opened.push(client);
    const inline = inlinePlannerClient(planner);
    const sql = 'SELECT 1 AS one, 9007199254740993 AS big EMIT ON UPDATE';
    expect(await client.planQuery('v', sql, EMPTY)).toEqual(await inline.planQuery('v', sql, EMPTY));
    expect(await client.split('SELECT 1; SELECT 2')).toEqual(await inline.split('SELECT 1; SELECT 2'));
    expect(await client.validate('SELECT x', EMPTY)).toEqual(await inline.validate('SELECT x', EMPTY));
    const statement = { text: 'SHOW STREAMS', offset: 0, title: 'SHOW STREAMS' };
    expect(await client.plan(statement, EMPTY)).toEqual(await inline.plan(statement, EMPTY));
  });
});
