import { problemWith } from '../errors/problem.ts';
import { type TypeKind, typeName } from '../types/data-type.ts';
import type { Field } from '../types/schema.ts';
import type { Connector, ConnectorOption, Offset, Polled, PollLimit, Source, SourceDefinition } from './connector.ts';
import { type CoreTimes, type HostProbe, systemProbe } from './host-probe.ts';
import { OptionReader } from './read-options.ts';

const INTERVAL_MIN_MS = 100;
const INTERVAL_MS = 1000;

const OPTIONS: readonly ConnectorOption[] = [
  { name: 'metric', required: true, summary: 'cpu, memory, load, network or disk' },
  { name: 'interval', required: false, summary: "time between samples, from '100 ms'; default '1 second'" },
];

type Cell = string | number | null;
type Kind = 'time' | 'count' | 'fraction' | 'name';

/** What each metric gives besides `ts`, in the contract's order. */
const METRICS = {
  cpu: { core: 'count', user: 'fraction', system: 'fraction', idle: 'fraction' },
  memory: { total: 'count', free: 'count', used: 'count' },
  load: { load1: 'fraction', load5: 'fraction', load15: 'fraction' },
  network: { interface: 'name', rx_bytes: 'count', tx_bytes: 'count' },
  disk: { device: 'name', read_bytes: 'count', write_bytes: 'count' },
} as const satisfies Record<string, Record<string, Kind>>;

type Metric = keyof typeof METRICS;

/** Types that hold every value of a kind. */
const TYPES: Record<Kind, readonly TypeKind[]> = {
  time: ['timestamp', 'bigint'],
  count: ['bigint', 'double', 'decimal'],
  fraction: ['double', 'decimal'],
  name: ['string'],
};

export const host: Connector = hostConnector(systemProbe());

/** Measures of the machine that `probe` tells of. */
export function hostConnector(probe: HostProbe): Connector {
  return {
    name: 'host',
    summary: 'measures of this machine: cpu per core, memory, load, network, disk',
    options: OPTIONS,
    writable: false,
    source: (definition) => {
      const reader = new OptionReader('host', definition.options);
      reader.refuseUnknown(OPTIONS);
      const metric = reader.word('metric', Object.keys(METRICS), '') as Metric;
      const intervalMs = reader.duration('interval', INTERVAL_MIN_MS, INTERVAL_MS);
      checkColumns(metric, definition);
      const names = definition.columns.map(({ name }) => name);
      const open = (): Source => {
        if (metric === 'disk' && probe.disks() === null) throw noDisks();
        return new HostSource(probe, metric, intervalMs, names);
      };
      return { replayable: false, open };
    },
    sink: null,
  };
}

function noDisks(): Error {
  const message = 'this machine does not tell what its disks read and write: it has no /proc/diskstats';
  return problemWith(
    { kind: 'option', name: 'metric' },
    'UNSUPPORTED',
    message,
    'cpu, memory and load are known anywhere',
  );
}

function checkColumns(metric: Metric, { columns }: SourceDefinition): void {
  const known: ReadonlyMap<string, Kind> = new Map<string, Kind>([['ts', 'time'], ...Object.entries(METRICS[metric])]);
  for (const column of columns) {
    const kind = known.get(column.name);
    if (kind === undefined) {
      const names = [...known.keys()].join(', ');
      throw problemWith(
        { kind: 'column', name: column.name },
        'INVALID_OPTION',
        `option metric: ${metric} has no column ${column.name}`,
        `it has ${names}`,
      );
    }
    if (!holds(column, kind)) {
      const wanted = TYPES[kind].map((each) => each.toUpperCase()).join(' or ');
      throw problemWith(
        { kind: 'column', name: column.name },
        'INVALID_OPTION',
        `option metric: ${column.name} of ${metric} is no ${typeName(column.type)}, declare it ${wanted}`,
      );
    }
  }
}

/** Cores are few: INT holds their numbers as well. */
function holds({ name, type }: Field, kind: Kind): boolean {
  return TYPES[kind].includes(type.kind) || (name === 'core' && type.kind === 'int');
}

/** One partition. The offset is the time at which the last sample was due, ms. */
class HostSource implements Source {
  readonly endless = false;
  readonly growing = false;
  readonly #probe: HostProbe;
  readonly #metric: Metric;
  readonly #intervalMs: number;
  readonly #columns: readonly string[];
  #cores = new Map<number, CoreTimes>();

  constructor(probe: HostProbe, metric: Metric, intervalMs: number, columns: readonly string[]) {
    this.#probe = probe;
    this.#metric = metric;
    this.#intervalMs = intervalMs;
    this.#columns = columns;
  }

  partitions(): readonly string[] {
    return ['0'];
  }

  start(): Offset {
    return 0;
  }

  poll(_partition: string, from: Offset, { now, step = false }: PollLimit): Polled {
    const due = Number(from) + this.#intervalMs;
    const wentBack = now < Number(from) - this.#intervalMs;
    if (now < due && !wentBack && !step) return { kind: 'wait', delayMs: due - now };
    const rows = this.#sample(now);
    const bytes = Buffer.from(rows.map((row) => `${this.#line(row)}\n`).join(''), 'utf8');
    // Samples keep their beat; the ones that were missed are not made up for.
    const onTime = now >= due && now - due < this.#intervalMs;
    return { kind: 'lines', bytes, to: onTime ? due : now, check: 0 };
  }

  reread(): { kind: 'changed'; message: string } {
    return { kind: 'changed', message: 'what a machine measured cannot be measured again' };
  }

  close(): void {
    this.#cores.clear();
  }

  #line(row: Readonly<Record<string, Cell>>): string {
    return JSON.stringify(Object.fromEntries(this.#columns.map((name) => [name, row[name]])));
  }

  #sample(ts: number): Record<string, Cell>[] {
    switch (this.#metric) {
      case 'cpu':
        return this.#coreRows(ts);
      case 'memory': {
        const { total, free } = this.#probe.memory();
        return [{ ts, total, free, used: total - free }];
      }
      case 'load': {
        const [load1, load5, load15] = this.#probe.load();
        return [{ ts, load1, load5, load15 }];
      }
      case 'network':
        return this.#probe
          .networks()
          .map((each) => ({ ts, interface: each.interface, rx_bytes: each.rxBytes, tx_bytes: each.txBytes }));
      case 'disk':
        return (this.#probe.disks() ?? []).map((each) => ({
          ts,
          device: each.device,
          read_bytes: each.readBytes,
          write_bytes: each.writeBytes,
        }));
    }
  }

  /** Shares of the time since the last sample; of the time since the start of the machine at first. */
  #coreRows(ts: number): Record<string, Cell>[] {
    const cores = this.#probe.cores();
    const rows = cores.map((times) => {
      const before = this.#cores.get(times.core);
      const user = times.user - (before?.user ?? 0);
      const system = times.system - (before?.system ?? 0);
      const idle = times.idle - (before?.idle ?? 0);
      const total = user + system + idle;
      return {
        ts,
        core: times.core,
        user: percent(user, total),
        system: percent(system, total),
        idle: percent(idle, total, 100),
      };
    });
    this.#cores = new Map(cores.map((times) => [times.core, times]));
    return rows;
  }
}

/** With two digits after the point. Counters of a core that was off may go back: never below 0 or above 100. */
function percent(part: number, total: number, otherwise = 0): number {
  if (total <= 0) return otherwise;
  return Math.min(100, Math.max(0, Math.round((part / total) * 10_000) / 100));
}
