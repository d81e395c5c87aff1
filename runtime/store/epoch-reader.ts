import type Database from 'better-sqlite3';
import { checksum } from './checksum.ts';
import type { Connection } from './connection.ts';
import { changeCells, intakeCells, requestCells } from './epoch-writer.ts';
import { corrupt } from './sqlite-error.ts';
import type { ChangeRecord, IntakeKind, IntakeRecord, RecoveredOperator, RequestRecord } from './store.ts';

interface IntakeRow {
  readonly sequence: number;
  readonly relation: number;
  readonly previous: number;
  readonly partition: string;
  readonly kind: IntakeKind;
  readonly ordinal: number;
  readonly rows: number;
  readonly at: number;
  readonly watermark_before: number | null;
  readonly watermark_after: number | null;
  readonly crc: number;
  readonly payload: Uint8Array | null;
}

interface ChangeRow {
  readonly view: number;
  readonly seq_from: number;
  readonly seq_to: number;
  readonly epoch: number;
  readonly more: number;
  readonly watermark: string;
  readonly crc: number;
  readonly rows: Uint8Array;
}

interface BlobRow {
  readonly previous: number;
  readonly crc: number;
  readonly bytes: Uint8Array;
}

/** What a row without a payload counts against a limit in bytes. */
const ROW_BYTES = 64;
/** Of each relation, when several are read. */
const PLACES = 1024;

/**
 * Reads what is committed. Every row's checksum is verified, and every log is a chain whose ends are facts, so that a row
 * that vanished is noticed as well.
 */
export class EpochReader {
  readonly #connection: Connection;
  readonly #segment: Database.Statement<[number, number, number, number], BlobRow>;
  readonly #delta: Database.Statement<[number, number, number], BlobRow>;
  readonly #intake: Database.Statement<[number], IntakeRow>;
  readonly #intakeOf: Database.Statement<[number, number], IntakeRow>;
  readonly #places: Database.Statement<[number, number, number], { readonly sequence: number }>;
  readonly #intakeAt: Database.Statement<[number], IntakeRow>;
  readonly #changes: Database.Statement<[number, number, number], ChangeRow>;
  readonly #request: Database.Statement<[string], RequestRecord & { readonly crc: number }>;

  constructor(connection: Connection) {
    this.#connection = connection;
    const { db } = connection;
    this.#segment = db.prepare(
      'SELECT 0 AS previous, crc, bytes FROM bases WHERE dataflow = ? AND operator = ? AND as_of = ? AND segment = ?',
    );
    this.#delta = db.prepare(
      'SELECT previous, crc, bytes FROM deltas WHERE epoch = ? AND dataflow = ? AND operator = ?',
    );
    this.#intake = db.prepare('SELECT * FROM intake WHERE sequence > ? ORDER BY sequence');
    this.#intakeOf = db.prepare(
      'SELECT * FROM intake INDEXED BY intake_by_relation WHERE relation = ? AND sequence > ? ORDER BY sequence',
    );
    this.#places = db.prepare(
      'SELECT sequence FROM intake INDEXED BY intake_by_relation WHERE relation = ? AND sequence > ? ORDER BY sequence LIMIT ?',
    );
    this.#intakeAt = db.prepare('SELECT * FROM intake WHERE sequence = ?');
    this.#request = db.prepare('SELECT name, at, crc, value FROM requests WHERE name = ?');
    // From the record that holds afterSeq + 1, found by the last record that begins at or before it.
    this.#changes = db.prepare(
      'SELECT * FROM changes WHERE view = ? AND seq_from >= coalesce((SELECT max(seq_from) FROM changes WHERE view = ? AND seq_from <= ? + 1), 0) ORDER BY seq_from',
    );
  }

  readState(dataflow: number): RecoveredOperator[] {
    const operators = this.#connection.operators.all() as number[][];
    return operators
      .filter(([owner]) => owner === dataflow)
      .map(([, operator, baseAsOf, segments, lastDelta]) => ({
        operator: operator!,
        base: Array.from({ length: segments! }, (_, segment) =>
          this.#readSegment(dataflow, operator!, baseAsOf!, segment),
        ),
        deltas: this.#readDeltas(dataflow, operator!, baseAsOf!, lastDelta!),
      }));
  }

  readIntake(
    relations: readonly number[] | null,
    afterSequence: number,
    maxBytes: number,
    rowsMax = Infinity,
  ): IntakeRecord[] {
    const found: IntakeRecord[] = [];
    const chain = new IntakeChain(this.#connection, afterSequence);
    let bytes = 0;
    let rows = 0;
    for (const row of this.#intakeRows(relations, afterSequence, chain)) {
      if (chain.hidden(row)) continue;
      bytes += (row.payload?.length ?? 0) + ROW_BYTES;
      if (found.length > 0 && (bytes > maxBytes || rows >= rowsMax)) return found;
      found.push(intakeRecord(row));
      rows += row.rows;
      chain.add(row);
    }
    chain.end(relations);
    return found;
  }

  #intakeRows(relations: readonly number[] | null, after: number, chain: IntakeChain): Iterable<IntakeRow> {
    if (relations === null) return this.#intake.iterate(after);
    const [only] = relations;
    if (relations.length > 1) return this.#mergedRows(relations, chain);
    return only === undefined ? [] : this.#intakeOf.iterate(only, chain.start(only));
  }

  /** Rows of several relations in order: their places come from the index alone, piece by piece. */
  *#mergedRows(relations: readonly number[], chain: IntakeChain): Generator<IntakeRow> {
    const places = (relation: number, known: number): number[] =>
      this.#places.all(relation, Math.max(known, chain.start(relation)), PLACES).map(({ sequence }) => sequence);
    for (let known = 0; known < Infinity; ) {
      const pieces = relations.map((relation) => places(relation, known));
      // Behind the end of a full piece its relation may have more, before those of the others.
      known = Math.min(...pieces.map((piece) => (piece.length < PLACES ? Infinity : piece.at(-1)!)));
      const ready = pieces.flat().filter((place) => place <= known);
      for (const place of ready.sort((a, b) => a - b)) {
        const row = this.#intakeAt.get(place);
        if (!row) throw corrupt(`intake ${place}: missing`);
        yield row;
      }
    }
  }

  readChanges(view: number, afterSeq: number, maxBytes: number): ChangeRecord[] {
    const [, before = 0, last = 0] = (this.#connection.views.get(view) ?? []) as number[];
    const found: ChangeRecord[] = [];
    if (afterSeq >= last) return found;
    let seq = Math.max(afterSeq, before);
    let bytes = 0;
    for (const row of this.#changes.iterate(view, view, seq)) {
      bytes += row.rows.length + ROW_BYTES;
      if (found.length > 0 && bytes > maxBytes) return found;
      const fits = found.length === 0 ? row.seq_from <= seq + 1 : row.seq_from === seq + 1;
      if (!fits || row.seq_to <= seq) throw corrupt(`changes ${view}/${seq + 1}: missing`);
      found.push(changeRecord(row));
      seq = row.seq_to;
    }
    if (seq !== last) throw corrupt(`changes ${view}/${seq + 1}: missing`);
    return found;
  }

  readRequest(name: string): RequestRecord | null {
    const row = this.#request.get(name);
    if (!row) return null;
    const { crc, ...request } = row;
    if (checksum('requests', requestCells(request)) !== crc)
      throw corrupt(`requests ${name}: the checksum does not fit`);
    return request;
  }

  #readSegment(dataflow: number, operator: number, asOf: number, segment: number): Uint8Array {
    const row = this.#segment.get(dataflow, operator, asOf, segment);
    const key = [dataflow, operator, asOf, segment];
    if (!row) throw corrupt(`bases ${key.join('/')}: missing`);
    if (checksum('bases', key, row.bytes) !== row.crc) throw damaged('bases', key);
    return ownBytes(row.bytes);
  }

  #readDeltas(dataflow: number, operator: number, baseAsOf: number, lastDelta: number): Uint8Array[] {
    const found: Uint8Array[] = [];
    for (let epoch = lastDelta; epoch > baseAsOf; ) {
      const row = this.#delta.get(epoch, dataflow, operator);
      const key = [epoch, dataflow, operator];
      if (!row) throw corrupt(`deltas ${key.join('/')}: missing`);
      if (checksum('deltas', [...key, row.previous], row.bytes) !== row.crc) throw damaged('deltas', key);
      found.push(ownBytes(row.bytes));
      epoch = row.previous;
    }
    return found.reverse();
  }
}

/** Checks that the entries of each relation that one read meets follow each other, from where it began to the newest. */
class IntakeChain {
  readonly #connection: Connection;
  readonly #after: number;
  readonly #seen = new Map<number, number>();

  constructor(connection: Connection, afterSequence: number) {
    this.#connection = connection;
    this.#after = afterSequence;
  }

  /** The sequence after which the relation's entries are read: what was trimmed is not there, deleted yet or not. */
  start(relation: number): number {
    return Math.max(this.#after, Number(this.#connection.relations.get(relation)?.[1] ?? Number.MAX_SAFE_INTEGER));
  }

  hidden({ relation, sequence }: IntakeRow): boolean {
    return sequence <= this.start(relation);
  }

  add({ relation, sequence, previous }: IntakeRow): void {
    const seen = this.#seen.get(relation);
    const fits = seen === undefined ? previous <= this.start(relation) : previous === seen;
    if (!fits) throw corrupt(`intake ${previous} of relation ${relation}: missing`);
    this.#seen.set(relation, sequence);
  }

  /** Nothing follows: each relation must have been read to its newest entry. */
  end(relations: readonly number[] | null): void {
    for (const [id, , last] of this.#connection.relations.all() as number[][]) {
      if (relations !== null && !relations.includes(id!)) continue;
      if ((this.#seen.get(id!) ?? this.start(id!)) < last!) throw corrupt(`intake ${last} of relation ${id}: missing`);
    }
  }
}

function intakeRecord(row: IntakeRow): IntakeRecord {
  const { sequence, relation, previous, partition, kind, ordinal, rows, at } = row;
  const record: IntakeRecord = {
    ...{ sequence, relation, partition, kind, ordinal, rows, at },
    watermarkBefore: row.watermark_before,
    watermarkAfter: row.watermark_after,
    payload: row.payload && ownBytes(row.payload),
  };
  if (checksum('intake', intakeCells(record, previous), row.payload) !== row.crc) throw damaged('intake', [sequence]);
  return record;
}

function changeRecord(row: ChangeRow): ChangeRecord {
  const { view, epoch, watermark, seq_from: seqFrom, seq_to: seqTo } = row;
  const record = { view, epoch, seqFrom, seqTo, more: row.more === 1, watermark, rows: ownBytes(row.rows) };
  if (row.more > 1 || checksum('changes', changeCells(record), row.rows) !== row.crc) {
    throw damaged('changes', [view, seqFrom]);
  }
  return record;
}

function damaged(table: string, key: readonly number[]): Error {
  return corrupt(`${table} ${key.join('/')}: the checksum does not fit`);
}

/** A plain array that covers its buffer, so that it can be transferred to another thread. */
function ownBytes({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  const view = new Uint8Array(buffer, byteOffset, byteLength);
  return byteLength === buffer.byteLength ? view : view.slice();
}
