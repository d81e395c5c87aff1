const NEWLINE = 10;

/** Where a line begins and ends, its newline left out. */
interface LineSpan {
  readonly start: number;
  readonly end: number;
}

/** The lines of bytes[start, end) as decoders count them: blank ones (spaces, tabs, returns) are none. */
function lineSpans(bytes: Buffer, start: number, end: number): LineSpan[] {
  const spans: LineSpan[] = [];
  for (let at = start; at < end; ) {
    const newline = bytes.indexOf(NEWLINE, at);
    const lineEnd = newline < 0 || newline > end ? end : newline;
    if (!isBlank(bytes, at, lineEnd)) spans.push({ start: at, end: lineEnd });
    at = lineEnd + 1;
  }
  return spans;
}

/** The same lines without those, by their numbers from 0. */
export function withoutLines(bytes: Buffer, gone: readonly number[] = []): Buffer {
  if (gone.length === 0) return bytes;
  const numbers = new Set(gone);
  const kept = lineSpans(bytes, 0, bytes.length).filter((_, line) => !numbers.has(line));
  return Buffer.concat(kept.flatMap(({ start, end }) => [bytes.subarray(start, end), Buffer.of(NEWLINE)]));
}

/** The texts of these lines, by their numbers from 0, each cut to 4 KB. */
export function rawLines(bytes: Buffer, start: number, end: number, lines: readonly number[]): string[] {
  if (lines.length === 0) return [];
  const spans = lineSpans(bytes, start, end);
  return lines.map((line) => rawText(bytes, spans[line]!.start, spans[line]!.end));
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isSpace(bytes[at]!)) return false;
  return true;
}

/** Refused rows show so many bytes of theirs. */
const RAW_BYTES_MAX = 4096;

/** The line without the space around it, cut to 4 KB between characters. */
export function rawText(bytes: Buffer, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isSpace(bytes[start]!)) start++;
  while (start < end && isSpace(bytes[end - 1]!)) end--;
  let cut = Math.min(end, start + RAW_BYTES_MAX);
  if (cut < end) for (let back = 0; back < 3 && (bytes[cut]! & 0xc0) === 0x80; back++) cut--;
  return bytes.toString('utf8', start, cut);
}

/** Between lines and their parts; a newline is none. */
export function isSpace(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === 13;
}
