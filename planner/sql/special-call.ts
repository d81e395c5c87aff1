import type { ExpressionNode, Identifier, OrderNode } from './syntax.ts';
import type { TokenCursor } from './token-cursor.ts';

/** A call's arguments; SQL's own forms with words between them become plain lists. */
export interface SpecialArguments {
  readonly name: Identifier;
  readonly args: readonly ExpressionNode[];
  readonly star: boolean;
  readonly distinct: boolean;
  readonly orderBy: readonly OrderNode[];
}

type Read = () => ExpressionNode;

/**
 * Reads what stands between the brackets of EXTRACT, TRIM, SUBSTRING, POSITION when it is written with words. The cursor
 * is behind the bracket. Null: a plain list of arguments follows.
 */
export function readSpecialArguments(
  cursor: TokenCursor,
  name: Identifier,
  read: Read,
  readWithoutIn: Read,
): SpecialArguments | null {
  switch (name.text.toUpperCase()) {
    case 'EXTRACT':
      return readExtract(cursor, name, read);
    case 'TRIM':
      return readTrim(cursor, name, read);
    case 'SUBSTRING':
      return readSubstring(cursor, name, read);
    case 'POSITION':
      return readPosition(cursor, name, read, readWithoutIn);
    case 'TIMESTAMPADD':
    case 'TIMESTAMPDIFF':
      return readUnit(cursor, name, read);
    case 'OVERLAY':
      return readOverlay(cursor, name, read);
    default:
      return null;
  }
}

/** `EXTRACT(HOUR FROM ts)`: the field becomes a string. */
function readExtract(cursor: TokenCursor, name: Identifier, read: Read): SpecialArguments | null {
  const field = cursor.peek();
  if (cursor.word(1) !== 'FROM') {
    if (cursor.word(1) === ',') return null;
    if (field.kind === 'word' || field.kind === 'string') cursor.next();
    throw cursor.syntaxError(field.kind === 'word' || field.kind === 'string' ? 'FROM' : 'a field such as HOUR', [
      'FROM',
    ]);
  }
  if (field.kind !== 'word' && field.kind !== 'string') throw cursor.syntaxError('a field such as HOUR', []);
  cursor.skip(2);
  const part: ExpressionNode = { kind: 'string', value: field.text, span: cursor.span(field) };
  return plain(name, [part, read()]);
}

/** `TRIM([BOTH|LEADING|TRAILING] [characters] FROM s)`, `TRIM(s)`, `TRIM(s, characters)`. */
function readTrim(cursor: TokenCursor, name: Identifier, read: Read): SpecialArguments | null {
  const side = /^(?:BOTH|LEADING|TRAILING)$/.test(cursor.word()) ? cursor.next().upper : null;
  const text = side === 'LEADING' ? 'LTRIM' : side === 'TRAILING' ? 'RTRIM' : 'BTRIM';
  const called: Identifier = { ...name, text };
  if (cursor.accept('FROM')) return plain(called, trimmed(cursor, [read()], read));
  const first = read();
  if (cursor.accept('FROM')) return plain(called, [read(), first]);
  if (side === null) return plain(cursor.word() === ',' ? called : name, trimmed(cursor, [first], read));
  return plain(called, trimmed(cursor, [first], read));
}

function trimmed(cursor: TokenCursor, args: readonly ExpressionNode[], read: Read): readonly ExpressionNode[] {
  return cursor.accept(',') ? [...args, read()] : args;
}

/** `SUBSTRING(s FROM a [FOR n])`, `SUBSTRING(s FOR n)`; `SUBSTRING(s FROM 'pattern')` is the call REGEXP_SUBSTRING. */
function readSubstring(cursor: TokenCursor, name: Identifier, read: Read): SpecialArguments {
  const args = [read()];
  if (cursor.word() === 'SIMILAR')
    throw cursor.unsupported('SUBSTRING ... SIMILAR', "write SUBSTRING(text FROM 'pattern') with a regular expression");
  if (cursor.word() === ',') {
    while (cursor.accept(',')) args.push(read());
    return plain(substringName(name, args), args);
  }
  const from = cursor.accept('FROM') ? read() : null;
  const length = cursor.accept('FOR') ? read() : null;
  const first = from ?? (length === null ? null : ({ kind: 'number', text: '1', span: length.span } as const));
  const all = [...args, ...(first === null ? [] : [first]), ...(length === null ? [] : [length])];
  return plain(substringName(name, all), all);
}

/** A text where the position would be is a regular expression, as in PostgreSQL. */
function substringName(name: Identifier, args: readonly ExpressionNode[]): Identifier {
  return args.length === 2 && args[1]!.kind === 'string' ? { ...name, text: 'REGEXP_SUBSTRING' } : name;
}

/** `TIMESTAMPDIFF(DAY, a, b)`: the unit becomes a string. */
function readUnit(cursor: TokenCursor, name: Identifier, read: Read): SpecialArguments | null {
  const unit = cursor.peek();
  if (unit.kind !== 'word' || cursor.word(1) !== ',') return null;
  cursor.next();
  const args: ExpressionNode[] = [{ kind: 'string', value: unit.text, span: cursor.span(unit) }];
  while (cursor.accept(',')) args.push(read());
  return plain(name, args);
}

/** `OVERLAY(s PLACING r FROM a [FOR n])`. */
function readOverlay(cursor: TokenCursor, name: Identifier, read: Read): SpecialArguments {
  const args = [read()];
  if (!cursor.accept('PLACING')) {
    while (cursor.accept(',')) args.push(read());
    return plain(name, args);
  }
  args.push(read());
  if (!cursor.accept('FROM')) throw cursor.syntaxError('FROM and a position', ['FROM']);
  args.push(read());
  if (cursor.accept('FOR')) args.push(read());
  return plain(name, args);
}

/** `POSITION(a IN b)`: a is no condition, so IN never belongs to it. */
function readPosition(cursor: TokenCursor, name: Identifier, read: Read, readWithoutIn: Read): SpecialArguments {
  const args = [readWithoutIn()];
  if (cursor.accept('IN')) args.push(readWithoutIn());
  while (cursor.accept(',')) args.push(read());
  return plain(name, args);
}

function plain(name: Identifier, args: readonly ExpressionNode[]): SpecialArguments {
  return { name, args, star: false, distinct: false, orderBy: [] };
}
