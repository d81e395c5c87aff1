/** Texts as sequences of characters (code points); JavaScript counts UTF-16 units. */

/** Whether every character is one UTF-16 unit, the usual case. */
export function isPlain(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0xd800 && unit < 0xe000) return false;
  }
  return true;
}

export function characterCount(text: string): number {
  if (isPlain(text)) return text.length;
  let count = 0;
  for (let at = 0; at < text.length; at += widthAt(text, at)) count++;
  return count;
}

/** Characters from .. to (0-based, half-open; bounds beyond the text are moved into it). */
export function sliceCharacters(text: string, from: number, to: number): string {
  if (isPlain(text)) return text.slice(Math.max(0, from), Math.max(0, to));
  let at = 0;
  let index = 0;
  for (; index < from && at < text.length; index++) at += widthAt(text, at);
  const start = at;
  for (; index < to && at < text.length; index++) at += widthAt(text, at);
  return text.slice(start, at);
}

function widthAt(text: string, at: number): number {
  return text.codePointAt(at)! > 0xffff ? 2 : 1;
}
