import fc from 'fast-check';
import { ProblemError } from '../../../runtime/errors/problem.ts';
import { ScriptServer } from '../../sql/support/script-server.ts';

/** What happens to a server in a property test, in this order. Times in ms. */
export type Event =
  | { readonly kind: 'row'; readonly stream: string; readonly row: Row }
  | { readonly kind: 'delete'; readonly stream: string; readonly row: Row }
  | { readonly kind: 'watermark'; readonly stream: string; readonly to: number }
  /** A micro-batch ends here. */
  | { readonly kind: 'cut' };

export type Row = Readonly<Record<string, string | number | null>>;
export type Cell = string | number | null;

/** NULL now and then. */
export function orNull<T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(values, { freq: 5, nil: null });
}

/** Opens a server in memory with these statements, for as long as `run` takes. */
export async function withServer(sql: string, run: (server: ScriptServer) => Promise<void>): Promise<void> {
  const server = await ScriptServer.open(':memory:', '.');
  try {
    const [answer] = await server.sql(sql);
    if (answer !== 'ok') throw new Error(answer);
    await run(server);
  } finally {
    await server.close();
  }
}

/** Plays the events; `atCut` runs after each micro-batch with the events that had happened by then. */
export async function play(
  server: ScriptServer,
  events: readonly Event[],
  atCut: (before: readonly Event[]) => Promise<void>,
): Promise<void> {
  for (const [index, event] of events.entries()) {
    switch (event.kind) {
      case 'row':
        await accept(server, event.stream, event.row, 'upsert');
        break;
      case 'delete':
        await accept(server, event.stream, event.row, 'delete');
        break;
      case 'watermark':
        await moveWatermark(server, event.stream, event.to);
        break;
      case 'cut':
        await server.step(null);
        await atCut(events.slice(0, index));
    }
  }
}

/** One that would go back is refused and changes nothing. */
async function moveWatermark(server: ScriptServer, stream: string, to: number): Promise<void> {
  try {
    await server.moveWatermark(stream, to);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problems[0].code !== 'WATERMARK_WENT_BACK') throw error;
  }
}

async function accept(server: ScriptServer, stream: string, row: Row, op: 'upsert' | 'delete'): Promise<void> {
  const refused = await server.insert(stream, JSON.stringify(row), op);
  if (refused.length > 0) throw new Error(refused.join());
}

/** The rows of a view, sorted as text. */
export async function rowsOf(server: ScriptServer, view: string): Promise<string[]> {
  return (await server.rowsOf(view)).toSorted();
}

/** Rows as the server writes them, sorted as text. */
export function texts(rows: readonly (readonly Cell[])[]): string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}

export function iso(time: number): string {
  return new Date(time).toISOString();
}

export function groupBy<T>(values: readonly T[], key: (value: T) => Cell): Map<Cell, T[]> {
  const groups = new Map<Cell, T[]>();
  for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value]);
  return groups;
}
