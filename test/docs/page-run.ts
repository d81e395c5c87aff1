import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'vitest';
import type { PageBlock } from './page-blocks.ts';

/** Those that install, build, start or need the built program: test/e2e and `.ci/run` do the same. */
const NOT_RUN: readonly string[] = [
  'npm ci && npm start',
  'npm ci && npm test',
  'node bin/millrace.js serve --data ./millrace-data',
  "node bin/millrace.js sql -e 'SELECT item, COUNT(*) AS n FROM clicks GROUP BY item'",
];

const PATIENCE_MS = 20_000;

interface SqlBody {
  readonly code?: string;
  readonly detail?: string;
  readonly results?: readonly { readonly rows?: unknown }[];
}

/**
 * One page, tried block by block on one server: `sql` is executed (`fails=CODE`: and refused so), `sh` is run by bash with the server's URL
 * in place of port 7070 (`until=TEXT`: is stopped when it has printed that), `json rows` is what the query above it answers, `json
 * output` what the command above it prints, any other `json` is JSON.
 */
export class PageRun {
  readonly #url: string;
  #again: () => Promise<unknown> = () => Promise.reject(new Error('no block above this one'));
  #last: unknown = null;

  constructor(url: string) {
    this.#url = url;
  }

  async run({ language, marks, text }: PageBlock): Promise<void> {
    switch (language) {
      case 'sql':
        return this.#sql(text, valueOf(marks, 'fails'));
      case 'sh':
        return this.#shell(text, valueOf(marks, 'until'));
      case 'json':
        return this.#json(jsonOf(text), marks.length > 0);
      case '':
        return;
      default:
        throw new Error(`blocks in ${language} cannot be tried: use sql, sh, json or no language`);
    }
  }

  async #sql(sql: string, fails: string | null): Promise<void> {
    const body = await this.#post(sql);
    if (fails !== null) return expect(body.code).toBe(fails);
    expect(body.code, body.detail).toBeUndefined();
    this.#last = body.results?.at(-1)?.rows;
    this.#again = async () =>
      /^(?:SELECT|WITH)\b/.test(sql.trim()) ? (await this.#post(sql)).results?.at(-1)?.rows : this.#last;
  }

  async #post(sql: string): Promise<SqlBody> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${this.#url}/v1/sql`, { method: 'POST', headers, body: JSON.stringify({ sql }) });
    return (await response.json()) as SqlBody;
  }

  async #shell(text: string, until: string | null): Promise<void> {
    if (NOT_RUN.includes(text.trim())) return;
    const script = text.replaceAll(/(?:127\.0\.0\.1|localhost):7070/g, new URL(this.#url).host);
    const run = async (): Promise<unknown> => parsed(await shellOutput(script, until));
    this.#last = await run();
    this.#again = async () => (/ -d| --data/.test(text) ? this.#last : run());
  }

  async #json(value: unknown, isAnswer: boolean): Promise<void> {
    if (isAnswer) await this.#compare(value);
  }

  /** Micro-batches run by themselves: what is not there yet is asked for again. */
  async #compare(expected: unknown): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!same(this.#last, expected) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      this.#last = await this.#again();
    }
    expect(this.#last).toEqual(expected);
  }
}

/** What bash prints; a script that fails, or that never prints `until`, is an error. */
async function shellOutput(script: string, until: string | null): Promise<string> {
  const child = spawn('bash', ['-eo', 'pipefail', '-c', script], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  let faults = '';
  let stopped = false;
  const stop = (): void => {
    if (stopped || child.exitCode !== null) return;
    stopped = true;
    process.kill(-child.pid!, 'SIGTERM');
  };
  const timer = setTimeout(stop, PATIENCE_MS);
  child.stderr.on('data', (chunk: Buffer) => (faults += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (until !== null && output.includes(until)) stop();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  if (until !== null) expect(output, faults).toContain(until);
  else expect(code, `${output}${faults}`).toBe(0);
  // curl ends well whatever the answer says.
  expect(output).not.toMatch(/"status": ?[45]\d\d,/);
  return output;
}

function valueOf(marks: readonly string[], name: string): string | null {
  return marks.find((mark) => mark.startsWith(`${name}=`))?.slice(name.length + 1) ?? null;
}

/** One value, or one on each line. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
  }
}

function parsed(output: string): unknown {
  try {
    return jsonOf(output);
  } catch {
    return output;
  }
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
