import { type ReadonlySignal, signal } from '@preact/signals';
import type { StreamJson, ViewJson } from '../../server/protocol.ts';
import type { Api } from '../net/api.ts';
import { Meter } from './meter.ts';
import { pastRates } from './past-rates.ts';

const READ_EVERY_MS = 1000;

export interface Rated<T> {
  readonly item: T;
  /** Rows per second: into a stream, changes out of a view. */
  readonly rate: number;
  readonly history: readonly number[];
}

export interface Status {
  readonly views: readonly Rated<ViewJson>[];
  readonly streams: readonly Rated<StreamJson>[];
  /** Rows per second into all streams. */
  readonly intake: { readonly rate: number; readonly history: readonly number[] };
  /** Changes per second out of all views. */
  readonly output: { readonly rate: number; readonly history: readonly number[] };
}

/** What the server runs, read again every second while somebody looks. Null before the first answer. */
export class StatusReader {
  readonly #api: Api;
  readonly #isWatched: () => boolean;
  readonly #status = signal<Status | null>(null);
  readonly #meters = new Map<string, Meter>();
  #reading = false;

  constructor(api: Api, isWatched: () => boolean) {
    this.#api = api;
    this.#isWatched = isWatched;
  }

  get status(): ReadonlySignal<Status | null> {
    return this.#status;
  }

  start(): void {
    void this.#readPast().then(() => this.read());
    setInterval(() => {
      if (this.#isWatched()) void this.read();
    }, READ_EVERY_MS);
  }

  /** The server remembers its last batches: the page need not begin with an empty past. */
  async #readPast(): Promise<void> {
    const answer = await this.#api.batches();
    if (answer.kind !== 'ok') return;
    const { rowsIn, rowsOut } = pastRates(answer.value.batches, Date.now());
    this.#meterOf('intake').seed(rowsIn);
    this.#meterOf('output').seed(rowsOut);
  }

  /** Reads now, for instance after something was created. One reading at a time; a failed one changes nothing. */
  async read(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    const [views, streams] = await Promise.all([this.#api.views(), this.#api.streams()]);
    this.#reading = false;
    if (views.kind !== 'ok' || streams.kind !== 'ok') return;
    this.#status.value = this.#rate(views.value.views, streams.value.streams, Date.now());
  }

  #rate(views: readonly ViewJson[], streams: readonly StreamJson[], now: number): Status {
    return {
      views: views.map((item) => ({ item, ...this.#meter(`view ${item.name}`, item.counters.rowsOut, now) })),
      streams: streams.map((item) => ({ item, ...this.#meter(`stream ${item.name}`, item.rowsIn, now) })),
      intake: this.#meter('intake', sum(streams.map(({ rowsIn }) => rowsIn)), now),
      output: this.#meter('output', sum(views.map(({ counters }) => counters.rowsOut)), now),
    };
  }

  #meter(name: string, total: number, now: number): { readonly rate: number; readonly history: readonly number[] } {
    const meter = this.#meterOf(name);
    meter.read(total, now);
    return { rate: meter.rate, history: meter.history };
  }

  #meterOf(name: string): Meter {
    const meter = this.#meters.get(name) ?? new Meter();
    this.#meters.set(name, meter);
    return meter;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
