import Database from 'better-sqlite3';
import { isDeclared, type RelationDefinition, type StreamDefinition } from '../../../runtime/catalog/catalog.ts';
import { pathOf, shownName } from '../../../runtime/types/row-columns.ts';

/**
 * SQLite as oracle: the rows that a script sent, in plain tables, and a batch SELECT over them. TIMESTAMP is epoch ms as an
 * INTEGER, BOOLEAN 0 or 1, DECIMAL its text.
 */
export class Oracle {
  readonly #database = new Database(':memory:');

  create(relation: RelationDefinition): void {
    if (!isDeclared(relation)) return;
    const key = new Set(relation.primaryKey);
    const columns = relation.columns.map(
      ({ name }, index) => `${quoted(shownName(name))}${key.has(index) ? ' UNIQUE' : ''}`,
    );
    this.#database.exec(`DROP TABLE IF EXISTS ${quoted(relation.name)}`);
    this.#database.exec(`CREATE TABLE ${quoted(relation.name)} (${columns.join(', ')})`);
  }

  insert(relation: RelationDefinition, line: string, op: 'upsert' | 'delete'): void {
    if (!isDeclared(relation)) return;
    const row = JSON.parse(line) as Row | null;
    if (relation.format === 'debezium-json') this.#change(relation, row);
    else if (op === 'delete') this.#deleteKey(relation, row!);
    else this.#put(relation, row!);
  }

  /** Tombstones are nothing. */
  #change(relation: StreamDefinition, message: Row | null): void {
    const change = (message?.['op'] === undefined ? message?.['payload'] : message) as Change | null | undefined;
    if (!change) return;
    const { op, before, after } = change;
    if (relation.kind === 'table' && before) this.#deleteKey(relation, before);
    if (relation.kind === 'bag' && before) this.#deleteOne(relation, before);
    if (op !== 'd') this.#put(relation, after!);
  }

  #put(relation: StreamDefinition, row: Row): void {
    const cells = cellsOf(relation, row);
    const marks = cells.map(() => '?').join(', ');
    this.#database.prepare(`INSERT OR REPLACE INTO ${quoted(relation.name)} VALUES (${marks})`).run(...cells);
  }

  #deleteKey(relation: StreamDefinition, row: Row): void {
    const cells = cellsOf(relation, row);
    const where = relation.primaryKey
      .map((key) => `${quoted(shownName(relation.columns[key]!.name))} = ?`)
      .join(' AND ');
    const keys = relation.primaryKey.map((key) => cells[key]);
    this.#database.prepare(`DELETE FROM ${quoted(relation.name)} WHERE ${where}`).run(...keys);
  }

  #deleteOne(relation: StreamDefinition, row: Row): void {
    const name = quoted(relation.name);
    const where = relation.columns.map((column) => `${quoted(shownName(column.name))} IS ?`).join(' AND ');
    const sql = `DELETE FROM ${name} WHERE rowid = (SELECT min(rowid) FROM ${name} WHERE ${where})`;
    this.#database.prepare(sql).run(...cellsOf(relation, row));
  }

  select(sql: string): string[] {
    const statement = this.#database.prepare(sql).raw();
    return (statement.all() as unknown[][]).map((row) => JSON.stringify(row));
  }

  close(): void {
    this.#database.close();
  }
}

/** A view's row with its times as epoch ms, as the oracle has them. */
export function oracleRow(line: string): string {
  const row = JSON.parse(line) as unknown[];
  return JSON.stringify(
    row.map((cell) => (typeof cell === 'string' && ISO.test(cell) ? Date.parse(cell) : booleanAsInteger(cell))),
  );
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

function booleanAsInteger(cell: unknown): unknown {
  return typeof cell === 'boolean' ? Number(cell) : cell;
}

type Row = Readonly<Record<string, unknown>>;

interface Change {
  readonly op?: string;
  readonly before?: Row | null;
  readonly after?: Row | null;
}

function cellsOf(relation: StreamDefinition, row: Row): unknown[] {
  return relation.columns.map(({ name, type }) => cellOf(memberAt(row, pathOf(name)), type.kind));
}

/** What stands at the end of the path; of a ROW itself whether there is one. */
function memberAt(row: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return typeof row === 'object' && row !== null ? true : row;
  return typeof row === 'object' && row !== null ? memberAt((row as Record<string, unknown>)[name], rest) : null;
}

function cellOf(value: unknown, kind: string): unknown {
  if (value === undefined || value === null) return null;
  if (kind === 'json') return JSON.stringify(value);
  if (kind === 'timestamp') return BigInt(typeof value === 'number' ? value : Date.parse(value as string));
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'object') return JSON.stringify(value);
  if ((kind === 'bigint' || kind === 'int') && Number.isSafeInteger(Number(value))) return BigInt(Number(value));
  return value;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
