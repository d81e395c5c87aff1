import { assert, unreachable } from '../errors/assert.ts';
import type { CellKind, ExactCells, NumberCells, StateCells, TextCells } from './state.ts';

/** Value cells that a table or bag owns. */
export type OwnedCells = OwnedNumberCells | OwnedExactCells | OwnedTextCells;

function ownedCells(kind: CellKind): OwnedCells {
  switch (kind) {
    case 'number':
      return new OwnedNumberCells();
    case 'exact':
      return new OwnedExactCells();
    case 'text':
      return new OwnedTextCells();
    default:
      return unreachable(kind);
  }
}

class OwnedNumberCells implements NumberCells {
  readonly kind = 'number';
  values = new Float64Array(0);
  valid = new Uint8Array(0);

  grow(capacity: number): void {
    this.values = grownNumbers(this.values, capacity);
    this.valid = grownBytes(this.valid, capacity);
  }

  clear(id: number): void {
    this.values[id] = 0;
    this.valid[id] = 0;
  }

  clearAll(limit: number): void {
    this.values.fill(0, 0, limit);
    this.valid.fill(0, 0, limit);
  }

  get bytes(): number {
    return this.values.byteLength + this.valid.byteLength;
  }
}

export class OwnedExactCells implements ExactCells {
  readonly kind = 'exact';
  /** NaN for a group that `wide` holds: whoever adds to it or compares with it notices. */
  values = new Float64Array(0);
  valid = new Uint8Array(0);
  readonly wide = new Map<number, bigint>();

  get(group: number): bigint {
    return this.wide.get(group) ?? BigInt(this.values[group]!);
  }

  set(group: number, value: bigint): void {
    const number = Number(value);
    this.valid[group] = 1;
    if (Number.isSafeInteger(number)) {
      this.values[group] = number;
      if (this.wide.size > 0) this.wide.delete(group);
      return;
    }
    this.values[group] = Number.NaN;
    this.wide.set(group, value);
  }

  grow(capacity: number): void {
    this.values = grownNumbers(this.values, capacity);
    this.valid = grownBytes(this.valid, capacity);
  }

  clear(id: number): void {
    this.values[id] = 0;
    this.valid[id] = 0;
    this.wide.delete(id);
  }

  clearAll(limit: number): void {
    this.values.fill(0, 0, limit);
    this.valid.fill(0, 0, limit);
    this.wide.clear();
  }

  get bytes(): number {
    return this.values.byteLength + this.valid.byteLength + this.wide.size * 64;
  }
}

/** Texts measured for an estimate of their memory. */
const SAMPLES = 256;

export class OwnedTextCells implements TextCells {
  readonly kind = 'text';
  values: string[] = [];
  valid = new Uint8Array(0);

  grow(capacity: number): void {
    while (this.values.length < capacity) this.values.push('');
    this.valid = grownBytes(this.valid, capacity);
  }

  clear(id: number): void {
    this.values[id] = '';
    this.valid[id] = 0;
  }

  clearAll(limit: number): void {
    this.values.fill('', 0, limit);
    this.valid.fill(0, 0, limit);
  }

  get bytes(): number {
    const { length } = this.values;
    const step = Math.max(1, Math.floor(length / SAMPLES));
    let sampled = 0;
    let units = 0;
    for (let id = 0; id < length; id += step) {
      sampled++;
      const text = this.values[id]!;
      if (text !== '') units += text.length + 16;
    }
    return this.valid.byteLength + length * 8 + (sampled === 0 ? 0 : Math.round((units / sampled) * length));
  }
}

function grownNumbers(values: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(capacity);
  grown.set(values);
  return grown;
}

function grownBytes(bytes: Uint8Array, capacity: number): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(capacity);
  grown.set(bytes);
  return grown;
}

/** All value columns of a table or bag. */
export class CellSet {
  readonly cells: readonly OwnedCells[];
  #capacity = 0;

  constructor(kinds: readonly CellKind[]) {
    this.cells = kinds.map(ownedCells);
  }

  ensureCapacity(capacity: number): void {
    if (capacity <= this.#capacity) return;
    for (const cells of this.cells) cells.grow(capacity);
    this.#capacity = capacity;
  }

  clear(id: number): void {
    for (const cells of this.cells) cells.clear(id);
  }

  /** Clears the ids below `limit`, which are all. */
  clearAll(limit: number): void {
    for (const cells of this.cells) cells.clearAll(limit);
  }

  get bytes(): number {
    return this.cells.reduce((sum, cells) => sum + cells.bytes, 0);
  }
}

export function numberCells(cells: StateCells | undefined): NumberCells {
  assert(cells?.kind === 'number', 'number cells expected');
  return cells;
}

export function exactCells(cells: StateCells | undefined): ExactCells {
  assert(cells?.kind === 'exact', 'exact cells expected');
  return cells;
}
