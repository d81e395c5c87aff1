import { parseServeConfig, type ServeConfig, UsageError } from './config.ts';
import { HELP } from './help.ts';

/** The command line. What a command needs is loaded by that command alone. */
async function main([command, ...args]: readonly string[]): Promise<void> {
  if (command === undefined || command === 'help' || command === '--help' || command === '-h' || asksForHelp(args)) {
    process.stdout.write(HELP);
    return;
  }
  if (command !== 'serve') {
    return fail(`there is no command ${JSON.stringify(command)}: only serve and --help exist now`);
  }
  const config = serveConfig(args);
  if (config === null) return;
  const { runServe } = await import('./serve-command.ts');
  await runServe(config);
}

function asksForHelp(args: readonly string[]): boolean {
  return args.includes('--help') || args.includes('-h');
}

function serveConfig(args: readonly string[]): ServeConfig | null {
  try {
    return parseServeConfig(args, process.env);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    fail(error.message);
    return null;
  }
}

function fail(message: string): void {
  process.stderr.write(`millrace: ${message}\n`);
  process.exitCode = 2;
}

await main(process.argv.slice(2));
