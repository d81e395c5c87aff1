import { BOOLEAN, STRING } from '../../types/data-type.ts';
import {
  type EmitContext,
  EvaluationError,
  type FunctionDoc,
  type ScalarFunction,
  type Utf8Cell,
} from '../scalar-function.ts';
import { foldCase, type LikePattern, likeMatcher, parseLikePattern } from './like-pattern.ts';
import { signatures } from './signatures.ts';
import { bytesContain, bytesEndWith, bytesEqual, bytesStartWith, horspoolSkips } from './utf8-match.ts';

const like = likeFunction('LIKE', (text) => text, {
  call: 'text LIKE pattern [ESCAPE character]',
  summary: 'Whether a text matches a pattern: % is any text, _ one character, \\ (or ESCAPE) makes the next plain.',
  example: "'millrace' LIKE 'm%r_ce'",
  result: 'true',
});

const ilike = likeFunction('ILIKE', foldCase, {
  call: 'text ILIKE pattern [ESCAPE character]',
  summary: 'LIKE without regard to case.',
  example: "'Millrace' ILIKE 'mill%'",
  result: 'true',
});

/** LIKE and ILIKE, with the escape character as an optional third argument (default backslash, '' for none). */
export const likes: readonly ScalarFunction[] = [like, ilike];

function likeFunction(name: string, fold: Fold, doc: FunctionDoc): ScalarFunction {
  const matcher = cachedMatcher(fold);
  return {
    name,
    doc,
    nulls: 'strict',
    resolve: signatures(
      name,
      { args: [STRING, STRING], type: BOOLEAN },
      { args: [STRING, STRING, STRING], type: BOOLEAN },
    ),
    evaluate: ([text, pattern, escape = BACKSLASH]) =>
      matcher(pattern as string, escape as string)(fold(text as string)),
    emit: (emit, args) => emitLike(emit, args, fold),
  };
}

const BACKSLASH = '\\';

type Fold = (text: string) => string;
type Matcher = (text: string) => boolean;

/** Patterns hardly ever change from row to row: the last one is kept. */
function cachedMatcher(fold: Fold): (pattern: string, escape: string) => Matcher {
  let lastPattern: string | null = null;
  let lastEscape = '';
  let last: Matcher = () => false;
  return (pattern, escape) => {
    if (pattern !== lastPattern || escape !== lastEscape) {
      last = likeMatcher(folded(parseLikePattern(pattern, escape), fold));
      lastPattern = pattern;
      lastEscape = escape;
    }
    return last;
  };
}

function folded({ pieces }: LikePattern, fold: Fold): LikePattern {
  return { pieces: pieces.map(({ text, any }) => ({ text: fold(text), any })) };
}

/** A constant pattern is read once; simple ones are matched on bytes. */
function emitLike(emit: EmitContext, args: readonly string[], fold: Fold): string | null {
  const pattern = constantPattern(emit, args);
  if (pattern === null) return null;
  const cell = emit.utf8(args[0]!);
  const onBytes = cell === null || fold === foldCase ? null : emitBytesMatch(emit, cell, pattern);
  if (onBytes !== null) return onBytes;
  const matches = likeMatcher(folded(pattern, fold));
  return `${emit.constant(fold === foldCase ? (text: string) => matches(foldCase(text)) : matches)}(${args[0]})`;
}

function constantPattern(emit: EmitContext, args: readonly string[]): LikePattern | null {
  const pattern = emit.literal(args[1]!);
  const escape = args[2] === undefined ? BACKSLASH : emit.literal(args[2]);
  if (typeof pattern !== 'string' || typeof escape !== 'string') return null;
  try {
    return parseLikePattern(pattern, escape);
  } catch (error) {
    // Every row fails then, each at its place, as `evaluate` says.
    if (error instanceof EvaluationError) return null;
    throw error;
  }
}

/** Beyond this many bytes a needle could make Horspool's search slow. */
const NEEDLE_MAX = 64;

/** `abc`, `abc%`, `%abc`, `a%c`, `%abc%`. */
function emitBytesMatch(emit: EmitContext, { bytes, start, length }: Utf8Cell, { pieces }: LikePattern): string | null {
  if (pieces.length > 3 || pieces.some(({ any }) => any !== null)) return null;
  const needles = pieces.map(({ text }) => Buffer.from(text));
  const [first, second, third] = needles;
  if (first !== undefined && second === undefined) {
    const needle = emit.constant(first);
    return `(${length} === ${needle}.length && ${emit.constant(bytesEqual)}(${bytes}, ${start}, ${needle}))`;
  }
  if (third !== undefined) return emitContains(emit, { bytes, start, length }, needles);
  const parts = [`${length} >= ${emit.constant(first!.length + second!.length)}`];
  if (first!.length > 0)
    parts.push(`${emit.constant(bytesStartWith)}(${bytes}, ${start}, ${length}, ${emit.constant(first)})`);
  if (second!.length > 0)
    parts.push(`${emit.constant(bytesEndWith)}(${bytes}, ${start}, ${length}, ${emit.constant(second)})`);
  return `(${parts.join(' && ')})`;
}

function emitContains(
  emit: EmitContext,
  { bytes, start, length }: Utf8Cell,
  needles: readonly Buffer[],
): string | null {
  const [before, needle, after] = needles as [Buffer, Buffer, Buffer];
  if (before.length > 0 || after.length > 0 || needle.length === 0 || needle.length > NEEDLE_MAX) return null;
  const contains = emit.constant(bytesContain);
  return `${contains}(${bytes}, ${start}, ${length}, ${emit.constant(needle)}, ${emit.constant(horspoolSkips(needle))})`;
}
