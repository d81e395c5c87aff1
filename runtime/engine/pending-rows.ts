import type { Entry } from '../intake/entry.ts';

/** What is accepted and not processed, in acceptance order; and how much of what was accepted waits for its commit. */
export class PendingRows {
  #entries: Entry[] = [];
  /** Of the entries. */
  #bytes = 0;
  /** Since the start; of them those that a commit has made durable. */
  #acceptedBytes = 0;
  #durableBytes = 0;

  /** Of entries. */
  get length(): number {
    return this.#entries.length;
  }

  get first(): Entry | undefined {
    return this.#entries[0];
  }

  get rows(): number {
    return this.#entries.reduce((sum, { record }) => sum + record.rows, 0);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** How much was accepted up to now: what `durable` takes once that is committed. */
  get acceptedBytes(): number {
    return this.#acceptedBytes;
  }

  /** Accepted and not both processed and durable. */
  get waitingBytes(): number {
    return Math.max(this.#bytes, this.#acceptedBytes - this.#durableBytes);
  }

  /** The entry that holds the row with this ordinal, where it is not processed yet. */
  withRow(ordinal: number): Entry | undefined {
    return this.#entries.find(({ record }) => record.ordinal + record.rows > ordinal);
  }

  add(entry: Entry): void {
    const bytes = bytesOf(entry);
    this.#entries.push(entry);
    this.#bytes += bytes;
    this.#acceptedBytes += bytes;
  }

  /** The oldest entries, as few as hold so many rows, or all. */
  take(rowsMax: number): Entry[] {
    let rows = 0;
    let count = 0;
    while (count < this.#entries.length && rows < rowsMax) rows += this.#entries[count++]!.record.rows;
    const taken = this.#entries.splice(0, count);
    for (const entry of taken) this.#bytes -= bytesOf(entry);
    return taken;
  }

  durable(acceptedBytes: number): void {
    this.#durableBytes = acceptedBytes;
  }

  /** These came from the store, where all that counts is durable. */
  restart(entries: readonly Entry[]): void {
    this.#entries = [...entries];
    this.#bytes = entries.reduce((sum, entry) => sum + bytesOf(entry), 0);
    this.#durableBytes = this.#acceptedBytes;
  }
}

/** Of its rows as they came. */
export function bytesOf({ record }: Entry): number {
  return record.payload?.length ?? 0;
}
