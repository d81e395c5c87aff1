/** Words at their places. More than one word is one choice. */
export const STATEMENTS: readonly string[] = [
  'SELECT',
  'CREATE MATERIALIZED VIEW',
  'CREATE STREAM',
  'CREATE TABLE',
  'CREATE VIEW',
  'CREATE SINK',
  'INSERT INTO',
  'DROP MATERIALIZED VIEW',
  'DROP STREAM',
  'DROP TABLE',
  'DROP VIEW',
  'DROP SINK',
  'EXPLAIN PHYSICAL',
  'EXPLAIN LOGICAL',
  'DESCRIBE',
  'SHOW STREAMS',
  'SHOW VIEWS',
  'SHOW SINKS',
  'SHOW FUNCTIONS',
  'WITH',
];

/** What may follow when a clause has all it needs. */
const NEXT: readonly string[] = [
  'WHERE',
  'GROUP BY',
  'HAVING',
  'ORDER BY',
  'LIMIT',
  'UNION ALL',
  'EMIT FINAL',
  'EMIT ON UPDATE',
];
const IN_EXPRESSION: readonly string[] = [
  'CASE',
  'WHEN',
  'THEN',
  'ELSE',
  'END',
  'AND',
  'OR',
  'NOT',
  'IN',
  'BETWEEN',
  'LIKE',
  'IS NULL',
  'IS NOT NULL',
  'IS DISTINCT FROM',
  'NULL',
  'TRUE',
  'FALSE',
  'CAST',
  'INTERVAL',
  'TIMESTAMP',
  'DATE',
];

export type Clause = 'select' | 'from' | 'condition' | 'columns' | 'emit' | 'definition' | 'options' | 'other';

export const KEYWORDS_IN: Readonly<Record<Clause, readonly string[]>> = {
  select: ['DISTINCT', 'FROM', 'AS', 'FILTER', ...IN_EXPRESSION],
  from: ['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL OUTER JOIN', 'CROSS JOIN', 'ON', 'USING', 'AS', ...NEXT],
  condition: [...IN_EXPRESSION, 'JOIN', 'LEFT JOIN', ...NEXT.slice(1)],
  columns: ['ASC', 'DESC', 'NULLS FIRST', 'NULLS LAST', ...NEXT.slice(2), ...IN_EXPRESSION],
  emit: ['FINAL', 'ON UPDATE', 'EVERY INTERVAL'],
  definition: ['WATERMARK FOR', 'PRIMARY KEY', 'NOT NULL', 'DEFAULT', 'AS'],
  options: [],
  other: ['AS', 'SELECT', 'VALUES', 'WITH', 'IF NOT EXISTS', 'IF EXISTS', 'CASCADE', 'FROM'],
};

export const TYPES: readonly string[] = [
  'BIGINT',
  'INT',
  'DOUBLE',
  'DECIMAL(10,2)',
  'STRING',
  'BOOLEAN',
  'TIMESTAMP(3)',
  'DATE',
  'JSON',
];

export const OPTIONS: readonly string[] = [
  'connector',
  'format',
  'retention',
  'idle_timeout',
  'max_future',
  'unknown_fields',
  'path',
  'follow',
  'metric',
  'interval',
  'rows_per_second',
  'number_of_rows',
  'seed',
];

export interface KnownWindow {
  readonly name: string;
  /** Places to fill in, as `#{name}`. */
  readonly template: string;
  readonly summary: string;
}

/** In FROM; each adds window_start, window_end and window_time. */
export const WINDOWS: readonly KnownWindow[] = [
  {
    name: 'TUMBLE',
    template: "TUMBLE(#{stream}, #{ts}, INTERVAL '#{10}' SECOND)",
    summary: 'Windows one after the other: each row falls in one.',
  },
  {
    name: 'HOP',
    template: "HOP(#{stream}, #{ts}, INTERVAL '#{5}' SECOND, INTERVAL '#{30}' SECOND)",
    summary: 'Windows that overlap: one begins with every slide, each row falls in size / slide of them.',
  },
  {
    name: 'CUMULATE',
    template: "CUMULATE(#{stream}, #{ts}, INTERVAL '#{10}' SECOND, INTERVAL '#{1}' MINUTE)",
    summary: 'Windows that grow by a step up to their size, then begin anew.',
  },
  {
    name: 'SESSION',
    template: "SESSION(#{stream}, #{ts}, INTERVAL '#{30}' SECOND)",
    summary: 'Rows that follow one another within the gap.',
  },
];

export const WINDOW_COLUMNS = ['window_start', 'window_end', 'window_time'].map((name) => ({
  name,
  type: 'TIMESTAMP(3)',
}));

/** Words that mean something else where they stand bare: as names they need quotes. */
export const RESERVED = new Set(
  `all and any array as asc both case cast check collate column constraint create cross current_date current_timestamp
  default desc distinct do else end except exists extract false fetch for foreign from full grant group having in inner
  intersect interval into is join lateral leading left like limit natural not null offset on only or order outer primary
  references right select session_user set some table then to trailing true union unique user using values when where
  window with`.split(/\s+/),
);
