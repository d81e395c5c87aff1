import { problem } from '../errors/problem.ts';
import { REQUEST_MS, type Store } from '../store/store.ts';
import type { Inserted, RequestKey } from './engine.ts';
import type { SavedRequest } from './epoch.ts';

/** Beyond it a body with a key is refused: forgetting an older one early would add its rows twice. */
const REQUESTS_MAX = 1_000_000;

interface UnderWay {
  readonly fingerprint: string;
  readonly answer: Promise<Inserted>;
}

/**
 * Bodies of rows that come under a key (`Idempotency-Key`). What the first was answered is stored in the transaction that
 * makes its rows durable; whoever sends it again within 24 hours gets that answer, and nothing is added.
 */
export class KeyedInserts {
  /** By name: who comes again before the first is answered waits for that answer. */
  readonly #underWay = new Map<string, UnderWay>();

  /** `insert` adds the rows and remembers the answer under `name`. Errors: IDEMPOTENCY_KEY_REUSED, OVERLOADED. */
  run(
    store: Store,
    relation: number,
    { key, fingerprint }: RequestKey,
    now: number,
    insert: (name: string) => Promise<Inserted>,
  ): Promise<Inserted> {
    const name = `${relation}:${key}`;
    const first = this.#underWay.get(name);
    if (first) return first.fingerprint === fingerprint ? first.answer : Promise.reject(reused(key));
    const answer = this.#answer(store, name, { key, fingerprint }, now, insert);
    this.#underWay.set(name, { fingerprint, answer });
    const done = (): void => void this.#underWay.delete(name);
    answer.then(done, done);
    return answer;
  }

  async #answer(
    store: Store,
    name: string,
    { key, fingerprint }: RequestKey,
    now: number,
    insert: (name: string) => Promise<Inserted>,
  ): Promise<Inserted> {
    const { request, held } = await store.readRequest(name);
    if (request && request.at + REQUEST_MS > now) {
      const saved = JSON.parse(request.value) as SavedRequest;
      if (saved.fingerprint !== fingerprint) throw reused(key);
      return saved.answer;
    }
    if (held + this.#underWay.size > REQUESTS_MAX) {
      const hint = 'send more rows in each body, or send them without a key';
      throw problem('OVERLOADED', `${REQUESTS_MAX} keys of the last 24 hours are remembered already`, undefined, hint);
    }
    return insert(name);
  }
}

function reused(key: string): Error {
  return problem(
    'IDEMPOTENCY_KEY_REUSED',
    `Idempotency-Key ${JSON.stringify(key.slice(0, 60))} came with another body before`,
    undefined,
    'nothing was added: a new body needs a new key',
  );
}
