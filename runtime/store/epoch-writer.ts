import type Database from 'better-sqlite3';
import { assert } from '../errors/assert.ts';
import { type Cell, checksum, storable } from './checksum.ts';
import type { Connection } from './connection.ts';
import { corrupt } from './sqlite-error.ts';
import {
  type BaseSegmentRecord,
  type ChangeRecord,
  type DeltaRecord,
  type EpochRecord,
  type IntakeRecord,
  REQUEST_MS,
  type RequestRecord,
} from './store.ts';

type Bound = Cell | Uint8Array;

/** What one transaction deletes of trimmed intake at most; the rest follows in later ones. */
const PURGE_ROWS = 2_000;
const PURGE_ROWS_IN_COMMIT = 256;
const PURGE_BYTES = 16 << 20;

/** Writes epochs through one connection. */
export class EpochWriter {
  readonly #connection: Connection;
  /** Relations that hold intake which is needed no more. */
  readonly #purging = new Set<number>();
  readonly #insertIntake: Database.Statement<Bound[]>;
  readonly #insertDelta: Database.Statement<Bound[]>;
  readonly #insertBase: Database.Statement<Bound[]>;
  readonly #insertChange: Database.Statement<Bound[]>;
  readonly #trimmed: Database.Statement<[number, number, number], { sequence: number; bytes: number }>;
  readonly #deleteIntake: Database.Statement<[number]>;
  readonly #previousDelta: Database.Statement<[number, number, number], { previous: number }>;
  readonly #deleteDelta: Database.Statement<[number, number, number]>;
  readonly #countSegments: Database.Statement<[number, number, number], { segments: number }>;
  readonly #deleteOtherBases: Database.Statement<[number, number, number, number]>;
  readonly #deleteBases: Database.Statement<[number]>;
  readonly #deleteChanges: Database.Statement<[number, number, number]>;
  readonly #insertRequest: Database.Statement<Bound[]>;
  readonly #deleteRequests: Database.Statement<[number, number]>;
  #requestsHeld: number;
  readonly #oldestChange: Database.Statement<[number], { seq_from: number }>;

  constructor(connection: Connection) {
    this.#connection = connection;
    const { db } = connection;
    this.#insertIntake = db.prepare(
      'INSERT INTO intake (sequence, relation, previous, partition, kind, ordinal, rows, at, watermark_before, watermark_after, crc, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#insertDelta = db.prepare(
      'INSERT INTO deltas (epoch, dataflow, operator, previous, crc, bytes) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#insertBase = db.prepare(
      'INSERT INTO bases (dataflow, operator, as_of, segment, crc, bytes) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#insertChange = db.prepare(
      'INSERT INTO changes (view, seq_from, seq_to, epoch, more, watermark, crc, rows) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#trimmed = db.prepare(
      'SELECT sequence, coalesce(length(payload), 0) AS bytes FROM intake WHERE relation = ? AND sequence <= ? ORDER BY sequence LIMIT ?',
    );
    this.#deleteIntake = db.prepare('DELETE FROM intake WHERE sequence = ?');
    this.#previousDelta = db.prepare('SELECT previous FROM deltas WHERE epoch = ? AND dataflow = ? AND operator = ?');
    this.#deleteDelta = db.prepare('DELETE FROM deltas WHERE epoch = ? AND dataflow = ? AND operator = ?');
    this.#countSegments = db.prepare(
      'SELECT count(*) AS segments FROM bases WHERE dataflow = ? AND operator = ? AND as_of = ?',
    );
    this.#deleteOtherBases = db.prepare(
      'DELETE FROM bases WHERE dataflow = ? AND operator = ? AND as_of NOT IN (?, ?)',
    );
    this.#deleteBases = db.prepare('DELETE FROM bases WHERE dataflow = ?');
    this.#deleteChanges = db.prepare('DELETE FROM changes WHERE view = ? AND seq_from <= ? AND seq_to <= ?');
    this.#oldestChange = db.prepare('SELECT seq_from FROM changes WHERE view = ? ORDER BY seq_from LIMIT 1');
    this.#insertRequest = db.prepare('INSERT OR REPLACE INTO requests (name, at, crc, value) VALUES (?, ?, ?, ?)');
    this.#deleteRequests = db.prepare(
      'DELETE FROM requests WHERE name IN (SELECT name FROM requests WHERE at < ? ORDER BY at LIMIT ?)',
    );
    this.#requestsHeld = db.prepare<[], { held: number }>('SELECT count(*) AS held FROM requests').get()?.held ?? 0;
    for (const [relation, trimmed] of connection.relations.all() as number[][]) {
      if (this.#trimmed.get(relation!, trimmed!, 1)) this.#purging.add(relation!);
    }
  }

  /** Whether `purge` has something to do. */
  get purging(): boolean {
    return this.#purging.size > 0;
  }

  get requestsHeld(): number {
    return this.#requestsHeld;
  }

  write(record: EpochRecord): void {
    const { catalog, progress, named } = this.#connection;
    assert(record.epoch > this.#connection.epoch, `epoch ${record.epoch} after ${this.#connection.epoch}`);
    this.#connection.transaction(() => {
      this.#connection.epoch = record.epoch;
      this.#connection.clock = record.clock;
      for (const { id, name, definition } of record.catalogPut) catalog.put(id, name, definition);
      this.#writeIntake(record.intake);
      for (const { dataflow, state } of record.progress) progress.put(dataflow, state);
      for (const delta of record.deltas) this.#writeDelta(record.epoch, delta);
      for (const base of record.bases) this.#writeBase(record.epoch, base);
      for (const change of record.changes) this.#writeChange(change);
      for (const { relation, upTo } of record.trimIntake) this.#trimIntake(relation, upTo);
      for (const { view, upTo } of record.trimChanges) this.#trimChanges(view, upTo);
      for (const { name, value } of record.meta) {
        if (value === null) named.delete(name);
        else named.put(name, value);
      }
      this.#writeRequests(record.requests, record.clock - REQUEST_MS);
      // Last, so that nothing of a dropped id survives, whatever else the record says of it.
      for (const id of record.catalogDrop) this.#drop(id);
      // Never less than what came in, so that a trimmed log does not grow.
      this.#purgeSome(PURGE_ROWS_IN_COMMIT + 2 * record.intake.length);
    });
  }

  /** Deletes a bounded piece of what was trimmed or dropped. */
  purge(): void {
    this.#connection.transaction(() => this.#purgeSome(PURGE_ROWS));
  }

  #writeIntake(entries: readonly IntakeRecord[]): void {
    const { relations } = this.#connection;
    const newest = new Map<number, number>();
    for (const entry of entries) {
      const { sequence, relation } = entry;
      assert(sequence >= this.#connection.nextSequence, `intake sequence ${sequence} comes twice`);
      const cells = intakeCells(entry, newest.get(relation) ?? Number(relations.get(relation)?.[2] ?? 0));
      this.#insertIntake.run(...cells, checksum('intake', cells, entry.payload), entry.payload);
      newest.set(relation, sequence);
      this.#connection.nextSequence = sequence + 1;
    }
    for (const [relation, sequence] of newest) {
      relations.put(relation, relations.get(relation)?.[1] ?? 0, sequence, 0);
    }
  }

  /** Forgets twice as many old ones as come in, so that they do not pile up. */
  #writeRequests(requests: readonly RequestRecord[], forgottenBefore: number): void {
    if (requests.length === 0) return;
    for (const request of requests) {
      const cells = requestCells(request);
      this.#insertRequest.run(cells[0]!, cells[1]!, checksum('requests', cells), cells[2]!);
    }
    const forgotten = this.#deleteRequests.run(forgottenBefore, 2 * requests.length).changes;
    this.#requestsHeld += requests.length - forgotten;
  }

  #writeDelta(epoch: number, { dataflow, operator, bytes }: DeltaRecord): void {
    const { operators } = this.#connection;
    const [, , baseAsOf = 0, segments = 0, previous = 0] = (operators.get(dataflow, operator) ?? []) as number[];
    const cells = [epoch, dataflow, operator, previous];
    this.#insertDelta.run(...cells, checksum('deltas', cells, bytes), bytes);
    operators.put(dataflow, operator, baseAsOf, segments, epoch);
  }

  #writeBase(epoch: number, { dataflow, operator, asOf, segment, last, bytes }: BaseSegmentRecord): void {
    const { operators } = this.#connection;
    const [, , baseAsOf = 0, , lastDelta = 0] = (operators.get(dataflow, operator) ?? []) as number[];
    assert(asOf > baseAsOf && asOf <= epoch, `base of epoch ${asOf} at ${epoch}, after the base of ${baseAsOf}`);
    // What an earlier attempt left when a restart cut it short.
    if (segment === 0) this.#deleteOtherBases.run(dataflow, operator, baseAsOf, baseAsOf);
    const cells = [dataflow, operator, asOf, segment];
    this.#insertBase.run(...cells, checksum('bases', cells, bytes), bytes);
    if (!last) return;
    const segments = this.#countSegments.get(dataflow, operator, asOf)?.segments ?? 0;
    assert(
      segments === segment + 1,
      `base of operator ${dataflow}/${operator} has ${segments} of ${segment + 1} segments`,
    );
    this.#deleteOtherBases.run(dataflow, operator, asOf, asOf);
    this.#deleteDeltas(dataflow, operator, lastDelta, baseAsOf, asOf);
    operators.put(dataflow, operator, asOf, segments, lastDelta);
  }

  /** Follows the deltas of an operator back from `from` to its base and deletes those up to `upTo`. */
  #deleteDeltas(dataflow: number, operator: number, from: number, baseAsOf: number, upTo: number): void {
    for (let epoch = from; epoch > baseAsOf; ) {
      const delta = this.#previousDelta.get(epoch, dataflow, operator);
      if (!delta || delta.previous >= epoch) throw corrupt(`deltas ${epoch}/${dataflow}/${operator}: missing`);
      if (epoch <= upTo) this.#deleteDelta.run(epoch, dataflow, operator);
      epoch = delta.previous;
    }
  }

  #writeChange(change: ChangeRecord): void {
    const { views } = this.#connection;
    const { view, seqFrom, seqTo, rows } = change;
    const [, before = 0, last = 0] = (views.get(view) ?? []) as number[];
    assert(seqFrom === last + 1 && seqTo >= seqFrom, `changes ${seqFrom} to ${seqTo} of view ${view} after ${last}`);
    const cells = changeCells(change);
    this.#insertChange.run(...cells, checksum('changes', cells, rows), rows);
    views.put(view, before, seqTo);
  }

  #trimIntake(relation: number, upTo: number): void {
    const { relations } = this.#connection;
    const [, trimmed = 0, last = 0, dropped = 0] = (relations.get(relation) ?? []) as number[];
    if (Math.min(upTo, last) <= trimmed) return;
    relations.put(relation, Math.min(upTo, last), last, dropped);
    this.#purging.add(relation);
  }

  #trimChanges(view: number, upTo: number): void {
    const { views } = this.#connection;
    const [, before = 0, last = 0] = (views.get(view) ?? []) as number[];
    if (upTo <= before) return;
    this.#deleteChanges.run(view, upTo, upTo);
    const oldest = this.#oldestChange.get(view);
    views.put(view, oldest ? oldest.seq_from - 1 : last, last);
  }

  #drop(id: number): void {
    const { catalog, progress, operators, relations, views } = this.#connection;
    catalog.delete(id);
    progress.delete(id);
    for (const [dataflow, operator, baseAsOf, , lastDelta] of operators.all() as number[][]) {
      if (dataflow !== id) continue;
      this.#deleteDeltas(id, operator!, lastDelta!, baseAsOf!, lastDelta!);
      operators.delete(id, operator!);
    }
    this.#deleteBases.run(id);
    if (views.get(id)) this.#deleteChanges.run(id, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    views.delete(id);
    const relation = relations.get(id) as number[] | undefined;
    if (!relation) return;
    // Its intake may be large; the mark hides it at once, the rows go piece by piece.
    relations.put(id, relation[2]!, relation[2]!, 1);
    this.#purging.add(id);
  }

  #purgeSome(rowsMax: number): void {
    let rows = rowsMax;
    let bytes = PURGE_BYTES;
    for (const relation of this.#purging) {
      const [, trimmed = 0, , dropped] = (this.#connection.relations.get(relation) ?? []) as number[];
      const found = this.#trimmed.all(relation, trimmed, rows + 1);
      for (const row of found) {
        if (rows <= 0 || bytes <= 0) return;
        this.#deleteIntake.run(row.sequence);
        rows--;
        bytes -= row.bytes;
      }
      this.#purging.delete(relation);
      if (dropped === 1) this.#connection.relations.delete(relation);
    }
  }
}

/** The columns of an intake row up to its checksum, in the order of the table. */
export function intakeCells(entry: IntakeRecord, previous: number): Cell[] {
  const { sequence, relation, partition, kind, ordinal, rows, at, watermarkBefore, watermarkAfter } = entry;
  return [sequence, relation, previous, storable(partition), kind, ordinal, rows, at, watermarkBefore, watermarkAfter];
}

/** The columns of a row of changes up to its checksum, in the order of the table. */
export function changeCells({ view, seqFrom, seqTo, epoch, more, watermark }: ChangeRecord): Cell[] {
  return [view, seqFrom, seqTo, epoch, more ? 1 : 0, storable(watermark)];
}

/** The columns of a remembered request but its checksum. */
export function requestCells({ name, at, value }: RequestRecord): Cell[] {
  return [storable(name), at, storable(value)];
}
