import { NONE, type Retention } from '../catalog/retention.ts';

/** A log is cut in about so many segments: what leaves it leaves in whole ones. */
const SEGMENTS = 32;
/** Of a log that keeps nothing. */
const LEAST_MS = 1000;
const LEAST_BYTES = 1 << 20;

/** Some neighbours in a log. `upTo`: number of the last; `at`: clock at the last; `mark`: what the owner notes of the last. */
export interface Segment {
  readonly upTo: number;
  readonly at: number;
  readonly bytes: number;
  readonly entries: number;
  readonly mark: number | null | 'end';
}

/** As it is stored: the segment that grows with every entry, and the rest, which changes seldom. */
export interface SavedHeldLog {
  readonly closed: readonly Segment[];
  readonly trimmed: Pick<Segment, 'upTo' | 'mark'> | null;
}

/**
 * What a log holds, in segments, without its content: how much, since when, and what is beyond a retention. It depends on
 * what was added alone: on each entry's number, size and clock, not on when anybody looked.
 */
export class HeldLog {
  readonly #retention: Retention;
  #closed: Segment[] = [];
  #open: Segment | null = null;
  #trimmed: SavedHeldLog['trimmed'] = null;
  /** Whether `closed` or `trimmed` changed since they were saved. */
  changed = false;

  constructor(retention: Retention) {
    this.#retention = retention;
  }

  add(entry: Segment): void {
    const open = this.#open;
    if (open && !this.#fits(open, entry)) {
      this.#closed.push(open);
      this.changed = true;
    }
    this.#open = open && this.#fits(open, entry) ? joined(open, entry) : entry;
  }

  /** Number of the newest entry that was ever added; 0: none was. */
  get newest(): number {
    return (this.#open ?? this.#closed.at(-1) ?? this.#trimmed)?.upTo ?? 0;
  }

  get bytes(): number {
    return this.#all().reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Whether something will leave by time alone. */
  get mayExpire(): boolean {
    return this.#retention.ms !== Infinity && this.#open !== null;
  }

  get entries(): number {
    return this.#all().reduce((sum, { entries }) => sum + entries, 0);
  }

  /** The newest that left: nothing up to it is held. */
  get trimmed(): SavedHeldLog['trimmed'] {
    return this.#trimmed;
  }

  /** The newest that is beyond a retention (its own if none is given), with all before it; null: nothing is. */
  beyond(now: number, retention: Retention = this.#retention): Segment | null {
    let bytes = 0;
    let newer = 0;
    for (const segment of this.#all().reverse()) {
      bytes += segment.bytes;
      const tooMuch = newer > 0 && bytes > retention.bytes;
      if (retention === NONE || segment.at < now - retention.ms || tooMuch || newer >= retention.entries)
        return segment;
      newer += segment.entries;
    }
    return null;
  }

  /** Lets whole segments go, up to this number at most. Answers the last number that went; null: none did. */
  trim(upTo: number): number | null {
    const gone = this.#all().filter((segment) => segment.upTo <= upTo);
    const last = gone.at(-1);
    if (!last) return null;
    this.#closed = this.#closed.slice(gone.length);
    if (this.#open === last) this.#open = null;
    this.#trimmed = { upTo: last.upTo, mark: last.mark };
    this.changed = true;
    return last.upTo;
  }

  saveOpen(): Segment | null {
    return this.#open;
  }

  save(): SavedHeldLog {
    this.changed = false;
    return { closed: this.#closed, trimmed: this.#trimmed };
  }

  restore(open: Segment | null, { closed, trimmed }: SavedHeldLog): void {
    this.#open = open;
    this.#closed = [...closed];
    this.#trimmed = trimmed;
    this.changed = false;
  }

  #fits(open: Segment, entry: Segment): boolean {
    const { ms, bytes, entries } = this.#retention;
    const none = this.#retention === NONE;
    // An open segment has the clock of its last entry, so its span is bounded by that of the retention's clock cells.
    return (
      sameCell(open.at, entry.at, none ? LEAST_MS : ms / SEGMENTS) &&
      open.bytes + entry.bytes <= (none ? LEAST_BYTES : bytes / SEGMENTS) &&
      open.entries + entry.entries <= (none ? Infinity : Math.max(1, entries / SEGMENTS))
    );
  }

  #all(): Segment[] {
    return this.#open ? [...this.#closed, this.#open] : [...this.#closed];
  }
}

/** Whether two times fall into the same cell of a grid of this size. */
function sameCell(a: number, b: number, size: number): boolean {
  return size === Infinity || Math.floor(a / size) === Math.floor(b / size);
}

function joined(open: Segment, entry: Segment): Segment {
  const { upTo, at, mark } = entry;
  return { upTo, at, mark, bytes: open.bytes + entry.bytes, entries: open.entries + entry.entries };
}
