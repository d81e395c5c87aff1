import { allocateNumbers } from '../columns/allocator.ts';
import type { NumberColumn } from '../columns/column.ts';

/**
 * Event time of one stream: W per partition, idle partitions, and the stream's watermark.
 *
 * W(r), the watermark of a row, is the largest of: the event times of the accepted rows before it in its partition
 * minus the delay; watermark commands before it; the stream's watermark when its partition appeared or came back from
 * idle. It depends on the acceptance order alone, never on how rows were cut into bodies or batches.
 *
 * All times are ms. `-Infinity` means none yet, `Infinity` the end of the stream.
 */
export class StreamTime {
  readonly #delayMs: number;
  readonly #idleTimeoutMs: number | null;
  readonly #partitions = new Map<string, PartitionTime>();
  /** Never goes back. */
  #watermark = -Infinity;
  /** Since when all partitions have been idle, and where the watermark stood then. */
  #idleSince: { readonly at: number; readonly watermark: number } | null = null;

  constructor(delayMs: number, idleTimeoutMs: number | null) {
    this.#delayMs = delayMs;
    this.#idleTimeoutMs = idleTimeoutMs;
  }

  get watermark(): number {
    return this.#watermark;
  }

  get ended(): boolean {
    return this.#watermark === Infinity;
  }

  /** W of the partition before its next row. */
  before(partition: string): number {
    const time = this.#partitions.get(partition);
    return time && !time.idle ? time.watermark : Math.max(time?.watermark ?? -Infinity, this.#watermark);
  }

  /** Takes the rows of one slice, in order, into the partition. */
  admit(partition: string, times: NumberColumn, length: number, now: number): Admitted {
    const admitted = admitRows(times, length, this.before(partition), this.#delayMs);
    this.#partitions.set(partition, { watermark: admitted.after, lastRowAt: now, idle: false });
    this.#idleSince = null;
    this.#settle();
    return admitted;
  }

  /** Makes a partition known before its first row, so that the stream waits for it. */
  declare(partition: string, now: number): void {
    if (this.#partitions.has(partition)) return;
    this.#partitions.set(partition, { watermark: this.#watermark, lastRowAt: now, idle: false });
  }

  /** A watermark command, or the end of the stream (Infinity). Returns false where it would go back. */
  moveTo(to: number): boolean {
    if (to < this.#watermark) return false;
    for (const [name, time] of this.#partitions) {
      this.#partitions.set(name, { ...time, watermark: Math.max(time.watermark, to) });
    }
    this.#watermark = to;
    if (this.#idleSince) this.#idleSince = { ...this.#idleSince, watermark: Math.max(this.#idleSince.watermark, to) };
    return true;
  }

  /** The clock is the event time: the watermark follows it, rows or none. Returns whether it moved. */
  tick(now: number): boolean {
    return !this.ended && now - this.#delayMs > this.#watermark && this.moveTo(now - this.#delayMs);
  }

  /** When the last row came, ms; -Infinity when none did. */
  get lastRowAt(): number {
    let last = -Infinity;
    for (const time of this.#partitions.values()) last = Math.max(last, time.lastRowAt);
    return last;
  }

  /** Clock time at which the watermark would be `watermark`, where the clock is the event time. */
  clockAt(watermark: number): number {
    return watermark + this.#delayMs;
  }

  /** A partition that will give no more rows holds nothing back. */
  finish(partition: string): void {
    this.#partitions.delete(partition);
    if (this.#partitions.size > 0) this.#settle();
  }

  /** Marks partitions idle and lets a wholly idle stream follow the clock. Returns whether anything changed. */
  passTime(now: number): boolean {
    if (this.#idleTimeoutMs === null || this.ended || this.#partitions.size === 0) return false;
    const before = this.#watermark;
    const newlyIdle = this.#markIdle(now, this.#idleTimeoutMs);
    if (this.#allIdle()) this.#followClock(now);
    return newlyIdle || this.#watermark > before;
  }

  /** When passTime can next change something (a clock time), Infinity when never. */
  nextDue(now: number, tickMs: number): number {
    if (this.#idleTimeoutMs === null || this.ended || this.#partitions.size === 0) return Infinity;
    if (this.#allIdle()) return this.#watermark === -Infinity ? Infinity : now + tickMs;
    let due = Infinity;
    for (const time of this.#partitions.values()) {
      if (!time.idle) due = Math.min(due, time.lastRowAt + this.#idleTimeoutMs);
    }
    return due;
  }

  save(): SavedStreamTime {
    const partitions = [...this.#partitions].map(([name, time]) => ({
      name,
      watermark: encodeTime(time.watermark),
      lastRowAt: time.lastRowAt,
      idle: time.idle,
    }));
    const idleSince = this.#idleSince && { at: this.#idleSince.at, watermark: encodeTime(this.#idleSince.watermark) };
    return { watermark: encodeTime(this.#watermark), partitions, idleSince };
  }

  restore(saved: SavedStreamTime): void {
    this.#watermark = decodeTime(saved.watermark);
    this.#partitions.clear();
    for (const { name, watermark, lastRowAt, idle } of saved.partitions) {
      this.#partitions.set(name, { watermark: decodeTime(watermark), lastRowAt, idle });
    }
    this.#idleSince = saved.idleSince && { at: saved.idleSince.at, watermark: decodeTime(saved.idleSince.watermark) };
  }

  /** In the order in which they fell silent, as if each had been noticed at once: those that remain hold the stream. */
  #markIdle(now: number, timeoutMs: number): boolean {
    const silent = [...this.#partitions].filter(([, { idle, lastRowAt }]) => !idle && now - lastRowAt >= timeoutMs);
    silent.sort(([, a], [, b]) => a.lastRowAt - b.lastRowAt);
    for (const [place, [name, time]] of silent.entries()) {
      this.#partitions.set(name, { ...time, idle: true });
      if (silent[place + 1]?.[1].lastRowAt !== time.lastRowAt && !this.#allIdle()) this.#settle();
    }
    return silent.length > 0;
  }

  #allIdle(): boolean {
    for (const time of this.#partitions.values()) if (!time.idle) return false;
    return true;
  }

  #followClock(now: number): void {
    if (this.#watermark === -Infinity) return;
    // Since the last partition fell silent, whenever that is noticed: steps of a clock may be long.
    this.#idleSince ??= { at: Math.min(now, this.lastRowAt + this.#idleTimeoutMs!), watermark: this.#watermark };
    this.#watermark = Math.max(this.#watermark, this.#idleSince.watermark + (now - this.#idleSince.at));
  }

  #settle(): void {
    let lowest = Infinity;
    for (const time of this.#partitions.values()) if (!time.idle) lowest = Math.min(lowest, time.watermark);
    if (lowest !== Infinity) this.#watermark = Math.max(this.#watermark, lowest);
  }
}

interface PartitionTime {
  readonly watermark: number;
  readonly lastRowAt: number;
  readonly idle: boolean;
}

export interface Admitted {
  /** W(r) per row; null when no row is late. */
  readonly watermarks: Float64Array | null;
  readonly late: number;
  /** W of the partition after the rows. */
  readonly after: number;
}

export interface SavedStreamTime {
  readonly watermark: SavedTime;
  readonly partitions: readonly {
    readonly name: string;
    readonly watermark: SavedTime;
    readonly lastRowAt: number;
    readonly idle: boolean;
  }[];
  readonly idleSince: { readonly at: number; readonly watermark: SavedTime } | null;
}

/** JSON has no infinities: null is -Infinity, "end" is Infinity. */
export type SavedTime = number | null | 'end';

export function encodeTime(time: number): SavedTime {
  if (time === Infinity) return 'end';
  return time === -Infinity ? null : time;
}

export function decodeTime(saved: SavedTime): number {
  if (saved === 'end') return Infinity;
  return saved ?? -Infinity;
}

/**
 * One pass with a running maximum; a second only where a late row was met, since late rows are rare. `delayMs` is not
 * negative, so that rows in order of time are never late: as far as they are, looking at neighbours is all there is to do.
 */
export function admitRows(column: NumberColumn, length: number, before: number, delayMs: number): Admitted {
  const times = column.values;
  const ordered = column.ascending && times[0]! >= before ? length : orderedRows(times, length, before);
  let watermark = ordered === 0 ? before : Math.max(before, times[ordered - 1]! - delayMs);
  let late = 0;
  for (let row = ordered; row < length; row++) {
    const time = times[row]!;
    if (time < watermark) late++;
    else if (time - delayMs > watermark) watermark = time - delayMs;
  }
  return { watermarks: late === 0 ? null : watermarksOf(times, length, before, delayMs), late, after: watermark };
}

/** How many rows from the first on are neither before `before` nor before their neighbour. */
function orderedRows(times: Float64Array, length: number, before: number): number {
  let last = before;
  for (let row = 0; row < length; row++) {
    const time = times[row]!;
    if (!(time >= last)) return row;
    last = time;
  }
  return length;
}

function watermarksOf(times: Float64Array, length: number, before: number, delayMs: number): Float64Array {
  const watermarks = allocateNumbers(length);
  let watermark = before;
  for (let row = 0; row < length; row++) {
    watermarks[row] = watermark;
    const reached = times[row]! - delayMs;
    if (reached > watermark) watermark = reached;
  }
  return watermarks;
}
