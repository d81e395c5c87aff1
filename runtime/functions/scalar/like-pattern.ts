import { EvaluationError } from '../scalar-function.ts';

/**
 * LIKE patterns: `%` stands for any text, `_` for one character (code point). A pattern is a list of pieces between
 * its `%`: the first is anchored at the start of the text, the last at its end, and those between are found from left
 * to right, each at its first place, which is never wrong because an earlier place leaves more text to the rest.
 * Work is bounded by text times the longest piece; pieces without `_` are searched in linear time.
 */
export interface LikePattern {
  readonly pieces: readonly Piece[];
}

/** The text between two `%`. */
export interface Piece {
  readonly text: string;
  /** Per code unit of `text` whether it is a `_`; null when there are none. */
  readonly any: readonly boolean[] | null;
}

/** Beyond this many characters a piece with `_` could make matching slow. */
const ANY_PIECE_MAX = 1000;

/** Reads a pattern. `escape`: one character, or '' for none. Throws INVALID_ARGUMENT as PostgreSQL does. */
export function parseLikePattern(pattern: string, escape: string): LikePattern {
  checkEscape(escape);
  const pieces: Piece[] = [];
  let characters: string[] = [];
  let any: boolean[] = [];
  let escaped = false;
  for (const character of pattern) {
    if (!escaped && character === escape) escaped = true;
    else if (!escaped && character === '%') {
      pieces.push(piece(characters, any));
      characters = [];
      any = [];
    } else {
      characters.push(character);
      any.push(!escaped && character === '_');
      escaped = false;
    }
  }
  if (escaped) throw new EvaluationError('INVALID_ARGUMENT', 'a LIKE pattern must not end with its escape character');
  pieces.push(piece(characters, any));
  return { pieces };
}

function checkEscape(escape: string): void {
  if (Array.from(escape).length > 1)
    throw new EvaluationError('INVALID_ARGUMENT', 'ESCAPE takes one character or none');
}

function piece(characters: readonly string[], any: readonly boolean[]): Piece {
  if (!any.includes(true)) return { text: characters.join(''), any: null };
  if (characters.length > ANY_PIECE_MAX) {
    throw new EvaluationError('INVALID_ARGUMENT', `more than ${ANY_PIECE_MAX} characters with _ between two %`);
  }
  // One flag per code unit: `_` is one unit, an astral character two.
  const flags = characters.flatMap((character, index) => new Array<boolean>(character.length).fill(any[index]!));
  return { text: characters.join(''), any: flags };
}

/** A function that says whether a text matches. */
export function likeMatcher({ pieces }: LikePattern): (text: string) => boolean {
  const first = pieces[0]!;
  if (pieces.length === 1) return (text) => matchAt(first, text, 0) === text.length;
  const last = pieces.at(-1)!;
  const middle = pieces
    .slice(1, -1)
    .filter(({ text }) => text !== '')
    .map(pieceFinder);
  return (text) => {
    let at = matchAt(first, text, 0);
    for (let index = 0; index < middle.length && at >= 0; index++) at = middle[index]!(text, at);
    return at >= 0 && matchesEnd(last, text, at);
  };
}

/** The end of a piece that stands at `from`, or -1. */
function matchAt(piece: Piece, text: string, from: number): number {
  if (piece.any === null) return text.startsWith(piece.text, from) ? from + piece.text.length : -1;
  let at = from;
  for (let index = 0; index < piece.text.length; index++) {
    if (at >= text.length) return -1;
    if (piece.any[index]) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
    else if (text.charCodeAt(at++) !== piece.text.charCodeAt(index)) return -1;
  }
  return at;
}

function matchesEnd(piece: Piece, text: string, from: number): boolean {
  if (piece.any === null) return text.length - from >= piece.text.length && text.endsWith(piece.text);
  let start = text.length;
  for (let index = piece.text.length - 1; index >= 0 && start >= from; index--) {
    start -= piece.any[index] && endsInPair(text, start) ? 2 : 1;
  }
  return start >= from && matchAt(piece, text, start) === text.length;
}

function endsInPair(text: string, end: number): boolean {
  const low = text.charCodeAt(end - 1);
  const high = text.charCodeAt(end - 2);
  return low >= 0xdc00 && low < 0xe000 && high >= 0xd800 && high < 0xdc00;
}

/** A function that gives the end of the first place of the piece at or after a position, or -1. */
function pieceFinder(piece: Piece): (text: string, from: number) => number {
  const { text: needle } = piece;
  if (piece.any !== null) return (text, from) => findWithAny(piece, text, from);
  if (needle.length > NATIVE_SEARCH_MAX) return linearFinder(needle);
  return (text, from) => {
    const found = text.indexOf(needle, from);
    return found < 0 ? -1 : found + needle.length;
  };
}

/** The engine's own search is quadratic at worst, which does not matter for short needles. */
const NATIVE_SEARCH_MAX = 32;

function findWithAny(piece: Piece, text: string, from: number): number {
  for (let at = from; at < text.length; at += text.codePointAt(at)! > 0xffff ? 2 : 1) {
    const end = matchAt(piece, text, at);
    if (end >= 0) return end;
  }
  return -1;
}

/** Knuth, Morris, Pratt (1977): never goes back in the text. */
function linearFinder(needle: string): (text: string, from: number) => number {
  const fallback = borderTable(needle);
  return (text, from) => {
    let matched = 0;
    for (let at = from; at < text.length; at++) {
      while (matched > 0 && needle.charCodeAt(matched) !== text.charCodeAt(at)) matched = fallback[matched - 1]!;
      if (needle.charCodeAt(matched) === text.charCodeAt(at)) matched++;
      if (matched === needle.length) return at + 1;
    }
    return -1;
  };
}

/** For each prefix of the needle: the length of its longest proper border. */
function borderTable(needle: string): Int32Array {
  const borders = new Int32Array(needle.length);
  let length = 0;
  for (let index = 1; index < needle.length; index++) {
    while (length > 0 && needle.charCodeAt(index) !== needle.charCodeAt(length)) length = borders[length - 1]!;
    if (needle.charCodeAt(index) === needle.charCodeAt(length)) length++;
    borders[index] = length;
  }
  return borders;
}

/** Folds case character by character, so that no text changes its number of characters. */
export function foldCase(text: string): string {
  let folded = '';
  for (const character of text) {
    const lower = character.toLowerCase();
    folded += lower.length === character.length ? lower : character;
  }
  return folded;
}
