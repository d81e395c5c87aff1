import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';
import { MillraceProcess } from './millrace-process.ts';
import { RestClient } from './rest-client.ts';
import { ViewFollower } from './view-follower.ts';

const SQL = `
CREATE STREAM events (id BIGINT, k BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND);
CREATE TABLE latest (k BIGINT PRIMARY KEY, id BIGINT);
CREATE MATERIALIZED VIEW log AS SELECT id, k FROM events;
CREATE MATERIALIZED VIEW counts AS SELECT k, COUNT(*) AS n, SUM(id) AS total, MAX(id) AS top FROM events GROUP BY k;
CREATE MATERIALIZED VIEW per_second AS SELECT window_start, window_end, k, COUNT(*) AS n
  FROM TUMBLE(events, ts, INTERVAL '1' SECOND) GROUP BY window_start, window_end, k EMIT ON UPDATE;
CREATE MATERIALIZED VIEW spread AS SELECT id % 10 AS digit, COUNT(*) AS n FROM latest GROUP BY id % 10;
CREATE MATERIALIZED VIEW of_counts AS SELECT n % 5 AS rest, COUNT(*) AS groups FROM counts GROUP BY n % 5;
CREATE SINK nowhere WITH (connector = 'blackhole') AS SELECT id FROM events WHERE k = 1`;

const VIEWS = ['log', 'counts', 'per_second', 'spread', 'of_counts'];
const START = Date.parse('2026-01-01T00:00:00Z');

export interface KillOutcome {
  /** Ids whose rows were acknowledged. */
  readonly acknowledged: ReadonlySet<number>;
  /** Ids that were sent and never answered: kept or not. */
  readonly unknown: ReadonlySet<number>;
  /** Final rows of each view, as the server says. */
  readonly rows: ReadonlyMap<string, readonly string[]>;
  readonly followers: ReadonlyMap<string, ViewFollower>;
  readonly kills: number;
}

/** The real program under load, killed with SIGKILL again and again; clients insert, subscribers come back. */
export async function runKills(kills: number, random: () => number): Promise<KillOutcome> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-kill-'));
  const run = new KillRun(directory, random);
  try {
    for (let kill = 0; kill < kills; kill++) await run.untilKilled(150 + random() * 700);
    return await run.finish(kills);
  } finally {
    await run.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

class KillRun {
  readonly #directory: string;
  readonly #random: () => number;
  readonly #acknowledged = new Set<number>();
  readonly #sent = new Set<number>();
  readonly #followers = new Map(VIEWS.map((view) => [view, new ViewFollower(view)]));
  #server: MillraceProcess | null = null;
  #nextId = 0;
  #created = false;

  constructor(directory: string, random: () => number) {
    this.#directory = directory;
    this.#random = random;
  }

  async untilKilled(ms: number): Promise<void> {
    const url = await this.#start();
    let running = true;
    const senders = [this.#sendByRest(url, () => running), this.#sendBySocket(url, () => running)];
    await new Promise((resolve) => setTimeout(resolve, ms));
    await this.#server!.stop('SIGKILL');
    running = false;
    await Promise.all(senders);
    for (const follower of this.#followers.values()) follower.disconnect();
  }

  async finish(kills: number): Promise<KillOutcome> {
    const url = await this.#start();
    const client = new RestClient(url);
    const rows = new Map<string, readonly string[]>();
    for (const view of VIEWS) {
      const answer = await client.get(`/v1/views/${view}/rows`);
      rows.set(
        view,
        (answer.body as unknown as { rows: unknown[] }).rows.map((row) => JSON.stringify(row)),
      );
      await this.#settled(this.#followers.get(view)!, Number(answer.body['seq']));
    }
    const unknown = new Set([...this.#sent].filter((id) => !this.#acknowledged.has(id)));
    return { acknowledged: this.#acknowledged, unknown, rows, followers: this.#followers, kills };
  }

  async stop(): Promise<void> {
    for (const follower of this.#followers.values()) follower.disconnect();
    await this.#server?.stop('SIGKILL');
  }

  async #start(): Promise<string> {
    this.#server = new MillraceProcess(['serve', '--port', '0', '--data', this.#directory]);
    const url = await this.#server.listening();
    if (!this.#created) {
      const answer = await new RestClient(url).sql(SQL);
      if (answer.status !== 200) throw new Error(answer.text);
      this.#created = true;
    }
    for (const follower of this.#followers.values()) await follower.connect(url);
    return url;
  }

  async #sendByRest(url: string, running: () => boolean): Promise<void> {
    const client = new RestClient(url);
    while (running()) {
      const rows = this.#newRows(1 + Math.floor(this.#random() * 40));
      try {
        const answer = await client.rows('events', rows.map((row) => JSON.stringify(row)).join('\n'));
        if (answer.status === 200) for (const { id } of rows) this.#acknowledged.add(id);
        await client.rows('latest', JSON.stringify({ k: rows[0]!.k, id: rows[0]!.id }));
      } catch {
        return;
      }
    }
  }

  async #sendBySocket(url: string, running: () => boolean): Promise<void> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/ws`);
    socket.on('error', () => {});
    const closed = once(socket, 'close');
    await Promise.race([once(socket, 'open'), closed]);
    while (running() && socket.readyState === WebSocket.OPEN) {
      const rows = this.#newRows(1 + Math.floor(this.#random() * 5));
      socket.send(JSON.stringify({ type: 'insert', stream: 'events', rows, ref: rows[0]!.id }));
      const answered = once(socket, 'message') as Promise<[Buffer]>;
      const answer = await Promise.race([answered, closed.then(() => null)]);
      if (!answer) return;
      const frame = JSON.parse(answer[0].toString('utf8')) as { type: string; accepted?: number };
      if (frame.type === 'inserted' && frame.accepted === rows.length)
        for (const { id } of rows) this.#acknowledged.add(id);
    }
    socket.terminate();
  }

  #newRows(count: number): { id: number; k: number; ts: number }[] {
    return Array.from({ length: count }, () => {
      const id = this.#nextId++;
      this.#sent.add(id);
      return { id, k: Math.floor(this.#random() * 20), ts: START + id * 3 - Math.floor(this.#random() * 1500) };
    });
  }

  async #settled(follower: ViewFollower, seq: number): Promise<void> {
    for (let waited = 0; follower.seq < seq && waited < 10_000; waited += 20)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
