import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url));

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real program, as built, in a process of its own. */
export class MillraceProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<Exit>;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, [PROGRAM, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()));
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()));
    this.#exited = once(this.#child, 'close').then(([code, signal]: unknown[]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get exited(): Promise<Exit> {
    return this.#exited;
  }

  /** The URL that it prints when it serves. */
  async listening(): Promise<string> {
    for (;;) {
      const url = /^listening on (\S+)$/m.exec(this.#stdout)?.[1];
      if (url !== undefined) return url;
      const ended = await Promise.race([once(this.#child.stdout!, 'data').then(() => null), this.#exited]);
      if (ended) throw new Error(`the program ended with ${ended.code ?? ended.signal}: ${ended.stderr}`);
    }
  }

  /** Sends a signal; answers how the program ended. One that has ended already is left alone. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    return this.#exited;
  }
}
