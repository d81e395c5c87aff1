import type { EpochRecord } from './store.ts';

export interface Message<T> {
  readonly value: T;
  readonly transfer: readonly ArrayBuffer[];
}

/**
 * A record that shares no memory with its caller, but for the buffers in `transfer`. Cloning a view clones its whole
 * buffer, so whatever does not cover its own is copied first. Intake and changes are always copied: their owner still
 * computes with them and sends them to subscribers.
 */
export function detachedRecord(record: EpochRecord): Message<EpochRecord> {
  const transfer = new Set<ArrayBuffer>();
  const copy = (bytes: Uint8Array): Uint8Array => {
    const own = new Uint8Array(bytes);
    transfer.add(own.buffer);
    return own;
  };
  const take = (bytes: Uint8Array): Uint8Array => {
    if (!coversBuffer(bytes)) return copy(bytes);
    transfer.add(bytes.buffer);
    return bytes;
  };
  const value = {
    ...record,
    intake: record.intake.map((entry) => ({ ...entry, payload: entry.payload && copy(entry.payload) })),
    deltas: record.deltas.map((delta) => ({ ...delta, bytes: take(delta.bytes) })),
    bases: record.bases.map((base) => ({ ...base, bytes: take(base.bytes) })),
    changes: record.changes.map((change) => ({ ...change, rows: copy(change.rows) })),
  };
  return { value, transfer: [...transfer] };
}

/** Empties what a commit takes over, as handing it to another thread would. */
export function giveUpBuffers(record: EpochRecord): void {
  const buffers = [...record.deltas, ...record.bases].filter(({ bytes }) => coversBuffer(bytes));
  const transfer = [...new Set(buffers.map(({ bytes }) => bytes.buffer as ArrayBuffer))];
  structuredClone(null, { transfer });
}

/** The buffers of all byte arrays in an answer, each of which covers its own. */
export function buffersOf(value: unknown): ArrayBuffer[] {
  if (value instanceof Uint8Array) return coversBuffer(value) ? [value.buffer] : [];
  if (typeof value !== 'object' || value === null) return [];
  return (Array.isArray(value) ? value : Object.values(value)).flatMap(buffersOf);
}

function coversBuffer(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength;
}
