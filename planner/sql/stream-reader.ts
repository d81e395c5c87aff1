import { problem } from '../../runtime/errors/problem.ts';
import { readExpression } from './expression-reader.ts';
import { readOptions } from './option-reader.ts';
import { readQuery } from './query-reader.ts';
import type { ColumnNode, CreateStream, ExpressionNode, Identifier, TypeNode } from './syntax.ts';
import type { TokenCursor } from './token-cursor.ts';
import { readType } from './type-reader.ts';
import { remedyFor } from './remedy.ts';

type PrimaryKey = NonNullable<CreateStream['primaryKey']>;
type Watermark = NonNullable<CreateStream['watermark']>;
type Body = Pick<CreateStream, 'columns' | 'primaryKey' | 'watermark' | 'options'>;

/** Reads what follows the name in CREATE STREAM, TABLE or SOURCE: columns, constraints, watermark and options. */
export function readStreamBody(cursor: TokenCursor): Body {
  if (cursor.word() === 'AS') throw cursor.unsupported('CREATE ... AS', 'use CREATE MATERIALIZED VIEW ... AS');
  if (cursor.word() !== '(') throw cursor.syntaxError('"(" and the columns', []);
  const elements = new StreamElements(cursor);
  cursor.next();
  do elements.read();
  while (cursor.accept(','));
  cursor.close('"," or ")"', COLUMN_WORDS);
  if (/^(?:PARTITIONED|CLUSTERED|COMMENT|APPEND|INCLUDE|FORMAT)$/.test(cursor.word())) {
    throw cursor.unsupported(
      `${cursor.word()} in CREATE`,
      "options stand in WITH (...), for example WITH (format = 'json')",
    );
  }
  return { ...elements.result(), options: readOptions(cursor) };
}

const COLUMN_WORDS = ['NOT', 'NULL', 'DEFAULT', 'PRIMARY', 'AS', 'WATERMARK'];

class StreamElements {
  readonly #cursor: TokenCursor;
  readonly #columns: ColumnNode[] = [];
  #primaryKey: PrimaryKey | null = null;
  #watermark: Watermark | null = null;

  constructor(cursor: TokenCursor) {
    this.#cursor = cursor;
  }

  result(): Pick<CreateStream, 'columns' | 'primaryKey' | 'watermark'> {
    return { columns: this.#columns, primaryKey: this.#primaryKey, watermark: this.#watermark };
  }

  read(): void {
    const cursor = this.#cursor;
    if (cursor.sees('WATERMARK', 'FOR')) this.#readWatermark();
    else if (cursor.sees('PRIMARY', 'KEY')) this.#readKeyList();
    else if (cursor.word() === 'CONSTRAINT' && cursor.sees('CONSTRAINT', cursor.word(1), 'PRIMARY', 'KEY')) {
      cursor.next();
      cursor.name('the name of the constraint');
      this.#readKeyList();
    } else {
      this.#refuseElement();
      this.#readColumn();
    }
  }

  #refuseElement(): void {
    const cursor = this.#cursor;
    const word = cursor.word();
    if (/^(?:UNIQUE|CHECK|EXCLUDE)$/.test(word) && cursor.word(1) === '(')
      throw cursor.unsupported(`${word} constraints`, remedyFor(word));
    if (word === 'FOREIGN' && cursor.word(1) === 'KEY') throw cursor.unsupported('FOREIGN KEY', remedyFor(word));
    if (word === 'LIKE') throw cursor.unsupported('LIKE in CREATE', 'list the columns');
    if (word === '*') throw cursor.unsupported('"*" in CREATE', 'list the columns');
  }

  #readWatermark(): void {
    const cursor = this.#cursor;
    const start = cursor.index;
    if (this.#watermark !== null) throw problem('SYNTAX_ERROR', 'a stream has one WATERMARK', cursor.span());
    cursor.expect('WATERMARK', 'FOR');
    const column = cursor.simpleName('the time column');
    cursor.expect('AS');
    const expression = readExpression(cursor, readQuery);
    this.#watermark = { column, expression, span: cursor.spanFrom(start) };
  }

  #readKeyList(): void {
    const cursor = this.#cursor;
    const start = cursor.index;
    this.#checkFirstKey();
    cursor.expect('PRIMARY', 'KEY', '(');
    const columns: Identifier[] = [];
    do columns.push(cursor.simpleName('the name of a column'));
    while (cursor.accept(','));
    cursor.expect(')');
    cursor.accept('NOT', 'ENFORCED');
    this.#primaryKey = { columns, span: cursor.spanFrom(start) };
  }

  #checkFirstKey(): void {
    if (this.#primaryKey === null) return;
    const hint = 'a key of several columns is written once: PRIMARY KEY (a, b)';
    throw problem('SYNTAX_ERROR', 'a relation has one PRIMARY KEY', this.#cursor.span(), hint);
  }

  #readColumn(): void {
    const cursor = this.#cursor;
    const start = cursor.index;
    const name = cursor.simpleName('the name of a column');
    if (cursor.accept('AS')) {
      const expression = readExpression(cursor, readQuery);
      this.#columns.push({ name, span: cursor.spanFrom(start), body: { kind: 'computed', expression } });
      return;
    }
    const type = readType(cursor);
    const body = this.#readColumnSuffixes(name, type);
    this.#columns.push({ name, span: cursor.spanFrom(start), body });
  }

  #readColumnSuffixes(name: Identifier, type: TypeNode): ColumnNode['body'] {
    const cursor = this.#cursor;
    let notNull = false;
    let defaultValue: ExpressionNode | null = null;
    for (;;) {
      const start = cursor.index;
      if (cursor.accept('NOT', 'NULL')) notNull = true;
      else if (cursor.accept('NULL')) continue;
      else if (cursor.word() === 'DEFAULT') {
        if (defaultValue !== null) throw cursor.syntaxError('one DEFAULT only', []);
        cursor.next();
        defaultValue = readExpression(cursor, readQuery);
      } else if (cursor.sees('PRIMARY', 'KEY')) {
        this.#checkFirstKey();
        cursor.skip(2);
        cursor.accept('NOT', 'ENFORCED');
        this.#primaryKey = { columns: [name], span: cursor.spanFrom(start) };
      } else {
        this.#refuseSuffix();
        return { kind: 'declared', type, notNull, defaultValue };
      }
    }
  }

  #refuseSuffix(): void {
    const cursor = this.#cursor;
    const word = cursor.word();
    if (/^(?:UNIQUE|REFERENCES|CHECK|COLLATE|CONSTRAINT|COMMENT)$/.test(word))
      throw cursor.unsupported(`${word} of a column`, remedyFor(word));
    if (word === 'GENERATED') throw cursor.unsupported('GENERATED', 'a computed column is written: name AS expression');
    if (word === 'METADATA') throw cursor.unsupported('METADATA columns', remedyFor(word));
  }
}
