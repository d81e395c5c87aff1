/** What to write instead of words that others have and we have not. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  // Statements.
  ['UPDATE', 'rows of a table are replaced by INSERT with the same PRIMARY KEY'],
  ['UPSERT', 'INSERT into a table with PRIMARY KEY replaces the row with the same key'],
  ['MERGE', 'INSERT into a table with PRIMARY KEY replaces the row with the same key'],
  ['REPLACE', 'INSERT into a table with PRIMARY KEY replaces the row with the same key'],
  ['DELETE', 'POST /v1/streams/NAME/rows?op=delete takes rows out of a table by their key'],
  ['TRUNCATE', 'DROP it and CREATE it again'],
  ['ALTER', 'DROP it and CREATE it again'],
  ['COPY', 'POST the file to /v1/streams/NAME/rows, or declare a stream with connector = file'],
  ['LOAD', 'POST the file to /v1/streams/NAME/rows, or declare a stream with connector = file'],
  ['REFRESH', 'leave it out: a materialized view follows its inputs by itself'],
  ['SUBSCRIBE', 'follow a view over GET /v1/views/NAME/changes or the WebSocket'],
  ['PAUSE', 'POST /v1/views/NAME/pause pauses a query'],
  ['RESUME', 'POST /v1/views/NAME/resume lets a query go on'],
  ['KILL', 'DROP ends a continuous query'],
  ['FETCH', 'write SELECT ... LIMIT n'],
  ...['BEGIN', 'START', 'COMMIT', 'ROLLBACK', 'SAVEPOINT', 'LOCK'].map(
    (word) => [word, 'leave it out: each statement stands for itself, and a body of rows is taken as a whole'] as const,
  ),
  ...['ANALYZE', 'VACUUM'].map((word) => [word, 'leave it out: the server needs none'] as const),
  ...['SET', 'RESET', 'PRAGMA', 'USE', 'GRANT', 'REVOKE', 'ATTACH'].map(
    (word) => [word, 'options stand in WITH (...) of a statement, and in the configuration of the server'] as const,
  ),
  // Joins and relations.
  ['ASOF', 'join by the window that both rows lie in, or to a table with the newest row of each key'],
  ['SEMI', 'join to a subquery with SELECT DISTINCT of the columns that are compared'],
  ['ANTI', 'write LEFT JOIN, and WHERE a column of the right side IS NULL'],
  ['STRAIGHT_JOIN', 'write JOIN'],
  ['LATERAL', 'join to a subquery or a view ON the columns that they share'],
  ['APPLY', 'join to a subquery or a view ON the columns that they share'],
  ['ONLY', 'write the name alone'],
  ['TABLE', 'write the name alone'],
  ['SYSTEM_TIME', 'leave it out: a join to a table follows what the table holds now'],
  [
    'MATCH_RECOGNIZE',
    'count with FILTER (WHERE ...) by window and key, or join views of the single events by their window',
  ],
  ['TABLESAMPLE', 'filter by a column, for example WHERE id % 10 = 0'],
  ['PIVOT', 'write one aggregate for each column: SUM(x) FILTER (WHERE k = ...)'],
  ['UNPIVOT', 'write one SELECT for each column, put together by UNION ALL'],
  // Clauses.
  ['WINDOW', 'aggregate by GROUP BY in a view, and join it where the single rows are wanted'],
  ['QUALIFY', 'aggregate by GROUP BY in a view, and join it where the single rows are wanted'],
  ...['GROUPING', 'ROLLUP', 'CUBE'].map(
    (word) => [word, 'write one query for each grouping, put together by UNION ALL'] as const,
  ),
  // Columns.
  ['UNIQUE', 'PRIMARY KEY of a table keeps one row for each key'],
  ['CHECK', 'filter by WHERE in a view'],
  ['EXCLUDE', 'filter by WHERE in a view'],
  ['REFERENCES', 'leave it out, and join the table where its columns are wanted'],
  ['FOREIGN', 'leave it out, and join the table where its columns are wanted'],
  ['CONSTRAINT', 'write NOT NULL or PRIMARY KEY without a name'],
  ['COLLATE', 'leave it out: strings compare by code point'],
  ['COMMENT', 'write it behind -- in the statement, which is kept'],
  ['METADATA', 'name AS PROCTIME() is the time at which a row was accepted'],
  // Tests and operators.
  ...['JSON', 'DOCUMENT'].map((word) => [word, 'write TRY_CAST(text AS JSON) IS NOT NULL'] as const),
  ...['NORMALIZED', 'NFC', 'NFD', 'NFKC', 'NFKD'].map(
    (word) => [word, 'leave it out: strings are taken as they come'] as const,
  ),
  ['OF', 'types are known before a query runs: DESCRIBE shows them'],
  ['^', 'write POWER(a, b)'],
  ['~~', 'write LIKE'],
  ['!~~', 'write NOT LIKE'],
  ['~~*', 'write ILIKE'],
  ['!~~*', 'write NOT ILIKE'],
  ['=>', 'give the arguments in order'],
  [':=', 'give the arguments in order'],
  ['&&', 'write AND'],
  ['|', 'write OR between conditions, || between texts'],
  ['&', 'write AND between conditions'],
  ['!', 'write NOT'],
  ['@>', "compare single parts: json ->> 'name' = 'value'"],
  ['<@', "compare single parts: json ->> 'name' = 'value'"],
  ['?', "write json -> 'name' IS NOT NULL"],
  ['<<', 'multiply by a power of two'],
  ['XMLELEMENT', 'CONCAT and || put texts together'],
]);

/** A hint for a word that is not supported. */
export function remedyFor(word: string): string {
  return REMEDIES.get(word.toUpperCase()) ?? 'docs/sql.md says what there is; SHOW FUNCTIONS lists the functions';
}
