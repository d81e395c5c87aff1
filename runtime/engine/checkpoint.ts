import type { CheckpointedState } from '../state/state.ts';
import type { BaseSegmentRecord, DeltaRecord } from '../store/store.ts';

const SEGMENT_BYTES = 1 << 20;
/** Below this, deltas are not worth replacing by a base. */
const DELTA_BYTES_MIN = 256 << 10;

interface OperatorSize {
  baseBytes: number;
  deltaBytes: number;
}

/**
 * The checkpoint of one dataflow: a delta per changed operator and epoch, and now and then a new base, written in
 * segments that ride along with later epochs, once the deltas since the last base exceed half of it.
 */
export class Checkpoint {
  readonly #dataflow: number;
  /** Number of the first state's operator. */
  readonly #first: number;
  readonly #states: readonly CheckpointedState[];
  readonly #sizes: OperatorSize[];
  #segments: BaseSegmentRecord[] = [];

  constructor(dataflow: number, states: readonly CheckpointedState[], first = 0) {
    this.#dataflow = dataflow;
    this.#first = first;
    this.#states = states;
    this.#sizes = states.map(() => ({ baseBytes: 0, deltaBytes: 0 }));
  }

  /** What this epoch must store. Call once per epoch, after the dataflow has advanced. */
  collect(epoch: number): { readonly deltas: DeltaRecord[]; readonly bases: BaseSegmentRecord[] } {
    const deltas: DeltaRecord[] = [];
    for (const [index, state] of this.#states.entries()) {
      const bytes = state.encodeDelta();
      if (!bytes) continue;
      deltas.push({ dataflow: this.#dataflow, operator: this.#first + index, bytes });
      this.#sizes[index]!.deltaBytes += bytes.length;
    }
    if (this.#segments.length === 0) this.#beginBase(epoch);
    return { deltas, bases: this.#segments.splice(0, 1) };
  }

  get writingBase(): boolean {
    return this.#segments.length > 0;
  }

  /** Loads what the store recovered of one operator. */
  restore(operator: number, base: readonly Uint8Array[], deltas: readonly Uint8Array[]): void {
    const state = this.#states[operator - this.#first]!;
    const size = this.#sizes[operator - this.#first]!;
    if (base.length > 0) {
      const whole = Buffer.concat(base);
      state.applyBase(whole);
      size.baseBytes = whole.length;
    }
    for (const delta of deltas) {
      state.applyDelta(delta);
      size.deltaBytes += delta.length;
    }
  }

  #beginBase(epoch: number): void {
    const index = this.#sizes.findIndex(
      ({ baseBytes, deltaBytes }) => deltaBytes > DELTA_BYTES_MIN && deltaBytes > baseBytes / 2,
    );
    if (index < 0) return;
    const bytes = this.#states[index]!.encodeBase();
    this.#sizes[index] = { baseBytes: bytes.length, deltaBytes: 0 };
    const segments = Math.max(1, Math.ceil(bytes.length / SEGMENT_BYTES));
    for (let segment = 0; segment < segments; segment++) {
      this.#segments.push({
        dataflow: this.#dataflow,
        operator: this.#first + index,
        asOf: epoch,
        segment,
        last: segment === segments - 1,
        bytes: bytes.slice(segment * SEGMENT_BYTES, (segment + 1) * SEGMENT_BYTES),
      });
    }
  }
}
