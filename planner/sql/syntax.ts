import type { Span } from '../../runtime/errors/problem.ts';

/**
 * Our own syntax tree: what the text says, before any name is looked up. Every node has the span of its text (in code
 * units of the whole text sent).
 */
export type Statement =
  | CreateStream
  | CreateView
  | CreateSink
  | InsertValues
  | Drop
  | Show
  | Describe
  | Explain
  | SelectStatement;

/** A name as written: `quoted` names match exactly only. `text` is without quotes. */
export interface Identifier {
  readonly text: string;
  readonly quoted: boolean;
  readonly span: Span;
}

export interface OptionNode {
  readonly name: Identifier;
  /** Quoted or bare value as text. */
  readonly value: string;
  readonly span: Span;
}

export interface CreateStream {
  readonly kind: 'create-stream';
  readonly span: Span;
  /** As written: STREAM, TABLE or SOURCE; a primary key makes it a keyed table. */
  readonly word: 'STREAM' | 'TABLE' | 'SOURCE';
  readonly name: Identifier;
  readonly ifNotExists: boolean;
  readonly columns: readonly ColumnNode[];
  readonly primaryKey: { readonly columns: readonly Identifier[]; readonly span: Span } | null;
  readonly watermark: { readonly column: Identifier; readonly expression: ExpressionNode; readonly span: Span } | null;
  readonly options: readonly OptionNode[];
}

export interface ColumnNode {
  readonly name: Identifier;
  readonly span: Span;
  readonly body:
    | {
        readonly kind: 'declared';
        readonly type: TypeNode;
        readonly notNull: boolean;
        readonly defaultValue: ExpressionNode | null;
      }
    | { readonly kind: 'computed'; readonly expression: ExpressionNode };
}

/** `DECIMAL(10, 2)`, `TIMESTAMP(3)`, `DOUBLE PRECISION` (one name), `ROW<a BIGINT>`. */
export interface TypeNode {
  readonly name: string;
  readonly args: readonly number[];
  readonly fields: readonly { readonly name: Identifier; readonly type: TypeNode; readonly notNull: boolean }[];
  readonly span: Span;
}

export interface CreateView {
  readonly kind: 'create-view';
  readonly span: Span;
  readonly materialized: boolean;
  readonly name: Identifier;
  readonly ifNotExists: boolean;
  readonly options: readonly OptionNode[];
  readonly query: SelectStatement;
}

export interface CreateSink {
  readonly kind: 'create-sink';
  readonly span: Span;
  readonly name: Identifier;
  readonly ifNotExists: boolean;
  readonly from:
    | { readonly kind: 'view'; readonly name: Identifier }
    | { readonly kind: 'query'; readonly query: SelectStatement };
  readonly options: readonly OptionNode[];
}

export interface InsertValues {
  readonly kind: 'insert';
  readonly span: Span;
  readonly into: Identifier;
  readonly columns: readonly Identifier[] | null;
  readonly rows: readonly { readonly values: readonly ExpressionNode[]; readonly span: Span }[];
}

export interface Drop {
  readonly kind: 'drop';
  readonly span: Span;
  readonly what: 'stream' | 'table' | 'view' | 'materialized-view' | 'sink' | 'any';
  readonly name: Identifier;
  readonly ifExists: boolean;
  readonly cascade: boolean;
}

export interface Show {
  readonly kind: 'show';
  readonly span: Span;
  readonly what: 'streams' | 'views' | 'sinks' | 'functions';
}

export interface Describe {
  readonly kind: 'describe';
  readonly span: Span;
  readonly name: Identifier;
}

export interface Explain {
  readonly kind: 'explain';
  readonly span: Span;
  readonly level: 'logical' | 'physical';
  readonly query: SelectStatement;
}

/** A query with what belongs to the whole of it. */
export interface SelectStatement {
  readonly kind: 'select';
  readonly span: Span;
  /** The query's text without EMIT, for views that are expanded later: `sql.slice(span.start, span.end)` has EMIT too. */
  readonly body: QueryNode;
  readonly emit: EmitNode | null;
}

export type EmitNode =
  | { readonly kind: 'final' | 'update'; readonly span: Span }
  | { readonly kind: 'every'; readonly intervalMs: number; readonly span: Span };

/** SELECT or VALUES or a set operation, with its ORDER BY and LIMIT. */
export type QueryNode = SelectNode | ValuesNode | SetOperationNode;

interface QueryTail {
  readonly orderBy: readonly OrderNode[];
  readonly limit: { readonly count: number | null; readonly offset: number; readonly span: Span } | null;
  readonly span: Span;
}

export interface SelectNode extends QueryTail {
  readonly kind: 'select-core';
  readonly distinct: Span | null;
  readonly items: readonly SelectItem[];
  /** Comma-separated items; empty when there is no FROM. */
  readonly from: readonly FromNode[];
  readonly where: ExpressionNode | null;
  readonly groupBy: readonly ExpressionNode[];
  readonly having: ExpressionNode | null;
}

export interface ValuesNode extends QueryTail {
  readonly kind: 'values';
  readonly rows: readonly (readonly ExpressionNode[])[];
}

export interface SetOperationNode extends QueryTail {
  readonly kind: 'set-operation';
  readonly operation: 'union' | 'union-all' | 'intersect' | 'except';
  readonly left: QueryNode;
  readonly right: QueryNode;
}

export type SelectItem =
  | { readonly kind: 'star'; readonly of: Identifier | null; readonly span: Span }
  | {
      readonly kind: 'expression';
      readonly expression: ExpressionNode;
      readonly alias: Identifier | null;
      readonly span: Span;
    };

export interface OrderNode {
  readonly expression: ExpressionNode;
  readonly descending: boolean;
  /** null: not written (NULLs last ascending, first descending). */
  readonly nullsFirst: boolean | null;
  readonly span: Span;
}

export type FromNode =
  | { readonly kind: 'relation'; readonly name: Identifier; readonly alias: Identifier | null; readonly span: Span }
  | {
      readonly kind: 'subquery';
      readonly query: QueryNode;
      readonly alias: Identifier | null;
      readonly columnAliases: readonly Identifier[];
      readonly span: Span;
    }
  /** Both spellings: `TUMBLE(s, ts, ...)` and `TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), ...))`. `input` is a relation or a subquery. */
  | {
      readonly kind: 'window';
      readonly window: 'tumble' | 'hop' | 'cumulate' | 'session';
      readonly name: Span;
      readonly input: FromNode;
      readonly time: Identifier;
      readonly partitionBy: readonly Identifier[];
      readonly args: readonly ExpressionNode[];
      readonly alias: Identifier | null;
      readonly span: Span;
    }
  | {
      readonly kind: 'join';
      readonly type: 'inner' | 'left' | 'right' | 'full' | 'cross';
      readonly left: FromNode;
      readonly right: FromNode;
      readonly on: ExpressionNode | null;
      readonly using: readonly Identifier[] | null;
      readonly natural: boolean;
      readonly span: Span;
    };

/** Interval literals: months are calendar months; ms the rest. */
export interface IntervalLiteral {
  readonly months: number;
  readonly ms: number;
}

export type ExpressionNode =
  /** `a`, `t.a`, `t.a.b`: whether the first name is a relation or a ROW is for the binder to find out. */
  | {
      readonly kind: 'column';
      readonly table: Identifier | null;
      readonly name: Identifier;
      /** What follows behind a second dot. */
      readonly fields?: readonly Identifier[];
      readonly span: Span;
    }
  /** Unchanged digits: `0.908`, `1e3`, `9007199254740993`. */
  | { readonly kind: 'number'; readonly text: string; readonly span: Span }
  | { readonly kind: 'string'; readonly value: string; readonly span: Span }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly span: Span }
  | { readonly kind: 'null'; readonly span: Span }
  | { readonly kind: 'interval'; readonly value: IntervalLiteral; readonly span: Span }
  /** `TIMESTAMP '...'`, `DATE '...'`. */
  | { readonly kind: 'typed-literal'; readonly type: TypeNode; readonly text: string; readonly span: Span }
  /** + - * / % || = <> < <= > >= AND OR, `IS DISTINCT FROM`, `IS NOT DISTINCT FROM`, -> ->> #> #>>, ~ ~* !~ !~*. `<>` for `!=` too. */
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly operatorSpan: Span;
      readonly left: ExpressionNode;
      readonly right: ExpressionNode;
      readonly span: Span;
    }
  | {
      readonly kind: 'unary';
      readonly operator: '-' | '+' | 'NOT';
      readonly operand: ExpressionNode;
      readonly span: Span;
    }
  | {
      readonly kind: 'is';
      readonly operand: ExpressionNode;
      readonly test: 'null' | 'true' | 'false' | 'unknown';
      readonly negated: boolean;
      readonly span: Span;
    }
  | {
      readonly kind: 'between';
      readonly operand: ExpressionNode;
      readonly low: ExpressionNode;
      readonly high: ExpressionNode;
      readonly negated: boolean;
      readonly span: Span;
    }
  | {
      readonly kind: 'in-list';
      readonly operand: ExpressionNode;
      readonly items: readonly ExpressionNode[];
      readonly negated: boolean;
      readonly span: Span;
    }
  | {
      readonly kind: 'in-query';
      readonly operand: ExpressionNode;
      readonly query: QueryNode;
      readonly negated: boolean;
      readonly span: Span;
    }
  | { readonly kind: 'exists'; readonly query: QueryNode; readonly span: Span }
  | { readonly kind: 'scalar-query'; readonly query: QueryNode; readonly span: Span }
  | {
      readonly kind: 'like';
      readonly operand: ExpressionNode;
      readonly pattern: ExpressionNode;
      readonly escape: ExpressionNode | null;
      readonly insensitive: boolean;
      readonly negated: boolean;
      readonly span: Span;
    }
  | {
      readonly kind: 'case';
      readonly operand: ExpressionNode | null;
      readonly branches: readonly { readonly when: ExpressionNode; readonly then: ExpressionNode }[];
      readonly otherwise: ExpressionNode | null;
      readonly span: Span;
    }
  /** `safe`: TRY_CAST. */
  | {
      readonly kind: 'cast';
      readonly operand: ExpressionNode;
      readonly type: TypeNode;
      readonly safe: boolean;
      readonly span: Span;
    }
  /** `EXTRACT(HOUR FROM ts)` arrives as call EXTRACT with a string first; `TRIM(BOTH 'x' FROM s)` as BTRIM/LTRIM/RTRIM; SUBSTRING(s FROM a FOR b) as SUBSTRING(s, a, b); POSITION(a IN b) as POSITION(a, b). */
  | {
      readonly kind: 'call';
      readonly name: Identifier;
      readonly args: readonly ExpressionNode[];
      readonly star: boolean;
      readonly distinct: boolean;
      readonly filter: ExpressionNode | null;
      readonly orderBy: readonly OrderNode[];
      readonly over: Span | null;
      readonly span: Span;
    };
