import { assert } from '../errors/assert.ts';
import type { BlobReader } from './blob-reader.ts';
import type { BlobWriter } from './blob-writer.ts';
import type { StateRegister } from './state.ts';

/** The registers of one operator: few, so a change of one writes all. */
export class Registers implements StateRegister {
  readonly #values = new Map<string, number>();
  #changed = false;

  get changed(): boolean {
    return this.#changed;
  }

  get(name: string): number | undefined {
    return this.#values.get(name);
  }

  set(name: string, value: number): void {
    if (Object.is(this.#values.get(name), value)) return;
    this.#values.set(name, value);
    this.#changed = true;
  }

  writeDelta(blob: BlobWriter): void {
    this.writeBase(blob);
    this.#changed = false;
  }

  writeBase(blob: BlobWriter): void {
    blob.word(this.#values.size);
    for (const [name, value] of this.#values) {
      blob.text(name);
      blob.number(value);
    }
  }

  apply(blob: BlobReader): void {
    this.#values.clear();
    for (let left = blob.word(); left > 0; left--) {
      const name = blob.text();
      assert(!this.#values.has(name), 'a state blob names a register twice');
      this.#values.set(name, blob.number());
    }
  }

  restored(): void {
    this.#changed = false;
  }

  clear(): void {
    this.#values.clear();
    this.#changed = false;
  }
}
