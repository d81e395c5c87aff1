/** Searches in slices of valid UTF-8. As a code point never starts inside another, bytes match where texts match. */

/** Whether needle stands at this position; the caller has compared the lengths. */
export function bytesEqual(bytes: Uint8Array, start: number, needle: Uint8Array): boolean {
  for (let index = 0; index < needle.length; index++) {
    if (bytes[start + index] !== needle[index]) return false;
  }
  return true;
}

export function bytesStartWith(bytes: Uint8Array, start: number, length: number, needle: Uint8Array): boolean {
  return length >= needle.length && bytesEqual(bytes, start, needle);
}

export function bytesEndWith(bytes: Uint8Array, start: number, length: number, needle: Uint8Array): boolean {
  return length >= needle.length && bytesEqual(bytes, start + length - needle.length, needle);
}

/** Horspool (1980): skips by the last byte under the window. `skips` comes from `horspoolSkips(needle)`. */
export function bytesContain(
  bytes: Uint8Array,
  start: number,
  length: number,
  needle: Uint8Array,
  skips: Int32Array,
): boolean {
  const last = start + length - needle.length;
  for (let at = start; at <= last; at += skips[bytes[at + needle.length - 1]!]!) {
    if (bytesEqual(bytes, at, needle)) return true;
  }
  return false;
}

/** How far the window may move when its last byte is b. The needle is not empty. */
export function horspoolSkips(needle: Uint8Array): Int32Array {
  const skips = new Int32Array(256).fill(needle.length);
  for (let index = 0; index < needle.length - 1; index++) skips[needle[index]!] = needle.length - 1 - index;
  return skips;
}
