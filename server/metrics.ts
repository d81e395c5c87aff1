import type { Activity, Histogram, StreamStatus, ViewStatus } from '../runtime/engine/engine.ts';

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export interface MetricsInput {
  readonly streams: readonly StreamStatus[];
  readonly views: readonly ViewStatus[];
  readonly activity: Activity;
  /** By view. */
  readonly subscribers: ReadonlyMap<string, number>;
  /** Subscriptions that got a fresh snapshot since the start: they were too slow, or what they asked for was not held. */
  readonly resets: number;
  readonly memory: NodeJS.MemoryUsage;
  /** ms. */
  readonly at: number;
}

type Kind = 'counter' | 'gauge' | 'histogram';
type Labels = Readonly<Record<string, string>>;

/** Prometheus's text format: per metric its help, its type, and a line per value. */
export function metricsText(input: MetricsInput): string {
  const page = new MetricsPage();
  streamMetrics(page, input);
  viewMetrics(page, input);
  serverMetrics(page, input);
  return page.text;
}

function streamMetrics(page: MetricsPage, { streams, at }: MetricsInput): void {
  const of = (value: (stream: StreamStatus) => number | null): Value[] =>
    streams.map((stream) => [{ stream: stream.name }, value(stream)]);
  page.add(
    'millrace_stream_rows_in_total',
    'counter',
    'Rows accepted.',
    of(({ rowsIn }) => rowsIn),
  );
  page.add(
    'millrace_stream_rows_late_total',
    'counter',
    'Accepted rows behind the watermark.',
    of(({ rowsLate }) => rowsLate),
  );
  page.add(
    'millrace_stream_rows_rejected_total',
    'counter',
    'Rows refused.',
    of(({ rowsRejected }) => rowsRejected),
  );
  page.add(
    'millrace_stream_bytes_total',
    'counter',
    'Bytes of accepted rows.',
    of(({ bytes }) => bytes),
  );
  page.add(
    'millrace_stream_watermark_lag_seconds',
    'gauge',
    'Clock minus watermark.',
    of((s) => lagSeconds(s.watermark, at)),
  );
}

function viewMetrics(page: MetricsPage, { views, activity, subscribers, at }: MetricsInput): void {
  const of = (value: (view: ViewStatus) => number | null): Value[] =>
    views.map((view) => [{ view: view.name, kind: view.kind }, value(view)]);
  const lags = new Map(activity.lags.map(({ view, entries }) => [view, entries]));
  page.add(
    'millrace_view_rows_in_total',
    'counter',
    'Rows read.',
    of(({ counters }) => counters.rowsIn),
  );
  page.add(
    'millrace_view_rows_out_total',
    'counter',
    'Change rows written.',
    of(({ counters }) => counters.rowsOut),
  );
  page.add(
    'millrace_view_rows_late_total',
    'counter',
    'Late rows dropped.',
    of(({ counters }) => counters.late),
  );
  page.add(
    'millrace_view_errors_total',
    'counter',
    'Rows that could not be computed.',
    of(({ counters }) => counters.errors),
  );
  page.add(
    'millrace_view_state_rows',
    'gauge',
    'Rows of state.',
    of(({ counters }) => counters.stateRows),
  );
  page.add(
    'millrace_view_state_bytes',
    'gauge',
    'Bytes of state.',
    of(({ counters }) => counters.stateBytes),
  );
  page.add(
    'millrace_view_batch_ms',
    'gauge',
    'Computing of the last micro-batch, ms.',
    of(({ counters }) => counters.batchMs),
  );
  page.add(
    'millrace_view_lag_entries',
    'gauge',
    'Accepted entries (bodies, polls) not absorbed.',
    of(({ name }) => lags.get(name) ?? null),
  );
  page.add(
    'millrace_view_watermark_lag_seconds',
    'gauge',
    'Clock minus watermark.',
    of((v) => lagSeconds(v.watermark, at)),
  );
  page.add(
    'millrace_view_subscribers',
    'gauge',
    'Subscriptions.',
    of(({ name }) => subscribers.get(name) ?? 0),
  );
  const states = views.map(({ name, kind, state }): Value => [{ view: name, kind, state }, 1]);
  page.add('millrace_view_state', 'gauge', 'The state that a view is in: 1.', states);
}

function serverMetrics(page: MetricsPage, { activity, subscribers, resets, memory }: MetricsInput): void {
  const one = (value: number): Value[] => [[{}, value]];
  const total = [...subscribers.values()].reduce((sum, count) => sum + count, 0);
  page.add('millrace_epoch', 'gauge', 'The last committed epoch.', one(activity.epoch));
  page.histogram('millrace_batch_ms', 'Work of a micro-batch before its commit, ms.', activity.batchMs);
  page.histogram('millrace_commit_ms', 'Commit of an epoch, ms.', activity.commitMs);
  page.add('millrace_pending_entries', 'gauge', 'Accepted entries that wait for a micro-batch.', one(activity.pending));
  page.add('millrace_pending_bytes', 'gauge', 'Bytes of rows that wait for a micro-batch.', one(activity.pendingBytes));
  page.add('millrace_subscriptions', 'gauge', 'Subscriptions, those to ad-hoc queries too.', one(total));
  page.add('millrace_subscription_resets_total', 'counter', 'Subscriptions that got a fresh snapshot.', one(resets));
  page.add('process_resident_memory_bytes', 'gauge', 'Resident memory.', one(memory.rss));
  page.add('process_heap_used_bytes', 'gauge', 'Heap of the main thread.', one(memory.heapUsed));
  page.add('process_external_memory_bytes', 'gauge', 'Buffers outside the heap.', one(memory.external));
}

/** Neither before the first row nor after the end is there a lag. */
function lagSeconds(watermark: number | null, at: number): number | null {
  return watermark === null || watermark === Infinity ? null : (at - watermark) / 1000;
}

/** null: there is no value now. */
type Value = readonly [labels: Labels, value: number | null];

class MetricsPage {
  readonly #lines: string[] = [];

  get text(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  add(name: string, kind: Kind, help: string, values: readonly Value[]): void {
    this.#head(name, kind, help);
    for (const [labels, value] of values) if (value !== null) this.#line(name, labels, value);
  }

  histogram(name: string, help: string, { buckets, count, sum }: Histogram): void {
    this.#head(name, 'histogram', help);
    for (const { upTo, count: within } of buckets) this.#line(`${name}_bucket`, { le: String(upTo) }, within);
    this.#line(`${name}_bucket`, { le: '+Inf' }, count);
    this.#line(`${name}_sum`, {}, sum);
    this.#line(`${name}_count`, {}, count);
  }

  #head(name: string, kind: Kind, help: string): void {
    this.#lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`);
  }

  #line(name: string, labels: Labels, value: number): void {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    this.#lines.push(`${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`);
  }
}

/** As the format wants it in a label's value. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
