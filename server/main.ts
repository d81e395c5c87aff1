import { parseServeConfig, UsageError } from './config.ts';
import { HELP } from './help.ts';

/** The command line. What a command needs is loaded by that command alone. */
async function main([command, ...args]: readonly string[]): Promise<void> {
  if (command === undefined || command === 'help' || command === '--help' || command === '-h') return say(HELP);
  switch (command) {
    case 'serve':
      return asksForHelp(args) ? say(HELP) : serve(args);
    case 'sql':
      return sql(args);
    default:
      return fail(`there is no command ${JSON.stringify(command)}: there are serve and sql (millrace --help)`);
  }
}

async function serve(args: readonly string[]): Promise<void> {
  const config = orUsage(() => parseServeConfig(args, process.env));
  if (config === null) return;
  const { runServe } = await import('./serve-command.ts');
  await runServe(config);
}

async function sql(args: readonly string[]): Promise<void> {
  const { parseSqlConfig, SQL_HELP } = await import('./cli/sql-config.ts');
  if (asksForHelp(args)) return say(SQL_HELP);
  const config = orUsage(() => parseSqlConfig(args, process.env, process.stdin));
  if (config === null) return;
  const { runSql } = await import('./cli/sql-command.ts');
  process.exitCode = await runSql(config);
}

function asksForHelp(args: readonly string[]): boolean {
  return args.includes('--help') || args.includes('-h');
}

/** null: the options are wrong, which is said. */
function orUsage<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    fail(error.message);
    return null;
  }
}

function say(text: string): void {
  process.stdout.write(text);
}

function fail(message: string): void {
  process.stderr.write(`millrace: ${message}\n`);
  process.exitCode = 2;
}

void main(process.argv.slice(2));
