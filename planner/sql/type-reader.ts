import { NESTING_MAX, tooDeep } from './limits.ts';
import type { TypeNode } from './syntax.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Reads a type: `BIGINT`, `DECIMAL(10, 2)`, `TIMESTAMP(3) WITH TIME ZONE`, `ROW<a BIGINT, b ROW<c STRING>>`. */
export function readType(cursor: TokenCursor, depth = 0): TypeNode {
  if (depth > NESTING_MAX) throw tooDeep(cursor.peek());
  const start = cursor.index;
  const token = cursor.peek();
  if (token.kind !== 'word' || !cursor.seesName()) throw cursor.syntaxError('a type', []);
  if (/^(ARRAY|MAP|MULTISET)$/.test(token.upper)) {
    throw cursor.unsupported(`type ${token.upper}`, 'the type JSON holds arrays and objects');
  }
  cursor.next();
  let name = wholeName(cursor, token.upper);
  const fields = name === 'ROW' || name === 'STRUCT' ? readFields(cursor, depth) : [];
  const args = fields.length > 0 ? [] : readArguments(cursor);
  if (name === 'TIMESTAMP') name = readTimeZone(cursor);
  if (cursor.word() === '[' || cursor.word() === 'ARRAY')
    throw cursor.unsupported('array types', 'the type JSON holds arrays');
  return { name, args, fields, span: cursor.spanFrom(start) };
}

function wholeName(cursor: TokenCursor, first: string): string {
  if (first === 'DOUBLE' && cursor.accept('PRECISION')) return 'DOUBLE PRECISION';
  if ((first === 'CHARACTER' || first === 'CHAR') && cursor.accept('VARYING')) return 'VARCHAR';
  return first === 'CHARACTER' ? 'CHAR' : first;
}

/** All our timestamps are instants; with or without a zone makes the difference of two names only. */
function readTimeZone(cursor: TokenCursor): string {
  if (cursor.accept('WITH', 'TIME', 'ZONE') || cursor.accept('WITH', 'LOCAL', 'TIME', 'ZONE')) return 'TIMESTAMPTZ';
  cursor.accept('WITHOUT', 'TIME', 'ZONE');
  return 'TIMESTAMP';
}

function readArguments(cursor: TokenCursor): readonly number[] {
  if (!cursor.accept('(')) return [];
  const args: number[] = [];
  do {
    const token = cursor.peek();
    if (token.kind !== 'number' || !/^\d{1,9}$/.test(token.text)) throw cursor.syntaxError('a whole number', []);
    args.push(Number(cursor.next().text));
  } while (cursor.accept(','));
  cursor.expect(')');
  return args;
}

function readFields(cursor: TokenCursor, depth: number): TypeNode['fields'] {
  const close = cursor.word() === '(' ? ')' : '>';
  if (!cursor.accept('(')) cursor.expect('<');
  const fields: TypeNode['fields'][number][] = [];
  do {
    const name = cursor.name('the name of a field');
    const type = readType(cursor, depth + 1);
    const notNull = cursor.accept('NOT', 'NULL');
    if (!notNull) cursor.accept('NULL');
    if (cursor.word() === 'DEFAULT')
      throw cursor.unsupported('DEFAULT within a ROW', 'use COALESCE(column.field, value) where it is read');
    fields.push({ name, type, notNull });
  } while (cursor.accept(','));
  cursor.expect(close);
  return fields;
}
