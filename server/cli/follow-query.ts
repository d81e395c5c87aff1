import type { BatchFrame, SchemaFrame, ServerFrame } from '../protocol.ts';
import { LiveResult } from './live-result.ts';
import type { SqlClient } from './sql-client.ts';
import type { Terminal } from './terminal.ts';
import { textTable } from './text-table.ts';

/** How often a live table is drawn at most, ms. */
const REDRAW_MS = 100;
/** Below the table: an empty line and how it stands. */
const STATUS_LINES = 2;

/** Shows a query until it ends or `stop` resolves. Answers whether it went well. */
export async function followQuery(
  client: SqlClient,
  sql: string,
  terminal: Terminal,
  stop: Promise<void>,
): Promise<boolean> {
  const output = terminal.live ? new LiveTable(terminal) : new JsonLines(terminal);
  try {
    for await (const frame of client.follow(sql, stop)) {
      if (frame.type === 'error') {
        terminal.error(`${frame.code}${placeOf(frame)}: ${frame.message}${frame.hint ? ` (${frame.hint})` : ''}`);
        return false;
      }
      if (frame.type === 'end') {
        terminal.error(`the query has ended: ${frame.reason}`);
        return frame.reason !== 'failed';
      }
      output.take(frame);
      await terminal.drained();
    }
  } finally {
    output.close();
  }
  return true;
}

function placeOf({ line, column }: { readonly line?: number; readonly column?: number }): string {
  return line === undefined ? '' : ` at line ${line}, column ${column ?? 1}`;
}

/** One JSON object per change. */
class JsonLines {
  readonly #terminal: Terminal;
  #schema: SchemaFrame | null = null;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  take(frame: ServerFrame): void {
    if (frame.type === 'schema') this.#schema = frame;
    if (frame.type === 'batch' && this.#schema) this.#terminal.write(linesOf(frame, this.#schema));
  }

  close(): void {}
}

function linesOf({ rows }: BatchFrame, { columns, mode }: SchemaFrame): string {
  return rows
    .map(([op, ...cells]) => {
      const row = Object.fromEntries(columns.map(({ name }, column) => [name, cells[column]]));
      return `${JSON.stringify(mode === 'append' ? row : { op, row })}\n`;
    })
    .join('');
}

/** The current rows, drawn over and over in place. */
class LiveTable {
  readonly #terminal: Terminal;
  #result: LiveResult | null = null;
  #drawn = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  take(frame: ServerFrame): void {
    if (frame.type === 'schema') this.#result = new LiveResult(frame);
    else if (frame.type === 'batch') this.#result?.apply(frame);
    else if (frame.type === 'reset') this.#result?.clear();
    this.#timer ??= setTimeout(() => this.#draw(), REDRAW_MS);
  }

  close(): void {
    if (this.#timer !== null) this.#draw();
  }

  #draw(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#result === null) return;
    const { rows, columns } = this.#terminal.size();
    const table = textTable(this.#result.names, this.#result.last(Math.max(1, rows - 3 - STATUS_LINES)), columns);
    const { size, changes, watermark } = this.#result;
    const status = `${size} row${size === 1 ? '' : 's'}, ${changes} change${changes === 1 ? '' : 's'}${watermark === null ? '' : `, watermark ${watermark}`}; Ctrl-C ends`;
    const lines = [...table, '', status.slice(0, columns)];
    // Up to the first line of the last drawing; what was longer there is wiped.
    const back = this.#drawn === 0 ? '' : `\x1b[${this.#drawn}A`;
    this.#terminal.write(`${back}${lines.map((line) => `\x1b[2K${line}\n`).join('')}\x1b[0J`);
    this.#drawn = lines.length;
  }
}
