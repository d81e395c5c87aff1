import { assert } from '../errors/assert.ts';
import type { BlobReader } from './blob-reader.ts';
import type { BlobWriter } from './blob-writer.ts';
import { type CheckpointedPart, PanedParts } from './paned.ts';
import { Registers } from './registers.ts';
import type { BagLayout, CheckpointedState, Paned, StateBag, StateRegister, StateTable, TableLayout } from './state.ts';
import { HashedBag } from './state-bag.ts';
import { beginBlob, finishBlob, openBlob } from './state-codec.ts';
import { HashedTable } from './state-table.ts';
import { crc32 } from 'node:zlib';

export interface OperatorStateOptions {
  /** Seeds all hashes; it may differ from run to run, results do not depend on it. */
  readonly hashSeed: number;
}

export function openOperatorState(options: OperatorStateOptions): CheckpointedState {
  return new MemoryState(options.hashSeed);
}

class MemoryState implements CheckpointedState {
  readonly #seed: number;
  readonly #registers = new Registers();
  /** In the order of declaration. */
  readonly #parts = new Map<string, CheckpointedPart>();
  readonly #declarations: string[] = [];

  constructor(seed: number) {
    this.#seed = seed;
  }

  get register(): StateRegister {
    return this.#registers;
  }

  table(name: string, layout: TableLayout): StateTable {
    return this.#declare('table', name, layout, new HashedTable(layout, this.#seed));
  }

  bag(name: string, layout: BagLayout): StateBag {
    return this.#declare('bag', name, layout, new HashedBag(layout, this.#seed));
  }

  panedTables(name: string, layout: TableLayout): Paned<StateTable> {
    const create = () => new HashedTable(layout, this.#seed);
    return this.#declare('paned tables', name, layout, new PanedParts(create));
  }

  panedBags(name: string, layout: BagLayout): Paned<StateBag> {
    return this.#declare('paned bags', name, layout, new PanedParts(() => new HashedBag(layout, this.#seed)));
  }

  encodeDelta(): Uint8Array | null {
    if (!this.#registers.changed && ![...this.#parts.values()].some((part) => part.changed)) return null;
    const blob = beginBlob('delta', this.#fingerprint());
    this.#section(blob, this.#registers, this.#registers.changed);
    for (const part of this.#parts.values()) this.#section(blob, part, part.changed);
    return finishBlob(blob);
  }

  encodeBase(): Uint8Array {
    const blob = beginBlob('base', this.#fingerprint());
    for (const part of [this.#registers, ...this.#parts.values()]) {
      blob.byte(1);
      part.writeBase(blob);
    }
    return finishBlob(blob);
  }

  applyBase(bytes: Uint8Array): void {
    const blob = openBlob(bytes, 'base', this.#fingerprint());
    for (const part of [this.#registers, ...this.#parts.values()]) part.clear();
    this.#apply(blob);
  }

  applyDelta(bytes: Uint8Array): void {
    this.#apply(openBlob(bytes, 'delta', this.#fingerprint()));
  }

  restored(): void {
    for (const part of [this.#registers, ...this.#parts.values()]) part.restored();
  }

  get rows(): number {
    let rows = 0;
    for (const part of this.#parts.values()) rows += part.size;
    return rows;
  }

  get bytes(): number {
    let bytes = 0;
    for (const part of this.#parts.values()) bytes += part.bytes;
    return bytes;
  }

  #declare<T extends CheckpointedPart>(shape: string, name: string, layout: TableLayout | BagLayout, part: T): T {
    assert(!this.#parts.has(name), `the state ${name} is declared twice`);
    this.#parts.set(name, part);
    this.#declarations.push(JSON.stringify([shape, name, layout]));
    return part;
  }

  /** Of everything declared: a blob of another layout is refused. */
  #fingerprint(): number {
    return crc32(this.#declarations.join('\n'));
  }

  #section(blob: BlobWriter, part: Pick<CheckpointedPart, 'writeDelta'>, present: boolean): void {
    blob.byte(present ? 1 : 0);
    if (present) part.writeDelta(blob);
  }

  #apply(blob: BlobReader): void {
    for (const part of [this.#registers, ...this.#parts.values()]) if (blob.flag()) part.apply(blob);
    assert(blob.atEnd, 'a state blob is longer than its content');
  }
}
