import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import WebSocket from 'ws';
import { ServerProcess } from './server-process.ts';
import type { Figure } from './throughput.ts';

const RATE = 1000;
/** The same load before anything counts: so long it takes until the code of all threads is compiled for it. */
const WARM_UP_SECONDS = 5;

/** Insert over one WebSocket to the row on another, one row a frame at 1,000 a second, durability on. */
export async function latencyLane(seconds: number): Promise<Figure[]> {
  const server = await ServerProcess.start();
  const disk = fdatasyncMedian(server.directory);
  await server.post('/v1/sql', {
    sql: 'CREATE STREAM s (n BIGINT, at DOUBLE); CREATE MATERIALIZED VIEW v AS SELECT n, at FROM s',
  });
  const all = await measure(server.url, (WARM_UP_SECONDS + seconds) * RATE);
  await server.stop();
  const cold = sorted(all.slice(0, WARM_UP_SECONDS * RATE));
  const waits = sorted(all.slice(WARM_UP_SECONDS * RATE));
  const detail = `${waits.length} rows at ${RATE}/s after ${WARM_UP_SECONDS} s of warming up (its p50 ${percentile(cold, 0.5).toFixed(1)}, p99 ${percentile(cold, 0.99).toFixed(1)}); fdatasync p50 ${disk.toFixed(2)} ms`;
  return [
    { name: 'insert to row over WebSocket, p50', value: percentile(waits, 0.5), unit: 'ms', goal: 3, detail },
    { name: 'insert to row over WebSocket, p99', value: percentile(waits, 0.99), unit: 'ms', goal: 15, detail },
  ];
}

/** Start of the process to `listening`, without the demo: the best of five. */
export async function startLane(): Promise<Figure[]> {
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const server = await ServerProcess.start();
    times.push(server.startMs);
    await server.stop();
  }
  times.sort((a, b) => a - b);
  const detail = `best ${times[0]!.toFixed(0)}, worst ${times.at(-1)!.toFixed(0)} ms`;
  return [{ name: 'start to listening, median of 5', value: times[2]!, unit: 'ms', goal: 300, detail }];
}

async function measure(url: string, rows: number): Promise<number[]> {
  const sender = await connect(url);
  const reader = await connect(url);
  reader.send(JSON.stringify({ type: 'subscribe', id: 'v', view: 'v', from: 'now' }));
  await new Promise((resolve) => reader.once('message', resolve));
  const waits: number[] = [];
  const done = new Promise<void>((resolve) => {
    reader.on('message', (data: Buffer) => {
      const now = performance.now();
      const frame = JSON.parse(data.toString('utf8')) as { type: string; rows?: [string, number, number][] };
      if (frame.type !== 'batch') return;
      for (const [, , at] of frame.rows ?? []) waits.push(now - at);
      if (waits.length >= rows) resolve();
    });
  });
  await sendSteadily(sender, rows);
  await done;
  sender.close();
  reader.close();
  return waits;
}

/** Each row is stamped with the time at which it was meant to be sent, so that a late sender counts too. */
async function sendSteadily(socket: WebSocket, rows: number): Promise<void> {
  const began = performance.now();
  for (let row = 0; row < rows; ) {
    for (const due = ((performance.now() - began) / 1000) * RATE; row < rows && row <= due; row++) {
      const at = began + (row / RATE) * 1000;
      socket.send(JSON.stringify({ type: 'insert', stream: 's', rows: [{ n: row, at }] }));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function connect(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/ws`);
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return socket;
}

/** Median of 200 appends of 4 KB, each made durable, on the disk that holds the data. */
function fdatasyncMedian(directory: string): number {
  const file = openSync(join(directory, 'fdatasync-probe'), 'w');
  const block = Buffer.alloc(4096);
  const times = Array.from({ length: 200 }, () => {
    const began = performance.now();
    writeSync(file, block);
    fdatasyncSync(file);
    return performance.now() - began;
  });
  closeSync(file);
  return percentile(sorted(times), 0.5);
}

function sorted(times: readonly number[]): number[] {
  return times.toSorted((a, b) => a - b);
}

function percentile(ordered: readonly number[], share: number): number {
  return ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * share))] ?? Number.NaN;
}
