import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ChangeMode, ClientFrame, ServerFrame } from '../../server/protocol.ts';
import { LiveTable } from '../state/live-table.ts';
import { Access } from './access.ts';
import { backoffMs } from './backoff.ts';
import { Link, type LinkSocket } from './link.ts';
import { PLAN_AGAIN_MS, PLANNING_TRIES } from './planning-tries.ts';
import { type Subject, Subscription } from './subscription.ts';

/** The other end of a link: what it was sent, and a hand to answer with. */
class FakeServer {
  readonly sockets: FakeSocket[] = [];
  readonly link: Link;
  readonly access: Access;

  constructor() {
    const kept = new Map<string, string>();
    this.access = new Access({
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, value) => void kept.set(name, value),
      removeItem: (name) => void kept.delete(name),
    });
    this.link = new Link(() => {
      this.sockets.push(new FakeSocket());
      return this.sockets.at(-1) as unknown as LinkSocket;
    }, this.access);
  }

  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }

  accept(): void {
    this.socket.onopen?.();
  }

  /** The last subscribe that it was sent. */
  get asked(): Extract<ClientFrame, { type: 'subscribe' }> {
    const asked = this.socket.sent.findLast((frame) => frame.type === 'subscribe');
    if (asked?.type !== 'subscribe') throw new Error('nothing was asked');
    return asked;
  }

  schema(mode: ChangeMode, key: readonly string[] = [], instance = 'one'): void {
    const columns = [{ name: 'k', type: 'BIGINT', nullable: false }];
    this.say({ type: 'schema', id: this.asked.id, instance, columns, key, mode });
  }

  rows(keys: readonly number[], seq: number, snapshot = false): void {
    const rows = keys.map((k) => ['+', k] as const);
    const ending = snapshot ? ({ snapshot: true, snapshotEnd: true } as const) : {};
    this.say({ type: 'batch', id: this.asked.id, epoch: 1, watermark: null, rows, seq, ...ending });
  }

  progress(seq: number): void {
    this.say({ type: 'progress', id: this.asked.id, epoch: 1, watermark: null, seq });
  }

  say(frame: ServerFrame): void {
    this.socket.onmessage?.({ data: JSON.stringify(frame) });
  }
}

class FakeSocket {
  readonly sent: ClientFrame[] = [];
  isClosed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientFrame);
  }

  close(): void {
    this.isClosed = true;
  }
}

function watch(server: FakeServer, subject: Subject = { view: 'v' }) {
  const table = new LiveTable({ newest: 10 });
  const changed = vi.fn();
  const subscription = new Subscription(server.link, subject, table, changed);
  const keys = () => table.rows().map(({ values }) => values[0]);
  return { table, changed, subscription, keys };
}

/** A watcher of a view by key that has its snapshot. */
function watchLive(server: FakeServer) {
  const watcher = watch(server);
  server.link.connect();
  server.accept();
  server.schema('upsert', ['k']);
  server.progress(2);
  server.schema('upsert', ['k']);
  server.rows([1, 2], 2, true);
  return watcher;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a query that a busy server did not plan in time', () => {
  const refuse = (server: FakeServer): void =>
    server.say({ type: 'error', id: server.asked.id, code: 'STATEMENT_TIMEOUT', message: 'not planned in time' });

  test('is asked again, some times, before it counts as refused', () => {
    const server = new FakeServer();
    const { state } = new Subscription(server.link, { sql: 'SELECT 1' }, new LiveTable(), () => {});
    server.link.connect();
    server.accept();
    for (let tries = 1; tries < PLANNING_TRIES; tries++) {
      const before = server.asked.id;
      refuse(server);
      expect(state.value.kind).toBe('opening');
      vi.advanceTimersByTime(PLAN_AGAIN_MS);
      expect(server.asked.id).not.toBe(before);
    }
    refuse(server);
    expect(state.value).toMatchObject({ kind: 'refused', error: { code: 'STATEMENT_TIMEOUT' } });
  });
});

describe('frames per second', () => {
  const many = (server: FakeServer) =>
    new Subscription(server.link, { sql: 'SELECT 1' }, new LiveTable(), () => {}, 10);

  test('are asked for; a server that cannot is asked again without, by all at once and for good', () => {
    const server = new FakeServer();
    const first = many(server);
    const second = many(server);
    server.link.connect();
    server.accept();
    const ids = server.socket.sent.map((frame) => frame.type === 'subscribe' && frame.maxRate);
    expect(ids).toEqual([10, 10]);
    for (const frame of [...server.socket.sent]) {
      if (frame.type !== 'subscribe') continue;
      server.say({ type: 'error', id: frame.id, code: 'UNSUPPORTED', message: 'maxRate is not built yet' });
    }
    const again = server.socket.sent.filter((frame) => frame.type === 'subscribe').slice(2);
    expect(again.map((frame) => 'maxRate' in frame)).toEqual([false, false]);
    expect([first, second].map(({ state }) => state.value.kind)).toEqual(['opening', 'opening']);
    many(server);
    expect(server.asked).not.toHaveProperty('maxRate');
  });

  test('have nothing to do with a query that is refused for another reason', () => {
    const server = new FakeServer();
    const subscription = many(server);
    server.link.connect();
    server.accept();
    server.say({
      type: 'error',
      id: server.asked.id,
      code: 'UNSUPPORTED',
      message: 'MATCH_RECOGNIZE is not built yet',
    });
    expect(subscription.state.value).toMatchObject({ kind: 'refused', error: { code: 'UNSUPPORTED' } });
    many(server);
    expect(server.asked.maxRate).toBe(10);
  });
});

describe('a gap', () => {
  test('is told with the changes that were made up for', () => {
    const server = new FakeServer();
    const { subscription } = watchLive(server);
    server.socket.onclose?.({ code: 1006 });
    vi.advanceTimersByTime(3000);
    server.accept();
    server.schema('upsert', ['k']);
    server.rows([3, 4], 4);
    expect(subscription.gap.value).toEqual({ lostMs: 3000, changes: { from: 2, to: 4 } });
    server.rows([5], 5);
    expect(subscription.gap.value).toMatchObject({ changes: { from: 2, to: 5 } });
    vi.advanceTimersByTime(2000);
    server.rows([6], 6);
    expect(subscription.gap.value).toMatchObject({ changes: { from: 2, to: 5 } });
  });

  test('that could not be closed is told as a fresh beginning', () => {
    const server = new FakeServer();
    const { subscription } = watchLive(server);
    server.socket.onclose?.({ code: 1006 });
    vi.advanceTimersByTime(500);
    server.accept();
    server.schema('upsert', ['k'], 'two');
    server.say({ type: 'reset', id: server.asked.id, reason: 'another instance', instance: 'two' });
    server.rows([9], 1, true);
    expect(subscription.gap.value).toEqual({ lostMs: 500, changes: null });
  });
});

describe('a subscription', () => {
  test('takes a snapshot, then changes', () => {
    const server = new FakeServer();
    const { keys, subscription } = watchLive(server);
    expect(server.asked).toMatchObject({ view: 'v', from: 'snapshot' });
    server.rows([3], 3);
    expect(keys()).toEqual([1, 2, 3]);
    expect(subscription.state.value).toEqual({ kind: 'live' });
  });

  test('begins near the head where the newest rows are enough', () => {
    const server = new FakeServer();
    const { keys } = watch(server);
    server.link.connect();
    server.accept();
    expect(server.asked.from).toBe('now');
    server.schema('append');
    server.progress(1000);
    expect(server.asked).toMatchObject({ from: 960, instance: 'one' });
    server.schema('append');
    server.rows(
      Array.from({ length: 40 }, (_, index) => 961 + index),
      1000,
    );
    expect(keys()[0]).toBe(1000);
  });

  test('resumes by seq and instance after the link was lost', () => {
    const server = new FakeServer();
    const { keys, subscription } = watchLive(server);
    server.socket.onclose?.({ code: 1006 });
    expect(subscription.state.value).toEqual({ kind: 'resuming' });
    vi.advanceTimersByTime(500);
    server.accept();
    expect(server.asked).toMatchObject({ from: 2, instance: 'one' });
    server.schema('upsert', ['k']);
    server.rows([3], 3);
    expect(keys()).toEqual([1, 2, 3]);
    expect(subscription.state.value).toEqual({ kind: 'live' });
  });

  test('takes the fresh snapshot that follows a reset', () => {
    const server = new FakeServer();
    const { keys } = watchLive(server);
    server.say({ type: 'reset', id: server.asked.id, reason: 'too slow', instance: 'one' });
    expect(keys()).toEqual([1, 2]);
    server.rows([7], 9, true);
    expect(keys()).toEqual([7]);
  });

  test('asks again from what it has when changes are missing', () => {
    const server = new FakeServer();
    watchLive(server);
    const before = server.asked.id;
    server.rows([9], 9);
    expect(server.asked).toMatchObject({ from: 2, instance: 'one' });
    expect(server.asked.id).not.toBe(before);
    expect(server.socket.sent).toContainEqual({ type: 'unsubscribe', id: before });
  });

  test('waits for a view that is not there (yet)', () => {
    const server = new FakeServer();
    const { subscription } = watch(server);
    server.link.connect();
    server.accept();
    server.say({ type: 'error', id: server.asked.id, code: 'VIEW_NOT_FOUND', message: 'there is no view v' });
    expect(subscription.state.value).toMatchObject({ kind: 'refused', error: { code: 'VIEW_NOT_FOUND' } });
    const asked = server.socket.sent.length;
    vi.advanceTimersByTime(2000);
    expect(server.socket.sent).toHaveLength(asked + 1);
  });

  test('a query text that is wrong is not asked again', () => {
    const server = new FakeServer();
    watch(server, { sql: 'SELEC 1' });
    server.link.connect();
    server.accept();
    expect(server.asked).toMatchObject({ sql: 'SELEC 1', from: 'snapshot' });
    server.say({ type: 'error', id: server.asked.id, code: 'SYNTAX_ERROR', message: 'no', line: 1, column: 1 });
    vi.advanceTimersByTime(4000);
    expect(server.socket.sent.filter(({ type }) => type === 'subscribe')).toHaveLength(1);
  });

  test('closed, it is heard of no more', () => {
    const server = new FakeServer();
    const { subscription, changed } = watchLive(server);
    subscription.close();
    changed.mockClear();
    server.rows([3], 3);
    expect(changed).not.toHaveBeenCalled();
    server.socket.onclose?.({ code: 1006 });
    vi.advanceTimersByTime(500);
    server.accept();
    expect(server.socket.sent).toEqual([]);
  });
});

describe('a link', () => {
  test('waits longer each time, up to a bound', () => {
    const waits = Array.from({ length: 12 }, (_, attempt) => backoffMs(attempt, 0.5));
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect([waits[0], waits.at(-1)]).toEqual([250, 5000]);
  });

  test('says when the server was stopped', () => {
    const server = new FakeServer();
    watchLive(server);
    server.say({ type: 'end', id: server.asked.id, reason: 'shutdown' });
    server.socket.onclose?.({ code: 1012 });
    expect(server.link.state.value).toMatchObject({ kind: 'waiting', stopped: true });
  });

  test('goes on saying so while nobody answers', () => {
    const server = new FakeServer();
    watchLive(server);
    server.socket.onclose?.({ code: 1012 });
    vi.advanceTimersByTime(500);
    server.socket.onclose?.({ code: 1006 });
    expect(server.link.state.value).toMatchObject({ kind: 'waiting', stopped: true });
  });

  test('sends the token first, and asks for one that is refused', () => {
    const server = new FakeServer();
    server.access.give('secret');
    watch(server);
    server.link.connect();
    server.accept();
    expect(server.socket.sent.map(({ type }) => type)).toEqual(['auth', 'subscribe']);
    server.socket.onclose?.({ code: 4401 });
    expect(server.link.state.value).toEqual({ kind: 'unauthorized' });
    expect(server.access.wanted.value).toBe(true);
    vi.advanceTimersByTime(60_000);
    expect(server.sockets).toHaveLength(1);
  });

  test('gives up a connection that died without a word', () => {
    const server = new FakeServer();
    watchLive(server);
    const { socket } = server;
    vi.advanceTimersByTime(20_000);
    expect(socket.sent).toContainEqual({ type: 'ping' });
    expect(socket.isClosed).toBe(true);
    expect(server.sockets.length).toBeGreaterThan(1);
  });
});
