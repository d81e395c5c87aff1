/** Goes up with every change of the layout. docs/formats/store.md describes this one. */
export const STORE_FORMAT = 2;

/** Formats that are brought up to this one when they are opened, with the objects that each does not have. */
export const OLDER_FORMATS: ReadonlyMap<number, readonly string[]> = new Map([[1, ['requests', 'requests_by_time']]]);

const currentFact = 'STRICT, WITHOUT ROWID';

/**
 * Every object of the database, with the exact text that SQLite keeps of it. Facts (small, one row per thing, replaced
 * in place) come first, logs (append mostly, with blobs) after. A row's `crc` comes before its blob, so that reading
 * the columns touches no overflow page.
 */
export const SCHEMA: ReadonlyMap<string, string> = new Map([
  ['meta', `CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL, crc INTEGER NOT NULL) ${currentFact}`],
  [
    'head',
    `CREATE TABLE head (id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, clock REAL NOT NULL, next_sequence INTEGER NOT NULL, facts INTEGER NOT NULL, digest INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT`,
  ],
  [
    'catalog',
    `CREATE TABLE catalog (id INTEGER PRIMARY KEY, name TEXT NOT NULL, definition TEXT NOT NULL, crc INTEGER NOT NULL) ${currentFact}`,
  ],
  [
    'progress',
    `CREATE TABLE progress (dataflow INTEGER PRIMARY KEY, state TEXT NOT NULL, crc INTEGER NOT NULL) ${currentFact}`,
  ],
  ['named', `CREATE TABLE named (name TEXT PRIMARY KEY, value TEXT NOT NULL, crc INTEGER NOT NULL) ${currentFact}`],
  [
    'operators',
    `CREATE TABLE operators (dataflow INTEGER NOT NULL, operator INTEGER NOT NULL, base_as_of INTEGER NOT NULL, base_segments INTEGER NOT NULL, last_delta INTEGER NOT NULL, crc INTEGER NOT NULL, PRIMARY KEY (dataflow, operator)) ${currentFact}`,
  ],
  [
    'relations',
    `CREATE TABLE relations (relation INTEGER PRIMARY KEY, trimmed INTEGER NOT NULL, last INTEGER NOT NULL, dropped INTEGER NOT NULL, crc INTEGER NOT NULL) ${currentFact}`,
  ],
  [
    'views',
    `CREATE TABLE views (view INTEGER PRIMARY KEY, before INTEGER NOT NULL, last INTEGER NOT NULL, crc INTEGER NOT NULL) ${currentFact}`,
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
  // Since format 2.
  [
    'requests',
    'CREATE TABLE requests (name TEXT PRIMARY KEY, at REAL NOT NULL, crc INTEGER NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID',
  ],
  ['requests_by_time', 'CREATE INDEX requests_by_time ON requests (at)'],
]);
