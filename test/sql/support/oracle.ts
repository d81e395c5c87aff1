import Database from 'better-sqlite3';
import type { RelationDefinition } from '../../../runtime/catalog/catalog.ts';

/**
 * SQLite as oracle: the rows that a script sent, in plain tables, and a batch SELECT over them. TIMESTAMP is epoch ms as an
 * INTEGER, BOOLEAN 0 or 1, DECIMAL its text.
 */
export class Oracle {
  readonly #database = new Database(':memory:');

  create(relation: RelationDefinition): void {
    if (relation.kind !== 'stream' && relation.kind !== 'table') return;
    const key = new Set(relation.primaryKey);
    const columns = relation.columns.map(({ name }, index) => `${quoted(name)}${key.has(index) ? ' UNIQUE' : ''}`);
    this.#database.exec(`DROP TABLE IF EXISTS ${quoted(relation.name)}`);
    this.#database.exec(`CREATE TABLE ${quoted(relation.name)} (${columns.join(', ')})`);
  }

  insert(relation: RelationDefinition, line: string, op: 'upsert' | 'delete'): void {
    if (relation.kind !== 'stream' && relation.kind !== 'table') return;
    const row = JSON.parse(line) as Record<string, unknown>;
    const cells = relation.columns.map(({ name, type }) => cellOf(row[name], type.kind));
    if (op === 'delete') {
      const key = relation.primaryKey[0]!;
      this.#database
        .prepare(`DELETE FROM ${quoted(relation.name)} WHERE ${quoted(relation.columns[key]!.name)} = ?`)
        .run(cells[key]);
      return;
    }
    const marks = cells.map(() => '?').join(', ');
    this.#database.prepare(`INSERT OR REPLACE INTO ${quoted(relation.name)} VALUES (${marks})`).run(...cells);
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

function cellOf(value: unknown, kind: string): unknown {
  if (value === undefined || value === null) return null;
  if (kind === 'timestamp') return BigInt(typeof value === 'number' ? value : Date.parse(value as string));
  if (typeof value === 'boolean') return Number(value);
  if ((kind === 'bigint' || kind === 'int') && Number.isSafeInteger(Number(value))) return BigInt(Number(value));
  return value;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
