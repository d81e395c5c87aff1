import { describe, expect, test } from 'vitest';
import { ManualClock } from '../time/clock.ts';
import { BIGINT, BOOLEAN, type DataType, DOUBLE, INT, STRING, TIMESTAMP } from '../types/data-type.ts';
import type { Polled, PolledRows, Source } from './connector.ts';
import { hostConnector } from './host.ts';
import { type HostProbe, nodeProbe, procProbe, systemProbe } from './host-probe.ts';

const FILES: Record<string, string> = {
  stat: 'cpu  300 0 200 500 0 0 0 0 0 0\ncpu0 100 10 50 800 40 0 0 0 0 0\ncpu1 0 0 0 0 0 0 0 0 0 0\nintr 5 0\nctxt 7\n',
  meminfo: 'MemTotal:        8000 kB\nMemFree:         1000 kB\nMemAvailable:    3000 kB\nBuffers:  1 kB\n',
  loadavg: '0.50 1.25 2.00 1/200 4711\n',
  'net/dev':
    'Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n    lo: 1000 10 0 0 0 0 0 0 2000 20 0 0 0 0 0 0\n  eth0:12345678901 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0\n',
  diskstats:
    '   7       0 loop0 1 2 3 4 5 6 7 8 9 10 11\n 259       0 nvme0n1 100 5 2000 9 50 6 4000 7 0 8 9 0 0 0 0\n',
};
const probe = procProbe((name) => FILES[name]!);

function open(
  metric: string,
  columns: Record<string, DataType>,
  options: Record<string, string> = {},
  of: HostProbe = probe,
): Source {
  const factory = hostConnector(of).source!({
    relation: 'r',
    columns: Object.entries(columns).map(([name, type]) => ({ name, type, nullable: true })),
    eventTime: null,
    options: new Map(Object.entries({ metric, ...options })),
    createdAt: 0,
  });
  expect(factory.replayable).toBe(false);
  return factory.open({ clock: new ManualClock(0), filesDirectory: '/' });
}

const at = (now: number) => ({ rowsMax: 1000, bytesMax: 1 << 20, now });

function rowsOf(polled: Polled): unknown[] {
  const { kind, bytes } = polled as Extract<PolledRows, { kind: 'lines' }>;
  expect(kind).toBe('lines');
  return bytes
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as unknown);
}

describe('host', () => {
  const samples: [metric: string, columns: Record<string, DataType>, rows: unknown[]][] = [
    [
      'memory',
      { ts: TIMESTAMP, total: BIGINT, free: BIGINT, used: DOUBLE },
      [{ ts: 5000, total: 8192000, free: 3072000, used: 5120000 }],
    ],
    ['load', { load5: DOUBLE, ts: BIGINT }, [{ load5: 1.25, ts: 5000 }]],
    [
      'network',
      { interface: STRING, rx_bytes: BIGINT, tx_bytes: BIGINT },
      [
        { interface: 'lo', rx_bytes: 1000, tx_bytes: 2000 },
        { interface: 'eth0', rx_bytes: 12345678901, tx_bytes: 5 },
      ],
    ],
    [
      'disk',
      { device: STRING, read_bytes: BIGINT, write_bytes: BIGINT },
      [{ device: 'nvme0n1', read_bytes: 1024000, write_bytes: 2048000 }],
    ],
  ];
  test.each(samples)('%s gives the columns that are declared', (metric, columns, rows) => {
    expect(rowsOf(open(metric, columns).poll('0', 0, at(5000)))).toEqual(rows);
  });

  test('cpu gives shares of the time since the last sample', () => {
    let stat = FILES['stat']!;
    const source = open(
      'cpu',
      { core: INT, user: DOUBLE, system: DOUBLE, idle: DOUBLE },
      {},
      procProbe(() => stat),
    );
    const first = source.poll('0', 0, at(1000)) as PolledRows;
    expect(rowsOf(first)).toEqual([
      { core: 0, user: 11, system: 5, idle: 84 },
      { core: 1, user: 0, system: 0, idle: 100 },
    ]);
    stat = 'cpu0 130 10 60 840 60 0 0 0 0 0\ncpu1 1 0 0 0 0 1 1 0 0 0\n';
    expect(rowsOf(source.poll('0', first.to, at(2000)))).toEqual([
      { core: 0, user: 30, system: 10, idle: 60 },
      { core: 1, user: 33.33, system: 66.67, idle: 0 },
    ]);
  });

  test('samples keep their beat, missed ones are not made up for, and a clock that goes back does not stop them', () => {
    const source = open('load', { load1: DOUBLE }, { interval: '500 ms' });
    expect(source.poll('0', 10_000, at(10_400))).toEqual({ kind: 'wait', delayMs: 100 });
    expect(source.poll('0', 10_000, at(10_520))).toMatchObject({ kind: 'lines', to: 10_500 });
    expect(source.poll('0', 10_000, at(20_123))).toMatchObject({ kind: 'lines', to: 20_123 });
    expect(source.poll('0', 10_000, at(3000))).toMatchObject({ kind: 'lines', to: 3000 });
    expect(source.poll('0', 10_000, { ...at(10_400), step: true })).toMatchObject({ kind: 'lines', to: 10_400 });
  });

  test('disks of a machine that does not tell are not supported, which is said when the stream is made', () => {
    const silent = procProbe((name) => {
      if (name === 'diskstats') throw new Error('no such file');
      return FILES[name]!;
    });
    for (const of of [silent, nodeProbe()]) {
      expect(() => open('disk', { device: STRING }, {}, of)).toThrow(/^UNSUPPORTED: .*\/proc\/diskstats/);
    }
    open('load', { load1: DOUBLE }, {}, silent).close();
  });

  test('options and columns are checked and named', () => {
    expect(() => open('weather', {})).toThrow(/^INVALID_OPTION: .*metric.*cpu, memory, load, network, disk/);
    expect(() => open('load', {}, { interval: '99 ms' })).toThrow(/^INVALID_OPTION: .*interval.*100 ms/);
    expect(() => open('load', {}, { interval: 'often' })).toThrow(/^INVALID_OPTION: /);
    expect(() => open('load', {}, { every: '1 s' })).toThrow(/^UNKNOWN_OPTION: .*every/);
    expect(() => open('load', { total: BIGINT })).toThrow(/^INVALID_OPTION: .*total/);
    expect(() => open('load', { load1: BOOLEAN })).toThrow(/^INVALID_OPTION: .*load1.*DOUBLE/);
    expect(() => open('cpu', { user: BIGINT })).toThrow(/^INVALID_OPTION: .*user/);
    open('load', {}, { interval: '2 minutes', retention: '1 hour' }).close();
  });

  test.each([
    ['this system', systemProbe()],
    ['any system that runs Node', nodeProbe()],
  ])('%s tells something sensible', (_, real) => {
    const cores = real.cores();
    expect(cores.map(({ core }) => core)).toEqual(cores.map((_core, index) => index));
    expect(cores.every(({ user, system, idle }) => user + system + idle > 0)).toBe(true);
    const { total, free } = real.memory();
    expect(free).toBeGreaterThan(0);
    expect(total).toBeGreaterThan(free);
    expect(real.load().every((load) => load >= 0)).toBe(true);
    expect(real.networks().every((network) => network.interface !== '')).toBe(true);
  });
});
