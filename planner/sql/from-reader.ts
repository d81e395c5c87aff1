import { readExpression, opensQuery, type ReadQuery } from './expression-reader.ts';
import type { ExpressionNode, FromNode, Identifier } from './syntax.ts';
import type { TokenCursor } from './token-cursor.ts';
import { remedyFor } from './remedy.ts';

type Join = FromNode & { readonly kind: 'join' };

/** One entry of FROM as it stands in the text: the first, one behind a comma, or one behind JOIN. */
export interface FromEntry {
  /** null: the first, or behind a comma. `type` is what is written; CROSS and NATURAL are told apart by `natural` and `constraint`. */
  readonly join: { readonly type: Join['type']; readonly natural: boolean } | null;
  readonly relation: FromNode;
  readonly alias: Identifier | null;
  readonly constraint: JoinConstraint | null;
  /** Where the entry ends, its constraint included. */
  readonly end: number;
}

export type JoinConstraint =
  | { readonly kind: 'on'; readonly expression: ExpressionNode }
  | { readonly kind: 'using'; readonly columns: readonly Identifier[] };

type Window = FromNode & { readonly kind: 'window' };

const WINDOWS: Readonly<Record<string, Window['window']>> = {
  TUMBLE: 'tumble',
  HOP: 'hop',
  CUMULATE: 'cumulate',
  SESSION: 'session',
};
const JOIN_STARTS = /^(?:JOIN|INNER|LEFT|RIGHT|FULL|CROSS|NATURAL|ASOF|SEMI|ANTI|OUTER|STRAIGHT_JOIN)$/;

/** Reads the entries of FROM; `build` (select-phrase.ts) puts the list together as the library reads it. */
export class FromReader {
  readonly #cursor: TokenCursor;
  readonly #readQuery: ReadQuery;
  readonly #build: (entries: readonly FromEntry[]) => readonly FromNode[];

  constructor(
    cursor: TokenCursor,
    readQuery: ReadQuery,
    build: (entries: readonly FromEntry[]) => readonly FromNode[],
  ) {
    this.#cursor = cursor;
    this.#readQuery = readQuery;
    this.#build = build;
  }

  readList(): readonly FromEntry[] {
    const entries: FromEntry[] = [];
    do entries.push(...this.#readJoins());
    while (this.#cursor.accept(','));
    return entries;
  }

  #readJoins(): readonly FromEntry[] {
    const entries = [this.#entry(null)];
    while (JOIN_STARTS.test(this.#cursor.word())) entries.push(this.#entry(this.#readJoinWords()));
    return entries;
  }

  #readJoinWords(): NonNullable<FromEntry['join']> {
    const cursor = this.#cursor;
    const natural = cursor.accept('NATURAL');
    const token = cursor.peek();
    if (/^(?:ASOF|SEMI|ANTI|STRAIGHT_JOIN)$/.test(token.upper))
      throw cursor.unsupported(`${token.upper} JOIN`, remedyFor(token.upper));
    const cross = !natural && cursor.accept('CROSS');
    const type = cross ? 'cross' : this.#readJoinType();
    if (/^(?:SEMI|ANTI|ASOF)$/.test(cursor.word()))
      throw cursor.unsupported(`${cursor.word()} JOIN`, remedyFor(cursor.word()));
    if (cross && cursor.word() === 'APPLY') throw cursor.unsupported('CROSS APPLY', remedyFor('APPLY'));
    cursor.expect('JOIN');
    return { type, natural };
  }

  #readJoinType(): Join['type'] {
    const cursor = this.#cursor;
    if (cursor.accept('INNER')) return 'inner';
    for (const [word, type] of [
      ['LEFT', 'left'],
      ['RIGHT', 'right'],
      ['FULL', 'full'],
    ] as const) {
      if (!cursor.accept(word)) continue;
      cursor.accept('OUTER');
      return type;
    }
    return 'inner';
  }

  #entry(join: FromEntry['join']): FromEntry {
    const cursor = this.#cursor;
    const start = cursor.index;
    const relation = this.#relation();
    const alias = this.#alias(relation);
    const complete = { ...this.#withColumnAliases(relation, alias), span: cursor.spanFrom(start) };
    this.#refuseSuffix();
    const constraint = join === null || join.natural || join.type === 'cross' ? null : this.#constraint();
    return { join, relation: complete, alias, constraint, end: cursor.peek(-1).end };
  }

  #constraint(): JoinConstraint {
    const cursor = this.#cursor;
    if (cursor.accept('ON')) return { kind: 'on', expression: readExpression(cursor, this.#readQuery) };
    if (cursor.accept('USING')) {
      const columns = this.#names();
      if (cursor.word() === 'AS')
        throw cursor.unsupported('USING (...) AS', 'leave AS away: the columns need no relation before them');
      return { kind: 'using', columns };
    }
    if (JOIN_STARTS.test(cursor.word()))
      throw cursor.unsupported('a join inside a join without brackets', 'write ON directly behind the joined relation');
    throw cursor.syntaxError('ON or USING', ['ON', 'USING']);
  }

  #alias(relation: FromNode): Identifier | null {
    const cursor = this.#cursor;
    const alias = cursor.accept('AS') ? cursor.name('an alias') : cursor.bareAlias();
    if (alias !== null && relation.kind === 'join') {
      throw cursor.unsupported(
        'an alias of a join in brackets',
        'give each of its relations an alias',
        cursor.peek(-1),
      );
    }
    return alias;
  }

  #withColumnAliases(relation: FromNode, alias: Identifier | null): FromNode {
    const cursor = this.#cursor;
    if (alias === null || cursor.word() !== '(') return relation;
    if (relation.kind !== 'subquery')
      throw cursor.unsupported('column aliases of a relation', 'rename the columns in a subquery');
    return { ...relation, columnAliases: this.#names() };
  }

  #refuseSuffix(): void {
    const cursor = this.#cursor;
    const word = cursor.word();
    if (word === 'FOR') {
      const what = cursor.word(1) === 'SYSTEM_TIME' ? 'FOR SYSTEM_TIME' : 'FOR after a relation';
      throw cursor.unsupported(what, remedyFor('SYSTEM_TIME'));
    }
    if (/^(?:MATCH_RECOGNIZE|TABLESAMPLE|PIVOT|UNPIVOT)$/.test(word)) throw cursor.unsupported(word, remedyFor(word));
    if (word === 'WITH' && cursor.word(1) === 'ORDINALITY')
      throw cursor.unsupported('WITH ORDINALITY', 'leave it out: rows have no number');
  }

  #names(): readonly Identifier[] {
    const cursor = this.#cursor;
    cursor.expect('(');
    const names = [cursor.name('the name of a column')];
    while (cursor.accept(',')) names.push(cursor.name('the name of a column'));
    cursor.expect(')');
    return names;
  }

  #relation(): FromNode {
    const cursor = this.#cursor;
    const word = cursor.word();
    if (word === '(') return opensQuery(cursor) ? this.#subquery() : this.#bracketedJoin();
    if (word === 'TABLE' && cursor.word(1) === '(') return this.#tableForm();
    if (WINDOWS[word] !== undefined && cursor.word(1) === '(') return this.#window(cursor.index);
    if (/^(?:LATERAL|ONLY|TABLE)$/.test(word)) throw cursor.unsupported(`${word} in FROM`, remedyFor(word));
    const start = cursor.index;
    const name = cursor.simpleName('a relation');
    if (cursor.word() === '(') throw this.#tableFunction(name);
    return { kind: 'relation', name, alias: null, span: cursor.spanFrom(start) };
  }

  #tableFunction(name: Identifier): Error {
    const hint = `windows are ${Object.keys(WINDOWS).join(', ')}`;
    return this.#cursor.unsupported(`the table function ${name.text}`, hint, this.#cursor.peek(-1));
  }

  #subquery(): FromNode {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.next();
    const query = this.#readQuery(cursor);
    cursor.close('")"', []);
    return { kind: 'subquery', query, alias: null, columnAliases: [], span: cursor.spanFrom(start) };
  }

  #bracketedJoin(): FromNode {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.next();
    const [item, ...others] = this.#build(this.#readJoins());
    if (cursor.word() !== ')' || item === undefined || others.length > 0)
      throw cursor.syntaxError('JOIN or ")"', ['JOIN']);
    cursor.next();
    if (item.kind !== 'join')
      throw cursor.unsupported('brackets around one relation', 'write it without brackets', cursor.peek(-1));
    return { ...item, span: cursor.spanFrom(start) };
  }

  /** `TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), ...))`. */
  #tableForm(): FromNode {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip(2);
    if (WINDOWS[cursor.word()] === undefined || cursor.word(1) !== '(') {
      throw cursor.syntaxError(`one of ${Object.keys(WINDOWS).join(', ')}`, Object.keys(WINDOWS));
    }
    const window = this.#window(start);
    cursor.expect(')');
    return { ...window, span: cursor.spanFrom(start) };
  }

  #window(start: number): FromNode {
    const cursor = this.#cursor;
    const token = cursor.next();
    const window = WINDOWS[token.upper] ?? 'tumble';
    cursor.expect('(');
    if (cursor.word(1) === '=>')
      throw cursor.unsupported('named arguments', 'give the arguments in order', cursor.peek(1));
    const input = this.#windowInput();
    const partitionBy = this.#partitionBy(window);
    cursor.expect(',');
    const time = this.#windowTime();
    const args: ExpressionNode[] = [];
    while (cursor.accept(',')) args.push(readExpression(cursor, this.#readQuery));
    cursor.close('"," or ")"', []);
    return {
      kind: 'window',
      window,
      name: cursor.span(token),
      input,
      time,
      partitionBy,
      args,
      alias: null,
      span: cursor.spanFrom(start),
    };
  }

  #windowInput(): FromNode {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.accept('TABLE');
    if (opensQuery(cursor)) return this.#subquery();
    if (cursor.word() === '(' && cursor.closing() === 2) {
      cursor.next();
      const name = cursor.simpleName('a relation');
      cursor.expect(')');
      return { kind: 'relation', name, alias: null, span: cursor.spanFrom(start) };
    }
    const name = cursor.simpleName('a relation or a subquery');
    if (cursor.word() === '(')
      throw cursor.unsupported(
        'a function as the input of a window',
        'put a subquery there: (SELECT ...)',
        cursor.peek(-1),
      );
    return { kind: 'relation', name, alias: null, span: name.span };
  }

  /** The list ends before DESCRIPTOR, or stands in brackets; anything else cannot be told from the time column. */
  #partitionBy(window: Window['window']): readonly Identifier[] {
    const cursor = this.#cursor;
    if (cursor.word() !== 'PARTITION') return [];
    if (window !== 'session')
      throw cursor.unsupported(`PARTITION BY in ${window.toUpperCase()}`, 'name the columns in GROUP BY');
    cursor.expect('PARTITION', 'BY');
    if (cursor.word() === '(') return this.#names();
    const names = [cursor.simpleName('the name of a column')];
    while (
      cursor.word() === ',' &&
      !(cursor.word(1) === 'DESCRIPTOR' && cursor.word(2) === '(') &&
      this.#descriptorFollows()
    ) {
      cursor.next();
      names.push(cursor.simpleName('the name of a column'));
    }
    return names;
  }

  /** Is there a DESCRIPTOR( further on among plain names? Without one a list in PARTITION BY has one column. */
  #descriptorFollows(): boolean {
    const cursor = this.#cursor;
    let ahead = 1;
    while (cursor.seesName(ahead) && cursor.word(ahead + 1) === ',') ahead += 2;
    return cursor.word(ahead) === 'DESCRIPTOR' && cursor.word(ahead + 1) === '(';
  }

  #windowTime(): Identifier {
    const cursor = this.#cursor;
    if (cursor.word() !== 'DESCRIPTOR' || cursor.word(1) !== '(') return this.#timeColumn();
    cursor.skip(2);
    const name = this.#timeColumn();
    cursor.expect(')');
    return name;
  }

  #timeColumn(): Identifier {
    const cursor = this.#cursor;
    const name = cursor.name('the time column');
    if (cursor.word() === '.') throw cursor.unsupported('a time column with a dot', 'name the column alone');
    return name;
  }
}
