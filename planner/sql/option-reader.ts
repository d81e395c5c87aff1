import { problem } from '../../runtime/errors/problem.ts';
import type { Identifier, OptionNode } from './syntax.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Reads `WITH (name = value, ...)` if it comes next. Names may have dots, values may be quoted or bare. */
export function readOptions(cursor: TokenCursor): readonly OptionNode[] {
  if (!cursor.accept('WITH')) return [];
  if (cursor.word() !== '(') throw cursor.syntaxError('"(" and options', []);
  cursor.next();
  const options: OptionNode[] = [];
  do options.push(readOption(cursor, options));
  while (cursor.accept(','));
  cursor.close('"," or ")"', []);
  return options;
}

function readOption(cursor: TokenCursor, before: readonly OptionNode[]): OptionNode {
  const start = cursor.index;
  const name = readOptionName(cursor);
  if (before.some((option) => option.name.text.toLowerCase() === name.text.toLowerCase())) {
    throw problem('INVALID_OPTION', `option ${name.text} is given twice`, name.span);
  }
  if (cursor.word() !== '=') throw cursor.syntaxError(`"=" and the value of ${name.text}`, []);
  cursor.next();
  const value = readOptionValue(cursor);
  return { name, value, span: cursor.spanFrom(start) };
}

/** `format`, `fields.price.kind`, `'connector'`; any word will do. */
function readOptionName(cursor: TokenCursor): Identifier {
  const start = cursor.index;
  const first = cursor.peek();
  if (first.kind !== 'word' && first.kind !== 'quoted' && first.kind !== 'string')
    throw cursor.syntaxError('the name of an option', []);
  cursor.next();
  let text = first.text;
  while (cursor.accept('.')) {
    const part = cursor.peek();
    if (part.kind !== 'word' && part.kind !== 'quoted') throw cursor.syntaxError('the name of an option', []);
    text += `.${cursor.next().text}`;
  }
  return { text, quoted: first.kind !== 'word', span: cursor.spanFrom(start) };
}

/** A string, `INTERVAL '5' SECOND` as its text, or bare words and signs without space between: `100`, `debezium-json`. */
function readOptionValue(cursor: TokenCursor): string {
  const first = cursor.peek();
  if (first.kind === 'string') return cursor.next().text;
  if (first.upper === 'INTERVAL' && cursor.peek(1).kind === 'string') {
    cursor.next();
    const text = cursor.next().text;
    return cursor.peek().kind === 'word' ? `${text} ${cursor.next().text}` : text;
  }
  let value = '';
  for (
    let token = first;
    isBarePart(cursor) && (value === '' || token.start === cursor.peek(-1).end);
    token = cursor.peek()
  ) {
    value += cursor.next().text;
  }
  if (value === '' || value === '-') throw cursor.syntaxError('the value of an option', []);
  return value;
}

function isBarePart(cursor: TokenCursor): boolean {
  const token = cursor.peek();
  return token.kind === 'word' || token.kind === 'number' || /^[-.+]$/.test(token.upper);
}
