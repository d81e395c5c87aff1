import { isDeclared } from '../../runtime/catalog/catalog.ts';
import { derivedFrom, errorsOf } from '../../runtime/catalog/derived-definitions.ts';
import { frameTime } from '../../runtime/engine/frame-time.ts';
import { LocalEngine } from '../../runtime/engine/local-engine.ts';
import { InlineStore } from '../../runtime/store/inline-store.ts';
import { ManualClock } from '../../runtime/time/clock.ts';
import type { Trial, TrialResult, TrialStep, TrialStepResult } from './trial.ts';

const ALL_ROWS = { limit: null, offset: 0 } as const;
const COMMA = Buffer.from(',');

/** Runs a trial on an engine of its own in this thread, which keeps what it needs in `directory` and nothing elsewhere. */
export async function runTrial(trial: Trial, directory: string): Promise<TrialResult> {
  const clock = new ManualClock(trial.startsAt);
  const store = new InlineStore(directory, { instance: 'trial', clock, durable: false });
  const engine = new LocalEngine({ store, clock, filesDirectory: directory, hashSeed: 1, trigger: 'manual' });
  await engine.start();
  try {
    return await new TrialRun(trial, engine).run();
  } finally {
    await engine.shutdown();
  }
}

class TrialRun {
  readonly #trial: Trial;
  readonly #engine: LocalEngine;
  readonly #name: string;
  #now: number;
  #changes: Uint8Array[] = [];

  constructor(trial: Trial, engine: LocalEngine) {
    this.#trial = trial;
    this.#engine = engine;
    this.#name = trial.query.definition.name;
    this.#now = trial.startsAt;
    engine.onEvent((event) => {
      if (event.kind === 'batch') for (const { rows } of event.chunks) this.#changes.push(rows);
    });
  }

  async run(): Promise<TrialResult> {
    const { relations, query, steps } = this.#trial;
    for (const { definition, plan } of [...relations, query]) await this.#engine.create(definition, plan);
    await this.#engine.watch(this.#name);
    const results: TrialStepResult[] = [];
    for (const step of steps) results.push(await this.#step(step));
    return { steps: results, errors: (await this.#engine.rows(errorsOf(this.#name), ALL_ROWS)).rows };
  }

  async #step({ rows, now, end }: TrialStep): Promise<TrialStepResult> {
    this.#changes = [];
    // The clock moves before the rows come, so that they are stamped with it.
    if (now !== null && now > this.#now) await this.#engine.step(now);
    this.#now = now ?? this.#now;
    const inserted = [];
    for (const { stream, body } of rows) {
      inserted.push({ stream, answer: await this.#engine.insert(stream, body, { op: 'upsert', strict: false }) });
    }
    if (end) await this.#endStreams();
    await this.#engine.step(this.#now);
    const { watermark } = await this.#engine.watch(this.#name);
    return {
      now: this.#now,
      watermark: JSON.stringify(watermark === null ? null : frameTime(watermark)),
      inserted,
      changes: joined(this.#changes),
    };
  }

  async #endStreams(): Promise<void> {
    for (const { definition } of this.#trial.relations) {
      if (isDeclared(definition) && derivedFrom(definition) === null)
        await this.#engine.moveWatermark(definition.name, Infinity);
    }
  }
}

function joined(texts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(texts.flatMap((text, index) => (index === 0 ? [text] : [COMMA, text])));
}
