/** What the planner knows of connectors: names and options as data, nothing of how they run. */
export interface PlannerEnvironment {
  readonly connectors: readonly ConnectorInfo[];
  /** Options that every stream takes. */
  readonly streamOptions: readonly OptionInfo[];
  /** Options of a materialized view; a sink takes those that bound what it computes with. */
  readonly viewOptions: readonly OptionInfo[];
  readonly sinkOptions: readonly OptionInfo[];
}

export interface ConnectorInfo {
  readonly name: string;
  readonly source: boolean;
  readonly sink: boolean;
  /** Formats that its rows can have. */
  readonly formats: readonly string[];
  readonly options: readonly OptionInfo[];
  /** Options of its sinks. */
  readonly sinkOptions: readonly OptionInfo[];
  /** Options by column: `fields.<column>.<name>`. */
  readonly fieldOptions: readonly string[];
}

export interface OptionInfo {
  readonly name: string;
  readonly required: boolean;
  readonly value: OptionValue;
  /** It is known and not built: what to do instead. */
  readonly unbuilt?: string;
}

export type OptionValue =
  | { readonly kind: 'text' }
  | { readonly kind: 'word'; readonly words: readonly string[] }
  | { readonly kind: 'number'; readonly min: number; readonly max: number; readonly whole: boolean }
  /** A length of time: `'5 seconds'`, `100 ms`. */
  | { readonly kind: 'duration'; readonly minMs: number }
  /** `'500 MB'`. */
  | { readonly kind: 'size'; readonly minBytes: number }
  /** Time, size, `none` or `forever`. */
  | { readonly kind: 'retention' };

const TEXT: OptionValue = { kind: 'text' };
const FLAG: OptionValue = { kind: 'word', words: ['true', 'false'] };

const LONGER_DELAY = 'give the WATERMARK a longer delay: windows then close so much later';
const WINDOWED = 'group by a window: its state goes when it closes';

function option(name: string, value: OptionValue, unbuilt?: string): OptionInfo {
  return { name, required: false, value, ...(unbuilt !== undefined && { unbuilt }) };
}

function required(name: string, value: OptionValue): OptionInfo {
  return { name, required: true, value };
}

function connector(name: string, options: readonly OptionInfo[], also: Partial<ConnectorInfo> = {}): ConnectorInfo {
  return { name, source: true, sink: false, formats: ['json'], options, sinkOptions: [], fieldOptions: [], ...also };
}

const FORMATS = ['json', 'csv', 'debezium-json'];
const WHOLE: OptionValue = { kind: 'number', min: 0, max: Number.MAX_SAFE_INTEGER, whole: true };

const STATE_LIMIT = option('state_limit', { kind: 'size', minBytes: 1 });

/** The connectors of this release. */
export const ENVIRONMENT: PlannerEnvironment = {
  connectors: [
    connector('http', [], { formats: FORMATS }),
    connector('file', [required('path', TEXT), option('follow', FLAG)], {
      sink: true,
      formats: FORMATS,
      sinkOptions: [required('path', TEXT), option('format', { kind: 'word', words: ['json', 'csv'] })],
    }),
    connector('host', [
      required('metric', { kind: 'word', words: ['cpu', 'memory', 'load', 'network', 'disk'] }),
      option('interval', { kind: 'duration', minMs: 100 }),
    ]),
    connector(
      'datagen',
      [
        option('rows_per_second', { kind: 'number', min: 0, max: 1e9, whole: false }),
        option('number_of_rows', WHOLE),
        option('seed', WHOLE),
      ],
      { fieldOptions: ['kind', 'min', 'max', 'length', 'values', 'null_rate', 'jitter'] },
    ),
    connector('nexmark', [
      required('table', { kind: 'word', words: ['bid', 'auction', 'person'] }),
      option('events', { kind: 'number', min: 0, max: 1e12, whole: true }),
      option('events_per_second', { kind: 'number', min: 0, max: 1e9, whole: false }),
      option('event_rate', { kind: 'number', min: 1, max: 1e9, whole: false }),
      option('seed', WHOLE),
    ]),
    connector('blackhole', [], { source: false, sink: true }),
  ],
  streamOptions: [
    option('format', { kind: 'word', words: FORMATS }),
    option('idle_timeout', { kind: 'duration', minMs: 1 }),
    option('retention', { kind: 'retention' }),
    option('unknown_fields', { kind: 'word', words: ['ignore', 'refuse'] }),
    option('validate', { kind: 'word', words: ['declared', 'used'] }),
    option('max_future', { kind: 'duration', minMs: 0 }),
    option('allowed_lateness', { kind: 'duration', minMs: 0 }, LONGER_DELAY),
    option('state_ttl', { kind: 'duration', minMs: 1 }, WINDOWED),
  ],
  viewOptions: [
    option('retention', { kind: 'retention' }),
    STATE_LIMIT,
    option('allowed_lateness', { kind: 'duration', minMs: 0 }, LONGER_DELAY),
    option('state_ttl', { kind: 'duration', minMs: 1 }, WINDOWED),
  ],
  sinkOptions: [STATE_LIMIT],
};

/** Connectors of the contract that are not built: named in messages, never silently unknown. */
export const UNBUILT_CONNECTORS: ReadonlySet<string> = new Set([
  'kafka',
  'mqtt',
  'nats',
  'redis',
  'kinesis',
  'postgres',
]);
