import { once } from 'node:events';

/** Where a command reads and writes. */
export interface Terminal {
  /** Whether somebody looks at the output: tables that move, not lines for a program. */
  readonly live: boolean;
  write(text: string): void;
  error(line: string): void;
  /** Resolves once the output takes more. */
  drained(): Promise<void>;
  size(): { readonly rows: number; readonly columns: number };
}

export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  // Whoever reads has what he wanted (| head).
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    live: stdout.isTTY,
    write: (text) => void stdout.write(text),
    error: (line) => void stderr.write(`${line}\n`),
    async drained() {
      if (stdout.writableNeedDrain) await once(stdout, 'drain');
    },
    // Some terminals say that they have no size at all.
    size: () => ({ rows: stdout.rows || 24, columns: stdout.columns || 80 }),
  };
}
