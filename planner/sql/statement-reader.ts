import { problem } from '../../runtime/errors/problem.ts';
import type { StatementText } from '../statement-plan.ts';
import { readExpression } from './expression-reader.ts';
import { readInsert } from './insert-reader.ts';
import { readInterval, intervalUnit } from './interval-literal.ts';
import { readTokensWithinLimits } from './limits.ts';
import { readOptions } from './option-reader.ts';
import { readQuery, seesQuery } from './query-reader.ts';
import { readStreamBody } from './stream-reader.ts';
import type {
  CreateSink,
  CreateStream,
  Drop,
  EmitNode,
  Explain,
  ExpressionNode,
  Identifier,
  SelectStatement,
  Show,
  Statement,
} from './syntax.ts';
import { CLAUSE_WORDS, TokenCursor } from './token-cursor.ts';
import { remedyFor } from './remedy.ts';

/**
 * Reads one statement into our syntax tree. Throws a ProblemError (SYNTAX_ERROR, UNSUPPORTED, INVALID_LITERAL,
 * INVALID_OPTION, STATEMENT_TOO_LARGE, STATEMENT_TOO_DEEP), always with a span in the whole text.
 */
export function parseStatement(statement: StatementText): Statement {
  const insert = readInsert(statement.text, statement.offset);
  if (insert !== null) return insert;
  const cursor = open(statement.text, statement.offset);
  return finish(cursor, readStatement(cursor));
}

/** Reads a bare query with its EMIT. */
export function parseQuery(text: string, offset = 0): SelectStatement {
  const cursor = open(text, offset);
  return finish(cursor, readSelectStatement(cursor));
}

/** Reads a bare expression. */
export function parseExpression(text: string, offset = 0): ExpressionNode {
  const cursor = open(text, offset);
  return finish(cursor, readExpression(cursor, readQuery));
}

function open(text: string, offset: number): TokenCursor {
  return new TokenCursor(readTokensWithinLimits(text, offset), offset);
}

function finish<T>(cursor: TokenCursor, value: T): T {
  cursor.accept(';');
  if (!cursor.atEnd) throw cursor.syntaxError('the end of the statement', CLAUSE_WORDS);
  return value;
}

const STATEMENTS = ['SELECT', 'CREATE', 'INSERT', 'DROP', 'SHOW', 'DESCRIBE', 'EXPLAIN', 'VALUES'];
const OTHERS_STATEMENTS =
  /^(?:UPDATE|DELETE|ALTER|TRUNCATE|MERGE|UPSERT|REPLACE|SET|RESET|BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|GRANT|REVOKE|ANALYZE|VACUUM|COPY|CALL|USE|PREPARE|EXECUTE|DECLARE|FETCH|LOCK|COMMENT|REFRESH|KILL|PAUSE|RESUME|LOAD|ATTACH|PRAGMA|WITH|SUBSCRIBE|TABLE)$/;

function readStatement(cursor: TokenCursor): Statement {
  if (seesQuery(cursor)) return readSelectStatement(cursor);
  const word = cursor.word();
  switch (word) {
    case 'CREATE':
      return readCreate(cursor);
    case 'DROP':
      return readDrop(cursor);
    case 'SHOW':
      return readShow(cursor);
    case 'DESCRIBE':
    case 'DESC':
      return readDescribe(cursor);
    case 'EXPLAIN':
      return readExplain(cursor);
    default:
      if (OTHERS_STATEMENTS.test(word)) throw cursor.unsupported(`the statement ${word}`, remedyFor(word));
      throw cursor.syntaxError('a statement', STATEMENTS);
  }
}

function readSelectStatement(cursor: TokenCursor): SelectStatement {
  const start = cursor.index;
  if (!seesQuery(cursor)) throw cursor.syntaxError('SELECT', ['SELECT']);
  const body = readQuery(cursor);
  const emit = readEmit(cursor);
  return { kind: 'select', span: cursor.spanFrom(start), body, emit };
}

function readEmit(cursor: TokenCursor): EmitNode | null {
  const start = cursor.index;
  if (!cursor.accept('EMIT')) return null;
  if (cursor.accept('FINAL')) return { kind: 'final', span: cursor.spanFrom(start) };
  if (cursor.word() === 'ON') {
    cursor.next();
    if (/^(?:WINDOW|WATERMARK)$/.test(cursor.word()))
      throw cursor.unsupported(`EMIT ON ${cursor.word()}`, 'write EMIT FINAL', cursor.peek(-2));
    if (cursor.word() !== 'UPDATE') throw cursor.syntaxError('UPDATE', ['UPDATE']);
    cursor.next();
    return { kind: 'update', span: cursor.spanFrom(start) };
  }
  if (cursor.word() === 'EVERY') return readEmitEvery(cursor, start);
  if (cursor.word() === 'CHANGES') throw cursor.unsupported('EMIT CHANGES', 'write EMIT ON UPDATE', cursor.peek(-1));
  throw cursor.syntaxError('FINAL, ON UPDATE or EVERY INTERVAL', ['FINAL', 'ON', 'EVERY']);
}

function readEmitEvery(cursor: TokenCursor, start: number): EmitNode {
  cursor.expect('EVERY');
  const from = cursor.index;
  cursor.expect('INTERVAL');
  const text = cursor.peek();
  if (text.kind !== 'string') throw cursor.syntaxError("a length of time such as '5' SECOND", []);
  cursor.next();
  const unit = cursor.peek().kind === 'word' ? intervalUnit(cursor.word()) : null;
  if (unit !== null) cursor.next();
  const span = cursor.spanFrom(from);
  const interval = readInterval(text.text, unit, span);
  if (interval.months !== 0 || interval.ms <= 0) {
    throw problem('INVALID_LITERAL', 'EMIT EVERY needs a positive length of time without months', span);
  }
  return { kind: 'every', intervalMs: interval.ms, span: cursor.spanFrom(start) };
}

const CREATABLE = ['STREAM', 'TABLE', 'SOURCE', 'VIEW', 'MATERIALIZED', 'SINK'];

function readCreate(cursor: TokenCursor): Statement {
  const start = cursor.index;
  cursor.expect('CREATE');
  if (cursor.sees('OR', 'REPLACE'))
    throw cursor.unsupported('CREATE OR REPLACE', 'DROP it first (CASCADE: with all that reads it), then CREATE it');
  const word = cursor.word();
  switch (word) {
    case 'STREAM':
    case 'TABLE':
    case 'SOURCE':
      return readCreateStream(cursor, start, word);
    case 'VIEW':
      return readCreateView(cursor, start, false);
    case 'MATERIALIZED':
      cursor.next();
      if (cursor.word() !== 'VIEW') throw cursor.syntaxError('VIEW', ['VIEW']);
      return readCreateView(cursor, start, true);
    case 'SINK':
      return readCreateSink(cursor, start);
    default:
      if (
        /^(?:TEMP|TEMPORARY|UNLOGGED|EXTERNAL|FUNCTION|INDEX|SCHEMA|DATABASE|CONNECTION|TYPE|SEQUENCE|TRIGGER|ROLE|USER|CATALOG|AGGREGATE|SECRET|LIVE|CONTINUOUS|UNIQUE)$/.test(
          word,
        )
      ) {
        throw cursor.unsupported(`CREATE ${word}`, 'there are streams, tables, views, materialized views and sinks');
      }
      throw cursor.syntaxError('STREAM, TABLE, SOURCE, VIEW, MATERIALIZED VIEW or SINK', CREATABLE);
  }
}

function readNewName(cursor: TokenCursor): { readonly ifNotExists: boolean; readonly name: Identifier } {
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS');
  return { ifNotExists, name: cursor.simpleName('a name') };
}

function readCreateStream(cursor: TokenCursor, start: number, word: CreateStream['word']): CreateStream {
  cursor.next();
  const { name, ifNotExists } = readNewName(cursor);
  const body = readStreamBody(cursor);
  return { kind: 'create-stream', span: cursor.spanFrom(start), word, name, ifNotExists, ...body };
}

function readCreateView(cursor: TokenCursor, start: number, materialized: boolean): Statement {
  cursor.expect('VIEW');
  const { name, ifNotExists } = readNewName(cursor);
  if (cursor.word() === '(')
    throw cursor.unsupported('a list of column names of a view', 'name the columns in the SELECT: expression AS name');
  const options = readOptions(cursor);
  cursor.expect('AS');
  const query = readSelectStatement(cursor);
  if (cursor.word() === 'WITH')
    throw cursor.unsupported(
      'WITH behind the query of a view',
      `options stand before AS: CREATE ... VIEW ${name.text} WITH (...) AS`,
    );
  return { kind: 'create-view', span: cursor.spanFrom(start), materialized, name, ifNotExists, options, query };
}

function readCreateSink(cursor: TokenCursor, start: number): CreateSink {
  cursor.next();
  const { name, ifNotExists } = readNewName(cursor);
  const before = readOptions(cursor);
  const from = readSinkInput(cursor);
  const options = before.length > 0 ? before : readOptions(cursor);
  return { kind: 'create-sink', span: cursor.spanFrom(start), name, ifNotExists, from, options };
}

function readSinkInput(cursor: TokenCursor): CreateSink['from'] {
  if (cursor.accept('FROM')) return { kind: 'view', name: cursor.simpleName('the name of a view') };
  if (cursor.accept('AS')) return { kind: 'query', query: readSelectStatement(cursor) };
  throw cursor.syntaxError('FROM or AS', ['FROM', 'AS']);
}

const DROPPABLE: Readonly<Record<string, Drop['what']>> = {
  STREAM: 'stream',
  SOURCE: 'stream',
  TABLE: 'table',
  VIEW: 'view',
  SINK: 'sink',
};

function readDrop(cursor: TokenCursor): Drop {
  const start = cursor.index;
  cursor.expect('DROP');
  const what = readDropKind(cursor);
  const ifExists = cursor.accept('IF', 'EXISTS');
  const name = cursor.simpleName('a name');
  if (cursor.word() === ',') throw cursor.unsupported('several names in one DROP', 'write one DROP for each');
  const cascade = cursor.accept('CASCADE');
  if (!cascade) cursor.accept('RESTRICT');
  return { kind: 'drop', span: cursor.spanFrom(start), what, name, ifExists, cascade };
}

/** `DROP view` drops something that is called view: a word is the kind only when a name follows. */
function readDropKind(cursor: TokenCursor): Drop['what'] {
  const word = cursor.word();
  if (cursor.accept('MATERIALIZED', 'VIEW')) return 'materialized-view';
  if (/^(?:FUNCTION|INDEX|SCHEMA|DATABASE|TYPE|ROLE|USER)$/.test(word) && cursor.seesName(1))
    throw cursor.unsupported(`DROP ${word}`, 'there are streams, tables, views, materialized views and sinks');
  const what = DROPPABLE[word];
  const next = cursor.word(1);
  const alone = !cursor.seesName(1) || ((next === 'CASCADE' || next === 'RESTRICT') && !cursor.seesName(2));
  if (what === undefined || (alone && word !== 'TABLE')) return 'any';
  cursor.next();
  return what;
}

const SHOWABLE: Readonly<Record<string, Show['what']>> = {
  STREAMS: 'streams',
  VIEWS: 'views',
  SINKS: 'sinks',
  FUNCTIONS: 'functions',
};

function readShow(cursor: TokenCursor): Show {
  const start = cursor.index;
  cursor.expect('SHOW');
  const what = SHOWABLE[cursor.word()];
  if (what === undefined) throw cursor.syntaxError('STREAMS, VIEWS, SINKS or FUNCTIONS', Object.keys(SHOWABLE));
  cursor.next();
  return { kind: 'show', span: cursor.spanFrom(start), what };
}

function readDescribe(cursor: TokenCursor): Statement {
  const start = cursor.index;
  cursor.next();
  return { kind: 'describe', name: cursor.simpleName('a name'), span: cursor.spanFrom(start) };
}

function readExplain(cursor: TokenCursor): Explain {
  const start = cursor.index;
  cursor.expect('EXPLAIN');
  const level = cursor.accept('LOGICAL') ? 'logical' : 'physical';
  if (level === 'physical') cursor.accept('PHYSICAL');
  if (/^(?:ANALYZE|VERBOSE|PLAN|CREATE|INSERT|\()$/.test(cursor.word()) && !seesQuery(cursor)) {
    throw cursor.unsupported(
      `EXPLAIN ${cursor.word()}`,
      'write EXPLAIN LOGICAL SELECT ... or EXPLAIN PHYSICAL SELECT ...',
    );
  }
  if (!seesQuery(cursor)) throw cursor.syntaxError('LOGICAL, PHYSICAL or SELECT', ['SELECT', 'LOGICAL', 'PHYSICAL']);
  const query = readSelectStatement(cursor);
  return { kind: 'explain', span: cursor.spanFrom(start), level, query };
}
