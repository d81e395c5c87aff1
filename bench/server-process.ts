import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url));

/** The real program, as a user starts it. */
export class ServerProcess {
  readonly url: string;
  readonly directory: string;
  /** From the start of the process to its `listening` line. */
  readonly startMs: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string, directory: string, startMs: number) {
    this.#child = child;
    this.url = url;
    this.directory = directory;
    this.startMs = startMs;
  }

  static start(args: readonly string[] = []): Promise<ServerProcess> {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-server-'));
    const began = performance.now();
    const child = spawn(process.execPath, [program, 'serve', '--port', '0', '--data', directory, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return new Promise((resolve, reject) => {
      let printed = '';
      child.once('exit', (code) => reject(new Error(`the server exited with ${code}`)));
      child.stdout.on('data', (data: Buffer) => {
        printed += data.toString('utf8');
        const url = /listening on (http:\/\/\S+)/.exec(printed)?.[1];
        if (url !== undefined) resolve(new ServerProcess(child, url, directory, performance.now() - began));
      });
    });
  }

  async post(path: string, body: unknown): Promise<unknown> {
    const answer = await fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGTERM');
    await closed;
    rmSync(this.directory, { recursive: true, force: true });
  }
}
