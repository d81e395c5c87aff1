/** Goes up with every change of the layout. docs/formats/store.md describes this one. */
export const STORE_FORMAT = 4;

const currentFact = 'STRICT, WITHOUT ROWID';

/**
 * Every object of the database, with the exact text that SQLite keeps of it. Facts (small, one row per thing, replaced
 * in place) come first, logs (append mostly, with blobs) after. What a commit changes of the facts is one page, since
 * the pages of a small commit are what it costs; definitions, which are long and seldom change, have a table of theirs.
 * A row's `crc` comes before its blob, so that reading the columns touches no overflow page.
 */
export const SCHEMA: ReadonlyMap<string, string> = new Map([
  ['meta', `CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL, crc INTEGER NOT NULL) ${currentFact}`],
  [
    'catalog',
    `CREATE TABLE catalog (kind TEXT NOT NULL, key TEXT NOT NULL, cells TEXT NOT NULL, crc INTEGER NOT NULL, PRIMARY KEY (kind, key)) ${currentFact}`,
  ],
  [
    'facts',
    `CREATE TABLE facts (kind TEXT NOT NULL, key TEXT NOT NULL, cells TEXT NOT NULL, crc INTEGER NOT NULL, PRIMARY KEY (kind, key)) ${currentFact}`,
  ],
  [
    'intake',
    `CREATE TABLE intake (sequence INTEGER PRIMARY KEY, relation INTEGER NOT NULL, previous INTEGER NOT NULL, partition TEXT NOT NULL, kind TEXT NOT NULL, ordinal INTEGER NOT NULL, rows INTEGER NOT NULL, at REAL NOT NULL, watermark_before REAL, watermark_after REAL, crc INTEGER NOT NULL, payload BLOB) STRICT`,
  ],
  ['intake_by_relation', 'CREATE INDEX intake_by_relation ON intake (relation, sequence)'],
  [
    'deltas',
    `CREATE TABLE deltas (epoch INTEGER NOT NULL, dataflow INTEGER NOT NULL, operator INTEGER NOT NULL, previous INTEGER NOT NULL, crc INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (epoch, dataflow, operator)) STRICT, WITHOUT ROWID`,
  ],
  [
    'bases',
    `CREATE TABLE bases (dataflow INTEGER NOT NULL, operator INTEGER NOT NULL, as_of INTEGER NOT NULL, segment INTEGER NOT NULL, crc INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (dataflow, operator, as_of, segment)) STRICT, WITHOUT ROWID`,
  ],
  [
    'changes',
    `CREATE TABLE changes (view INTEGER NOT NULL, seq_from INTEGER NOT NULL, seq_to INTEGER NOT NULL, epoch INTEGER NOT NULL, more INTEGER NOT NULL, watermark TEXT NOT NULL, crc INTEGER NOT NULL, rows BLOB NOT NULL, PRIMARY KEY (view, seq_from)) STRICT, WITHOUT ROWID`,
  ],
  [
    'requests',
    'CREATE TABLE requests (name TEXT PRIMARY KEY, at REAL NOT NULL, crc INTEGER NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID',
  ],
  ['requests_by_time', 'CREATE INDEX requests_by_time ON requests (at)'],
]);
