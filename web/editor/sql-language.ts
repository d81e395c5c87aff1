import { HighlightStyle, StreamLanguage, type StringStream, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { tags } from '@lezer/highlight';
import { isKeyword } from '../sql/segments.ts';

/** What a line begins within: it was opened on a line above. */
interface Within {
  open: 'comment' | 'text' | 'name' | null;
}

const OPENINGS = { "'": 'text', '"': 'name' } as const;
const CLOSINGS = { comment: /^.*?\*\//, text: /^(?:[^']|'')*'(?!')/, name: /^(?:[^"]|"")*"(?!")/ } as const;
const LOOKS = { comment: 'comment', text: 'string', name: 'variableName' } as const;

/**
 * SQL for the eye only: the server reads it, and completion has its own tokens. lang-sql would bring a parser whose
 * tree nobody asks for, a tenth of the editor's size.
 */
const language = StreamLanguage.define<Within>({
  name: 'sql',
  startState: () => ({ open: null }),
  token(stream, state) {
    if (state.open) return within(stream, state);
    if (stream.eatSpace()) return null;
    if (stream.match('/*')) return begin('comment', stream, state);
    if (stream.match(/^--.*/)) return 'comment';
    if (stream.match(/^\d[\w.]*/)) return 'number';
    const word = stream.match(/^[\p{L}_$][\p{L}\p{N}_$]*/u);
    if (word) return wordLook(String(word), stream);
    const sign = stream.next();
    return sign === "'" || sign === '"' ? begin(OPENINGS[sign], stream, state) : null;
  },
  languageData: {
    commentTokens: { line: '--', block: { open: '/*', close: '*/' } },
    closeBrackets: { brackets: ['(', "'", '"'] },
  },
});

function begin(what: NonNullable<Within['open']>, stream: StringStream, state: Within): string {
  state.open = what;
  return within(stream, state);
}

function within(stream: StringStream, state: Within): string {
  const open = state.open!;
  if (stream.match(CLOSINGS[open])) state.open = null;
  else stream.skipToEnd();
  return LOOKS[open];
}

function wordLook(word: string, stream: StringStream): string {
  if (isKeyword(word)) return 'keyword';
  return stream.match(/^\s*\(/, false) ? 'typeName' : 'variableName';
}

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--code-keyword)', fontWeight: '600' },
  { tag: tags.typeName, color: 'var(--code-function)' },
  { tag: tags.string, color: 'var(--code-text)' },
  { tag: tags.number, color: 'var(--code-number)' },
  { tag: tags.comment, color: 'var(--code-comment)', fontStyle: 'italic' },
]);

export function sqlLanguage(): Extension {
  return [language, syntaxHighlighting(colours)];
}
