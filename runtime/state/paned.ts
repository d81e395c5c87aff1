import { assert } from '../errors/assert.ts';
import type { BlobReader } from './blob-reader.ts';
import type { BlobWriter } from './blob-writer.ts';
import type { Paned } from './state.ts';

/** The checkpoint side of a table or bag. */
export interface CheckpointedPart {
  readonly size: number;
  readonly bytes: number;
  /** Whether a delta has anything to say. */
  readonly changed: boolean;
  /** Ends the current delta. */
  writeDelta(blob: BlobWriter): void;
  writeBase(blob: BlobWriter): void;
  /** Reads what either of them wrote. */
  apply(blob: BlobReader): void;
  restored(): void;
  /** Empties it and keeps its memory. */
  clear(): void;
}

/** One table or bag. */
export interface PanePart extends CheckpointedPart {
  /** Rows that it has memory for. */
  readonly allocated: number;
}

/** A dropped part that used less than this share of its memory is not worth keeping. */
const USED_MIN = 1 / 8;

/**
 * Tables or bags by pane, each made by `create`. The memory of the last dropped one serves the next pane: growing anew
 * from nothing would cost about as much as the rows themselves.
 */
export class PanedParts<T extends PanePart> implements Paned<T>, CheckpointedPart {
  readonly #create: () => T;
  readonly #parts = new Map<number, T>();
  /** Panes of the last checkpoint that are gone since. */
  readonly #dropped = new Set<number>();
  /** Panes made since the last checkpoint. */
  readonly #made = new Set<number>();
  #sorted: readonly number[] | null = null;
  #spare: T | null = null;

  constructor(create: () => T) {
    this.#create = create;
  }

  panes(): readonly number[] {
    this.#sorted ??= [...this.#parts.keys()].sort((a, b) => a - b);
    return this.#sorted;
  }

  get(pane: number): T | undefined {
    return this.#parts.get(pane);
  }

  getOrCreate(pane: number): T {
    const known = this.#parts.get(pane);
    if (known !== undefined) return known;
    assert(!Number.isNaN(pane), 'a pane has no number');
    this.#made.add(pane);
    return this.#add(pane);
  }

  drop(pane: number): void {
    const part = this.#parts.get(pane);
    if (part === undefined) return;
    this.#parts.delete(pane);
    this.#sorted = null;
    if (!this.#made.delete(pane)) this.#dropped.add(pane);
    this.#spare = part.size >= part.allocated * USED_MIN ? part : null;
    this.#spare?.clear();
  }

  get size(): number {
    let size = 0;
    for (const part of this.#parts.values()) size += part.size;
    return size;
  }

  get bytes(): number {
    let bytes = this.#spare?.bytes ?? 0;
    for (const part of this.#parts.values()) bytes += part.bytes;
    return bytes;
  }

  get changed(): boolean {
    if (this.#dropped.size > 0 || this.#made.size > 0) return true;
    for (const part of this.#parts.values()) if (part.changed) return true;
    return false;
  }

  writeDelta(blob: BlobWriter): void {
    writePanes(
      blob,
      [...this.#dropped].sort((a, b) => a - b),
    );
    const panes = this.panes().filter((pane) => this.#made.has(pane) || this.#parts.get(pane)!.changed);
    blob.word(panes.length);
    for (const pane of panes) {
      blob.number(pane);
      this.#parts.get(pane)!.writeDelta(blob);
    }
    this.#forgetChanges();
  }

  writeBase(blob: BlobWriter): void {
    writePanes(blob, []);
    blob.word(this.#parts.size);
    for (const pane of this.panes()) {
      blob.number(pane);
      this.#parts.get(pane)!.writeBase(blob);
    }
  }

  apply(blob: BlobReader): void {
    for (let left = blob.word(); left > 0; left--) {
      const pane = blob.number();
      assert(this.#parts.delete(pane), 'a state blob drops a pane that is not there');
      this.#sorted = null;
    }
    for (let left = blob.word(); left > 0; left--) {
      const pane = blob.number();
      assert(!Number.isNaN(pane), 'a pane of a state blob has no number');
      (this.#parts.get(pane) ?? this.#add(pane)).apply(blob);
    }
  }

  restored(): void {
    for (const part of this.#parts.values()) part.restored();
    this.#forgetChanges();
  }

  clear(): void {
    this.#parts.clear();
    this.#spare = null;
    this.#sorted = null;
    this.#forgetChanges();
  }

  #add(pane: number): T {
    const part = this.#spare ?? this.#create();
    this.#spare = null;
    this.#parts.set(pane, part);
    this.#sorted = null;
    return part;
  }

  #forgetChanges(): void {
    this.#dropped.clear();
    this.#made.clear();
  }
}

function writePanes(blob: BlobWriter, panes: readonly number[]): void {
  blob.word(panes.length);
  for (const pane of panes) blob.number(pane);
}
