import { existsSync, readFileSync } from 'node:fs';
import { cpus, freemem, loadavg, networkInterfaces, totalmem } from 'node:os';

/** Time spent by one core since the start of the machine, in any unit. */
export interface CoreTimes {
  readonly core: number;
  readonly user: number;
  readonly system: number;
  readonly idle: number;
}

/** Bytes. `free` is what programs can still get, caches included. */
export interface MemorySample {
  readonly total: number;
  readonly free: number;
}

/** Bytes since the start of the machine; null where the platform does not tell. */
export interface NetworkCounters {
  readonly interface: string;
  readonly rxBytes: number | null;
  readonly txBytes: number | null;
}

export interface DiskCounters {
  readonly device: string;
  readonly readBytes: number;
  readonly writeBytes: number;
}

/** What one machine tells about itself. Every call measures anew. */
export interface HostProbe {
  cores(): readonly CoreTimes[];
  memory(): MemorySample;
  /** Over 1, 5 and 15 minutes. */
  load(): readonly [number, number, number];
  networks(): readonly NetworkCounters[];
  /** null: this machine does not tell. */
  disks(): readonly DiskCounters[] | null;
}

/** Linux by /proc; any other system by what Node knows. */
export function systemProbe(): HostProbe {
  return existsSync('/proc/stat') ? procProbe((name) => readFileSync(`/proc/${name}`, 'latin1')) : nodeProbe();
}

/** `read` gives the text of a file of /proc: `stat`, `meminfo`, `loadavg`, `net/dev`, `diskstats`. */
export function procProbe(read: (name: string) => string): HostProbe {
  return {
    cores: () => linesOf(read('stat')).flatMap(coreOf),
    memory: () => memoryOf(read('meminfo')),
    load: () => loadOf(read('loadavg')),
    networks: () => linesOf(read('net/dev')).flatMap(networkOf),
    disks: () => disksOf(() => read('diskstats')),
  };
}

/** Counters of networks and disks are not to be had without the system's own means. */
export function nodeProbe(): HostProbe {
  return {
    cores: () =>
      cpus().map(({ times }, core) => ({
        core,
        user: times.user + times.nice,
        system: times.sys + times.irq,
        idle: times.idle,
      })),
    memory: () => ({ total: totalmem(), free: freemem() }),
    load: () => threeOf(loadavg()),
    networks: () => Object.keys(networkInterfaces()).map((name) => ({ interface: name, rxBytes: null, txBytes: null })),
    disks: () => null,
  };
}

function linesOf(text: string): string[] {
  return text.split('\n');
}

/** `cpu0 user nice system idle iowait irq softirq steal ...` */
function coreOf(line: string): CoreTimes[] {
  const [, core, counts] = /^cpu(\d+) (.*)$/.exec(line) ?? [];
  if (core === undefined || counts === undefined) return [];
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softIrq = 0, steal = 0] = counts
    .split(' ')
    .map(Number);
  return [{ core: Number(core), user: user + nice, system: system + irq + softIrq + steal, idle: idle + wait }];
}

/** `MemAvailable:   123456 kB` */
function memoryOf(text: string): MemorySample {
  const bytesOf = (name: string): number | null => {
    const [, kilobytes] = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  };
  return { total: bytesOf('MemTotal') ?? 0, free: bytesOf('MemAvailable') ?? bytesOf('MemFree') ?? 0 };
}

function loadOf(text: string): readonly [number, number, number] {
  return threeOf(text.split(' ').map(Number));
}

function threeOf(loads: readonly number[]): readonly [number, number, number] {
  return [loads[0] ?? 0, loads[1] ?? 0, loads[2] ?? 0];
}

/** `  eth0: bytes packets ... (8 columns received) bytes packets ... (sent)` */
function networkOf(line: string): NetworkCounters[] {
  const [, name, counts] = /^\s*([^:|]+):\s*(.*)$/.exec(line) ?? [];
  if (name === undefined || counts === undefined) return [];
  const columns = counts.split(/\s+/).map(Number);
  return [{ interface: name, rxBytes: columns[0] ?? 0, txBytes: columns[8] ?? 0 }];
}

/** A system may have /proc and keep this to itself. */
function disksOf(read: () => string): readonly DiskCounters[] | null {
  try {
    return linesOf(read()).flatMap(diskOf);
  } catch {
    return null;
  }
}

const SECTOR_BYTES = 512;

/** `major minor name reads merged sectorsRead ms writes merged sectorsWritten ...`; memory posing as disks is left out. */
function diskOf(line: string): DiskCounters[] {
  const columns = line.trim().split(/\s+/);
  const device = columns[2];
  if (device === undefined || /^(?:loop|ram|zram)\d/.test(device)) return [];
  return [{ device, readBytes: Number(columns[5]) * SECTOR_BYTES, writeBytes: Number(columns[9]) * SECTOR_BYTES }];
}
