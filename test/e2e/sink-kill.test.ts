import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MillraceProcess } from '../support/millrace-process.ts';
import { RestClient } from '../support/rest-client.ts';
import { seededRandom } from '../support/seeded-random.ts';

const SQL = `
CREATE STREAM events (id BIGINT, k BIGINT);
CREATE MATERIALIZED VIEW sums AS SELECT k, SUM(id) AS total, COUNT(*) AS n FROM events GROUP BY k;
CREATE SINK rows_out AS SELECT id FROM events WITH (connector = 'file', path = 'rows.ndjson');
CREATE SINK sums_out FROM sums WITH (connector = 'file', path = 'sums.ndjson')`;

interface Change {
  readonly op: string;
  readonly seq: number;
  readonly row: { readonly k: number; readonly total: number; readonly n: number };
}

test('files of sinks hold each change once after five kills under load', { timeout: 120_000 }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-sink-kill-'));
  const random = seededRandom(20_260_102);
  const acknowledged = new Set<number>();
  const sent = new Set<number>();
  let server: MillraceProcess | null = null;
  const start = async (): Promise<RestClient> => {
    server = new MillraceProcess(['serve', '--port', '0', '--data', directory]);
    return new RestClient(await server.listening());
  };
  try {
    for (let kill = 0; kill < 5; kill++) {
      const client = await start();
      if (kill === 0) expect((await client.sql(SQL)).status).toBe(200);
      const ending = new Promise((resolve) => setTimeout(resolve, 200 + random() * 1500)).then(() =>
        server!.stop('SIGKILL'),
      );
      await sendUntilGone(client, random, sent, acknowledged);
      await ending;
    }
    const client = await start();
    const view = (await client.get('/v1/views/sums/rows')).body as unknown as { rows: [number, number, number][] };
    await settled(client);
    const ids = linesOf(join(directory, 'files', 'rows.ndjson')).map((line) => (line as { id: number }).id);
    expect(new Set(ids).size, 'ids that stand twice').toBe(ids.length);
    expect(
      [...acknowledged].filter((id) => !ids.includes(id)),
      'acknowledged and not written',
    ).toEqual([]);
    expect(
      ids.filter((id) => !sent.has(id)),
      'written and never sent',
    ).toEqual([]);
    const changes = linesOf(join(directory, 'files', 'sums.ndjson')) as Change[];
    expect(changes.map(({ seq }) => seq)).toEqual(changes.map((_, index) => index + 1));
    expect(folded(changes)).toEqual(view.rows.toSorted(byKey));
  } finally {
    await (server as MillraceProcess | null)?.stop('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
});

async function sendUntilGone(
  client: RestClient,
  random: () => number,
  sent: Set<number>,
  acknowledged: Set<number>,
): Promise<void> {
  for (;;) {
    const rows = Array.from({ length: 1 + Math.floor(random() * 50) }, (_, index) => ({
      id: sent.size + index,
      k: Math.floor(random() * 20),
    }));
    for (const { id } of rows) sent.add(id);
    try {
      const answer = await client.rows('events', rows.map((row) => JSON.stringify(row)).join('\n'));
      if (answer.status === 200) for (const { id } of rows) acknowledged.add(id);
    } catch {
      return;
    }
  }
}

/** A step that is durable after everything else: what came before it is written. */
async function settled(client: RestClient): Promise<void> {
  const made = await client.sql('CREATE STREAM last (a INT); DROP STREAM last');
  expect(made.status).toBe(200);
}

function linesOf(path: string): unknown[] {
  const text = readFileSync(path, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

function folded(changes: readonly Change[]): [number, number, number][] {
  const rows = new Map<number, [number, number, number]>();
  for (const { op, row } of changes) {
    if (op === '+') rows.set(row.k, [row.k, row.total, row.n]);
    else rows.delete(row.k);
  }
  return [...rows.values()].sort(byKey);
}

function byKey([a]: readonly number[], [b]: readonly number[]): number {
  return a! - b!;
}
