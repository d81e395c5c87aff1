import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { UsageError } from '../config.ts';

/** What `millrace sql` was asked to do, narrowed once. */
export interface SqlConfig {
  /** Of the server, without a slash at the end. */
  readonly url: string;
  readonly token: string | null;
  /** null: from the terminal, statement by statement. */
  readonly text: string | null;
  /** Queries answer what there is now, and end. */
  readonly once: boolean;
}

export const SQL_HELP = `Runs SQL on a Millrace server.

Usage: millrace sql [FILE | -e SQL] [options]

  FILE                 a file of statements with ; between them; - reads standard input
  -e, --execute SQL    the statements themselves
  --url URL            the server (http://127.0.0.1:7070)
  --token TOKEN        where the server wants one
  --once               answer every query with the rows of now, and end
  --help               this text

Without FILE and -e, statements are read from the terminal. The last statement, if it is a SELECT, stays: a live table in
a terminal, one JSON object per line in a pipe (rows of an append-only result as they are, of others as
{"op": "+" or "-", "row": {...}}). Ctrl-C ends it.

MILLRACE_URL and MILLRACE_TOKEN stand for --url and --token.

Exit codes: 0 done, 1 a statement failed, 2 wrong options, 3 no server.
`;

const OPTIONS = {
  execute: { type: 'string', short: 'e' },
  url: { type: 'string' },
  token: { type: 'string' },
  once: { type: 'boolean', default: false },
} as const;

/** Errors: UsageError. */
export function parseSqlConfig(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  standardInput: { readonly isTTY: boolean },
): SqlConfig {
  const { values, positionals } = parse(args);
  const [file, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`one file at a time, not ${positionals.join(' and ')}`);
  if (file !== undefined && values.execute !== undefined) throw new UsageError('either a file or -e, not both');
  return {
    url: urlOf(values.url ?? environment['MILLRACE_URL'] ?? 'http://127.0.0.1:7070'),
    token: values.token ?? environment['MILLRACE_TOKEN'] ?? null,
    text: values.execute ?? textOf(file ?? (standardInput.isTTY ? null : '-')),
    once: values.once,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)} (millrace sql --help)`);
  }
}

function urlOf(text: string): string {
  if (!/^https?:\/\/[^/]+\/*$/.test(text) || !URL.canParse(text)) {
    throw new UsageError(`${text} is no address of a server, such as http://127.0.0.1:7070`);
  }
  return new URL(text).origin;
}

function textOf(file: string | null): string | null {
  if (file === null) return null;
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
