/** What could not be computed, a row or the result of a group: one row of `<view>$errors`. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** The row, or the key of the group, as a JSON object. */
  readonly row: string;
}

/** Rows that an operator could not compute, or whose result cannot be represented, by error code. */
export type FailedCounts = ReadonlyMap<string, number>;

/**
 * The failures of one operator. What is taken back was never there, so its failure counts nothing; but within one
 * micro-batch the failure of a row that goes and that of an equal row that comes are one that stands.
 */
export class FailureLog {
  readonly #counts = new Map<string, number>();
  #come: Failure[] = [];
  /** Rows that went, by text. */
  readonly #gone = new Map<string, number>();

  /** Since the graph was built. */
  get counts(): FailedCounts {
    return this.#counts;
  }

  /** `weight`: copies of the row that come, or below 0 that go. */
  add(failure: Failure, weight: number): void {
    for (let copy = 0; copy < weight; copy++) this.#come.push(failure);
    if (weight < 0) this.#gone.set(keyOf(failure), (this.#gone.get(keyOf(failure)) ?? 0) - weight);
  }

  /** Ends the micro-batch: the failures that are new, in the order in which they were met. */
  take(): readonly Failure[] {
    const fresh = this.#gone.size === 0 ? this.#come : this.#come.filter((failure) => !this.#stood(failure));
    this.#come = [];
    if (this.#gone.size > 0) this.#gone.clear();
    for (const { code } of fresh) this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
    return fresh;
  }

  #stood(failure: Failure): boolean {
    const key = keyOf(failure);
    const copies = this.#gone.get(key) ?? 0;
    if (copies > 0) this.#gone.set(key, copies - 1);
    return copies > 0;
  }
}

function keyOf({ code, message, row }: Failure): string {
  return `${code} ${message} ${row}`;
}
