import { NoServer, SqlClient } from './sql-client.ts';
import type { SqlConfig } from './sql-config.ts';
import { SqlSession } from './sql-session.ts';
import { processTerminal } from './terminal.ts';

/** `millrace sql`. Answers the exit code. */
export async function runSql(config: SqlConfig): Promise<number> {
  const terminal = processTerminal();
  const session = new SqlSession(new SqlClient(config.url, config.token), terminal, config.once);
  try {
    if (config.text !== null) return (await session.run(config.text, interrupted())) ? 0 : 1;
    await session.interact({ input: process.stdin, output: process.stdout });
    return 0;
  } catch (error) {
    if (!(error instanceof NoServer)) throw error;
    terminal.error(`millrace: ${error.message}`);
    return 3;
  }
}

/** Resolves at the next Ctrl-C or SIGTERM. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}
