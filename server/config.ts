import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { suggest } from '../planner/bind/suggest.ts';
import { byteSize } from '../runtime/catalog/byte-size.ts';
import { STATE_LIMIT_BYTES } from '../runtime/engine/state-limit.ts';
import { isLoopback } from './security.ts';

/** What `millrace serve` was asked to do, narrowed once. */
export interface ServeConfig {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** A directory, or `:memory:`. */
  readonly dataDirectory: string;
  /** Where file sources may read. */
  readonly filesDirectory: string;
  readonly demo: boolean;
  readonly trigger: 'auto' | 'manual';
  readonly token: string | null;
  readonly allowHosts: readonly string[];
  /** Bytes of an HTTP body. */
  readonly bodyBytesMax: number;
  /** Bytes of state of a query that says nothing of its own. */
  readonly stateLimit: number;
  readonly logLevel: LogLevel;
}

/** Of a body, where nothing else is said. */
const BODY_BYTES = 16 << 20;
const BODY_BYTES_LEAST = 1 << 10;
const BODY_BYTES_MOST = 256 << 20;
const UNIT_BYTES = { '': 1, KB: 1 << 10, MB: 1 << 20 } as const;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** A mistake in the command line, the environment or the configuration file: exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

const FLAGS = {
  host: { type: 'string' },
  port: { type: 'string' },
  data: { type: 'string' },
  files: { type: 'string' },
  demo: { type: 'boolean' },
  trigger: { type: 'string' },
  token: { type: 'string' },
  config: { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  'body-limit': { type: 'string' },
  'state-limit': { type: 'string' },
  log: { type: 'string' },
} as const;

type FlagName = keyof typeof FLAGS;

/** A value and where it came from, for messages. */
interface Setting {
  readonly value: unknown;
  readonly from: string;
}

type Settings = ReadonlyMap<FlagName, Setting>;

/** A flag wins over its environment twin, that over the configuration file, that over the default. */
export function parseServeConfig(args: readonly string[], environment: NodeJS.ProcessEnv): ServeConfig {
  const given = new Map([...environmentSettings(environment), ...flagSettings(args)]);
  const file = textSetting(given, 'config');
  const settings = new Map([...(file === null ? [] : fileSettings(file)), ...given]);
  const host = textSetting(settings, 'host') ?? '127.0.0.1';
  const token = textSetting(settings, 'token');
  if (!isLoopback(host) && token === null) {
    throw new UsageError(`--host ${host} can be reached from other machines: set a token too (--token T)`);
  }
  const dataDirectory = textSetting(settings, 'data') ?? './millrace-data';
  return {
    host,
    port: portSetting(settings),
    dataDirectory,
    filesDirectory: textSetting(settings, 'files') ?? defaultFiles(dataDirectory),
    demo: booleanSetting(settings, 'demo'),
    trigger: triggerSetting(settings),
    token,
    allowHosts: listSetting(settings, 'allow-host'),
    bodyBytesMax: bytesSetting(settings, 'body-limit') ?? BODY_BYTES,
    stateLimit: stateLimitSetting(settings),
    logLevel: logLevelSetting(settings),
  };
}

/** A server that keeps nothing has no directory of its own to look for files in. */
function defaultFiles(dataDirectory: string): string {
  return join(dataDirectory === ':memory:' ? './millrace-data' : dataDirectory, 'files');
}

function flagSettings(args: readonly string[]): [FlagName, Setting][] {
  try {
    const { values } = parseArgs({ args: [...args], options: FLAGS, strict: true, allowPositionals: false });
    const given = Object.entries(values) as [FlagName, unknown][];
    return given.map(([name, value]) => [name, { value, from: `--${name}` }]);
  } catch (error) {
    throw new UsageError(firstSentence(error));
  }
}

function environmentSettings(environment: NodeJS.ProcessEnv): [FlagName, Setting][] {
  return flagNames().flatMap((name): [FlagName, Setting][] => {
    const variable = environmentTwin(name);
    const value = environment[variable];
    return value === undefined || value === '' ? [] : [[name, { value, from: variable }]];
  });
}

/** `--allow-host` is MILLRACE_ALLOW_HOST. */
function environmentTwin(name: FlagName): string {
  return `MILLRACE_${name.replaceAll('-', '_').toUpperCase()}`;
}

function fileSettings(path: string): [FlagName, Setting][] {
  const content = readConfigFile(path);
  return Object.entries(content).map(([name, value]) => {
    const known = flagNames().find((flag) => flag === name);
    if (known === undefined || known === 'config') throw new UsageError(noSetting(path, name));
    return [known, { value, from: `"${name}" in ${path}` }];
  });
}

function noSetting(path: string, name: string): string {
  const known = flagNames().filter((flag) => flag !== 'config');
  const near = suggest(name, known);
  return `${path}: there is no setting "${name}" (${near ?? `known: ${known.join(', ')}`})`;
}

function readConfigFile(path: string): object {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`cannot read the configuration file ${path}: ${firstSentence(error)}`);
  }
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content;
  throw new UsageError(`${path} must hold one JSON object, such as {"port": 7070}`);
}

function flagNames(): FlagName[] {
  return Object.keys(FLAGS) as FlagName[];
}

function textSetting(settings: Settings, name: FlagName): string | null {
  const setting = settings.get(name);
  if (setting === undefined) return null;
  if (typeof setting.value === 'string' && setting.value !== '') return setting.value;
  throw new UsageError(`${setting.from} must be a text that is not empty`);
}

function portSetting(settings: Settings): number {
  const setting = settings.get('port');
  if (setting === undefined) return 7070;
  const port = /^\d{1,5}$/.test(String(setting.value)) ? Number(setting.value) : NaN;
  if (port <= 65_535) return port;
  throw new UsageError(`${setting.from} must be a port from 0 to 65535, not ${JSON.stringify(setting.value)}`);
}

function booleanSetting(settings: Settings, name: FlagName): boolean {
  const setting = settings.get(name);
  if (setting === undefined) return false;
  const text = String(setting.value).toLowerCase();
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new UsageError(`${setting.from} must be true or false, not ${JSON.stringify(setting.value)}`);
}

function triggerSetting(settings: Settings): 'auto' | 'manual' {
  const setting = settings.get('trigger');
  if (setting === undefined) return 'auto';
  if (setting.value === 'auto' || setting.value === 'manual') return setting.value;
  throw new UsageError(`${setting.from} must be auto or manual, not ${JSON.stringify(setting.value)}`);
}

function logLevelSetting(settings: Settings): LogLevel {
  const setting = settings.get('log');
  if (setting === undefined) return 'warn';
  const level = LOG_LEVELS.find((each) => each === setting.value);
  if (level !== undefined) return level;
  throw new UsageError(`${setting.from} must be one of ${LOG_LEVELS.join(', ')}, not ${JSON.stringify(setting.value)}`);
}

/** `1000000`, `512 KB`, `32MB`. */
function bytesSetting(settings: Settings, name: FlagName): number | null {
  const setting = settings.get(name);
  if (setting === undefined) return null;
  const [, digits = '', unit = ''] = /^(\d{1,12}) *(KB|MB)?$/i.exec(String(setting.value).trim()) ?? [];
  const bytes = digits === '' ? NaN : Number(digits) * UNIT_BYTES[unit.toUpperCase() as keyof typeof UNIT_BYTES];
  if (bytes >= BODY_BYTES_LEAST && bytes <= BODY_BYTES_MOST) return bytes;
  throw new UsageError(
    `${setting.from} must be a size from 1 KB to 256 MB such as "32 MB", not ${JSON.stringify(setting.value)}`,
  );
}

/** `512 MB`, `4 GB`. */
function stateLimitSetting(settings: Settings): number {
  const setting = settings.get('state-limit');
  if (setting === undefined) return STATE_LIMIT_BYTES;
  const bytes = byteSize(String(setting.value));
  if (bytes !== null && bytes > 0) return bytes;
  throw new UsageError(`${setting.from} must be a size such as "512 MB", not ${JSON.stringify(setting.value)}`);
}

/** Given several times, or names with commas between. */
function listSetting(settings: Settings, name: FlagName): readonly string[] {
  const setting = settings.get(name);
  if (setting === undefined) return [];
  const values: readonly unknown[] = Array.isArray(setting.value) ? setting.value : [setting.value];
  if (!values.every((value) => typeof value === 'string')) {
    throw new UsageError(`${setting.from} must be a name or a list of names`);
  }
  const names = values.flatMap((value) => value.split(',')).map((value) => value.trim());
  return names.filter((value) => value !== '');
}

function firstSentence(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split(/\.\s|\n/)[0]!;
}
