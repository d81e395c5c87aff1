/**
 * The only place that makes the arrays of columns, so that they can later live in WebAssembly or shared memory.
 * Arrays come zeroed.
 */
export function allocateNumbers(length: number): Float64Array {
  return new Float64Array(length);
}

export function allocateInts(length: number): Int32Array {
  return new Int32Array(length);
}

export function allocateBytes(length: number): Uint8Array {
  return new Uint8Array(length);
}

export function allocateWeights(length: number): Int8Array {
  return new Int8Array(length);
}

export function allocateUtf8(length: number): Buffer {
  return Buffer.allocUnsafeSlow(length);
}

/** Of more than one thread. */
export function allocateShared(length: number): SharedArrayBuffer {
  return new SharedArrayBuffer(length);
}
