import { once } from 'node:events';
import WebSocket from 'ws';

type ChangeRow = readonly ['+' | '-', ...unknown[]];

interface Frame {
  readonly type: string;
  readonly instance?: string;
  readonly seq?: number;
  readonly key?: readonly string[];
  readonly columns?: readonly { readonly name: string }[];
  readonly rows?: readonly ChangeRow[];
  readonly more?: true;
  readonly reason?: string;
  readonly message?: string;
}

/**
 * A subscriber that comes back after every disconnect with the seq and instance it has, and keeps what it was told: each
 * change under its number, and the rows that the changes fold to.
 */
export class ViewFollower {
  readonly view: string;
  /** Every change, by its number: `changes[seq - 1]`. */
  readonly changes: string[] = [];
  /** Anything that must not happen: gaps, resets, other instances. */
  readonly faults: string[] = [];
  #instance: string | null = null;
  #key: readonly number[] = [];
  #part: ChangeRow[] = [];
  #socket: WebSocket | null = null;

  constructor(view: string) {
    this.view = view;
  }

  get seq(): number {
    return this.changes.length;
  }

  /** Connects and asks for everything after what it has. */
  async connect(url: string): Promise<void> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/ws`);
    this.#socket = socket;
    this.#part = [];
    socket.on('message', (data: Buffer) => {
      if (socket === this.#socket) this.#receive(JSON.parse(data.toString('utf8')) as Frame);
    });
    socket.on('error', () => {});
    await once(socket, 'open');
    const from = this.seq;
    socket.send(
      JSON.stringify({
        type: 'subscribe',
        id: this.view,
        view: this.view,
        from,
        instance: this.#instance ?? undefined,
      }),
    );
  }

  disconnect(): void {
    this.#socket?.terminate();
    this.#socket = null;
  }

  /** The rows that all changes fold to: by key, or as a bag. */
  rows(): string[] {
    const rows = new Map<string, { row: string; count: number }>();
    for (const change of this.changes) {
      const [op, ...cells] = JSON.parse(change) as ChangeRow;
      const row = JSON.stringify(cells);
      const key = this.#key.length > 0 ? JSON.stringify(this.#key.map((index) => cells[index])) : row;
      if (op === '-') rows.delete(key);
      else rows.set(key, { row, count: (rows.get(key)?.count ?? 0) + 1 });
    }
    return [...rows.values()].flatMap(({ row, count }) =>
      this.#key.length > 0 ? [row] : Array<string>(count).fill(row),
    );
  }

  #receive(frame: Frame): void {
    switch (frame.type) {
      case 'schema':
        if (this.#instance !== null && this.#instance !== frame.instance) this.faults.push('another instance');
        this.#instance = frame.instance!;
        this.#key = frame.key!.map((name) => frame.columns!.findIndex((column) => column.name === name));
        return;
      case 'batch':
        return this.#batch(frame);
      case 'progress':
        if (frame.seq !== this.seq) this.faults.push(`progress at ${frame.seq}, not ${this.seq}`);
        return;
      case 'reset':
      case 'error':
        this.faults.push(`${frame.type}: ${frame.reason ?? frame.message}`);
    }
  }

  #batch({ rows, seq, more }: Frame): void {
    this.#part.push(...rows!);
    if (more) return;
    const expected = this.seq + this.#part.length;
    if (seq !== expected) this.faults.push(`batch ends at ${seq}, not ${expected}`);
    for (const row of this.#part) this.changes.push(JSON.stringify(row));
    this.#part = [];
  }
}
