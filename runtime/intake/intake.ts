import { allocateNumbers } from '../columns/allocator.ts';
import type { PolledRows, PollLimit, RecordedPoll } from '../connectors/connector.ts';
import { assert } from '../errors/assert.ts';
import { problem, ProblemError } from '../errors/problem.ts';
import type { RefusedRow } from '../formats/format.ts';
import { withoutLines } from '../formats/line-spans.ts';
import type { IntakeKind, IntakeRecord } from '../store/store.ts';
import { errorLines, lateLines } from './derived-relations.ts';
import type { Entry, Slice } from './entry.ts';
import { headerOf, numbersOf, type Relation } from './relation.ts';
import { type BodyReading, type DecodedBody, pairedChanges, type RowsKind } from './row-reader.ts';
import { withoutMissing } from './without-missing.ts';

/** Of a stream whose event time is the clock: the next end, as event time, of a window that has rows; Infinity: none. */
export type WindowEndOf = (relation: Relation) => number;

/** How often a wholly idle stream follows the clock, and how often the clock ticks at least. */
const IDLE_TICK_MS = 1000;
/** Of the rows that made a strict body fail. */
const REFUSALS_TOLD = 1000;

/** How often a source is asked for its first partition. */
const GROWTH_MS = 100;

export interface Pushed {
  readonly accepted: number;
  readonly refused: readonly RefusedRow[];
  readonly rejected: number;
  /** Of the last accepted row; null when there is none. */
  readonly ordinal: number | null;
  /** The last entry that must be durable before the sender is told. */
  readonly sequence: number;
}

export interface PushOptions extends RowsKind {
  /** The bytes that were read. */
  readonly body: Buffer;
  /** All or none. */
  readonly strict: boolean;
  readonly now: number;
}

export interface PollOutcome {
  readonly rows: number;
  /** When a source may have more: 0 at once, Infinity never. */
  readonly delayMs: number;
}

/**
 * The one acceptance order over all relations. Everything that can change a result takes its place here: rows, polls,
 * watermark commands, ends, idle marks. Each entry carries what was decided once (W before its rows, the stream's
 * watermark after it), so that any later reader decides the same.
 */
export class Intake {
  readonly #relations = new Map<number, Relation>();
  readonly #byName = new Map<string, Relation>();
  readonly #onEntry: (entry: Entry, relation: Relation) => void;
  readonly #monotonic: () => number;
  /** Spent on decoding rows, in all. */
  decodeMs = 0;
  #nextSequence = 1;
  #nextOrdinal = 1;

  /** `onEntry` gets every new entry, in order. `monotonic`: ms, to measure with. */
  constructor(onEntry: (entry: Entry, relation: Relation) => void, monotonic: () => number) {
    this.#onEntry = onEntry;
    this.#monotonic = monotonic;
  }

  /** Goes on where the store left off. */
  resume(lastSequence: number, nextOrdinal: number): void {
    this.#nextSequence = lastSequence + 1;
    this.#nextOrdinal = nextOrdinal;
  }

  get nextOrdinal(): number {
    return this.#nextOrdinal;
  }

  get lastSequence(): number {
    return this.#nextSequence - 1;
  }

  add(relation: Relation): void {
    this.#relations.set(relation.id, relation);
    this.#byName.set(relation.name, relation);
  }

  remove(relation: Relation): void {
    relation.close();
    this.#relations.delete(relation.id);
    this.#byName.delete(relation.name);
  }

  relations(): Iterable<Relation> {
    return this.#relations.values();
  }

  byId(id: number): Relation | undefined {
    return this.#relations.get(id);
  }

  byName(name: string): Relation | undefined {
    return this.#byName.get(name);
  }

  /** Rows from outside, before they are accepted. */
  read(relation: Relation, body: Buffer, kind: RowsKind): BodyReading {
    this.#refuseUnwritable(relation);
    if (kind.deletes) refuseDeletes(relation);
    const reading = relation.beginReading(body, kind);
    return {
      step: () => this.#decoding(() => reading.step()),
      finish: (at) => this.#decoding(() => reading.finish(at)),
    };
  }

  /** Accepts rows that were read. Good rows are kept when others are refused, unless `strict`. */
  push(relation: Relation, reading: BodyReading, { body, deletes, csv, strict, now }: PushOptions): Pushed {
    this.#refuseUnwritable(relation);
    const { body: decoded, missing } = passable(relation, reading.finish(now), body);
    if (strict && decoded.rejected > 0) throw refusedAll(decoded);
    const plain = deletes ? 'delete-rows' : 'rows';
    const kind: IntakeKind = csv ? `csv-${plain}` : plain;
    const ordinal = this.#accept(relation, '0', kind, decoded, withoutLines(body, missing), now);
    const { accepted, refused, rejected } = decoded;
    return { accepted, refused, rejected, ordinal, sequence: this.lastSequence };
  }

  /** One poll of the relation's source: of the partition that is lowest in event time, of the next one where it waits. */
  poll(relation: Relation, limit: PollLimit): PollOutcome {
    if (relation.ended) return { rows: 0, delayMs: Infinity };
    const partitions = this.#unfinished(relation, limit.now);
    if (partitions.length === 0 && relation.source.growing) return { rows: 0, delayMs: GROWTH_MS };
    if (partitions.length === 0) {
      this.end(relation, limit.now);
      return { rows: 0, delayMs: Infinity };
    }
    let delayMs = Infinity;
    for (const partition of lowestFirst(relation, partitions)) {
      const outcome = this.#pollPartition(relation, partition, limit);
      if (outcome.delayMs === 0) return outcome;
      delayMs = Math.min(delayMs, outcome.delayMs);
    }
    return { rows: 0, delayMs };
  }

  #pollPartition(relation: Relation, partition: string, limit: PollLimit): PollOutcome {
    const from = relation.offsets.get(partition) ?? relation.source.start(partition);
    const narrow = limit.needed ? { ...limit, needed: relation.keptOf(limit.needed) } : limit;
    const polled = relation.source.poll(partition, from, relation.pollLimit(narrow));
    if (polled.kind === 'wait') return { rows: 0, delayMs: polled.delayMs };
    if (polled.kind === 'end') {
      relation.finished.add(partition);
      relation.time?.finish(partition);
      return { rows: 0, delayMs: 0 };
    }
    const rows = this.#acceptPolled(relation, partition, from, polled, narrow);
    relation.offsets.set(partition, polled.to);
    return { rows, delayMs: 0 };
  }

  /** A watermark command. */
  moveWatermark(relation: Relation, to: number, now: number): void {
    if (!relation.time) {
      throw problem('NO_EVENT_TIME', `${relation.name} has no event time`, undefined, 'declare WATERMARK FOR a column');
    }
    if (relation.followsClock) {
      const message = `the watermark of ${relation.name} follows the clock and cannot be moved`;
      throw problem('UNSUPPORTED', message, undefined, 'wait for the clock, or end the stream');
    }
    if (relation.ended) throw ended(relation);
    if (!relation.time.moveTo(to)) {
      throw problem('WATERMARK_WENT_BACK', `the watermark of ${relation.name} is already past that time`);
    }
    this.#enter(relation, '', 'watermark', { rows: 0, at: now, before: null, payload: null }, []);
  }

  /** The end of the stream: all its windows close, no more rows. */
  end(relation: Relation, now: number): void {
    if (relation.ended) return;
    relation.ended = true;
    relation.time?.moveTo(Infinity);
    this.#enter(relation, '', 'end', { rows: 0, at: now, before: null, payload: null }, []);
  }

  /**
   * Idle partitions, wholly idle streams that follow the clock, and streams whose event time is the clock; only of
   * streams that a query waits for. `windowEnd`: as in nextDue; without it the clock ticks now.
   */
  passTime(now: number, needed: ReadonlySet<number>, windowEnd?: WindowEndOf): void {
    for (const relation of this.#relations.values()) {
      if (!needed.has(relation.id) || !relation.time) continue;
      if (relation.followsClock) this.#tick(relation, now, windowEnd);
      else if (relation.time.passTime(now))
        this.#enter(relation, '', 'idle', { rows: 0, at: now, before: null, payload: null }, []);
    }
  }

  /** Clock time at which passTime can next change something. `windowEnd`: the next end of a window with rows. */
  nextDue(now: number, needed: ReadonlySet<number>, windowEnd: WindowEndOf): number {
    let due = Infinity;
    for (const relation of this.#relations.values()) {
      if (!relation.time || !needed.has(relation.id)) continue;
      due = Math.min(
        due,
        relation.followsClock ? tickDue(relation, windowEnd) : relation.time.nextDue(now, IDLE_TICK_MS),
      );
    }
    return due;
  }

  #tick(relation: Relation, now: number, windowEnd: WindowEndOf | undefined): void {
    if (windowEnd && now < tickDue(relation, windowEnd)) return;
    if (!relation.time!.tick(now)) return;
    this.#enter(relation, '', 'tick', { rows: 0, at: now, before: null, payload: null }, []);
  }

  #decoding<T>(decode: () => T): T {
    const began = this.#monotonic();
    const decoded = decode();
    this.decodeMs += this.#monotonic() - began;
    return decoded;
  }

  #refuseUnwritable(relation: Relation): void {
    if (!relation.writable) {
      const why = relation.definition.derivedFrom
        ? `it is kept by ${relation.definition.derivedFrom}`
        : `its rows come from connector ${relation.definition.connector}`;
      throw problem('NOT_WRITABLE', `${relation.name} cannot be written to: ${why}`);
    }
    if (relation.ended) throw ended(relation);
  }

  #unfinished(relation: Relation, now: number): readonly string[] {
    const partitions = relation.source.partitions().filter((partition) => !relation.finished.has(partition));
    for (const partition of partitions) relation.time?.declare(partition, now);
    return partitions;
  }

  #acceptPolled(
    relation: Relation,
    partition: string,
    from: string | number,
    polled: PolledRows,
    { now, needed }: PollLimit,
  ): number {
    const checked = polled.kind === 'lines' && needed ? relation.checkedOf(needed) : null;
    const recorded: RecordedPoll = {
      ...{ from, to: polled.to, check: polled.check, now },
      ...(checked && { checked: [...checked.keys()].filter((column) => checked[column]!) }),
    };
    const read = this.#decoding(() =>
      polled.kind === 'lines'
        ? relation.decode(polled.bytes, {
            ...{ at: now, ...headerOf(polled) },
            ...(needed && { kept: needed }),
            ...(checked && { checked }),
          })
        : relation.takeColumns(polled, partition, recorded),
    );
    const bytes = polled.kind === 'lines' ? polled.bytes : NO_BYTES;
    const { body: decoded, missing } = passable(relation, read, bytes);
    if (!relation.sourceFactory!.replayable) {
      assert(polled.kind === 'lines', 'a source that is not replayable gives lines');
      this.#accept(relation, partition, 'rows', decoded, withoutLines(polled.bytes, missing), now);
      return decoded.length;
    }
    const stored: RecordedPoll = missing.length === 0 ? recorded : { ...recorded, missing };
    this.#accept(relation, partition, 'poll', decoded, Buffer.from(JSON.stringify(stored)), now);
    return decoded.length;
  }

  #accept(
    relation: Relation,
    partition: string,
    kind: IntakeKind,
    body: DecodedBody,
    payload: Buffer,
    now: number,
  ): number | null {
    const before = relation.time?.before(partition) ?? -Infinity;
    const late: Buffer[] = [];
    const slices = this.#place(relation, partition, body, now, late);
    const lastOrdinal = body.length === 0 ? null : this.#nextOrdinal + body.length - 1;
    relation.gate?.accept(slices);
    relation.counters.rowsIn += body.accepted;
    relation.counters.rowsRejected += body.rejected;
    if (body.length > 0 || kind === 'poll') {
      relation.counters.bytes += kind === 'poll' ? 0 : payload.length;
      this.#enter(relation, partition, kind, { rows: body.length, at: now, before, payload }, slices);
    }
    if (body.refused.length > 0) this.#derive(relation, '$errors', errorLines(body.refused, now), now);
    if (late.length > 0) this.#derive(relation, '$late', Buffer.concat(late), now);
    return lastOrdinal;
  }

  #place(relation: Relation, partition: string, body: DecodedBody, now: number, late: Buffer[]): Slice[] {
    let ordinal = this.#nextOrdinal;
    return body.rows.map((slice, index) => {
      const { length, columns, whole, weights } = slice;
      const placed = { length, columns, firstOrdinal: ordinal, weights };
      ordinal += length;
      if (relation.eventTime === null || !relation.time)
        return { watermarks: null, paired: pairedChanges(slice, body.rows[index - 1]), ...placed };
      const times = numbersOf(columns[relation.eventTime]!);
      const { watermarks, late: count } = relation.time.admit(partition, times, length, now);
      relation.counters.rowsLate += count;
      if (watermarks) late.push(lateLines(relation.definition, whole(), times.values, watermarks, length));
      return { watermarks, ...placed };
    });
  }

  #derive(from: Relation, suffix: '$errors' | '$late', lines: Buffer, now: number): void {
    const derived = this.#byName.get(`${from.name}${suffix}`);
    assert(derived !== undefined, `${from.name}${suffix} does not exist`);
    const decoded = derived.decode(lines, { at: now });
    assert(decoded.refused.length === 0, `a row of ${derived.name} was refused: ${decoded.refused[0]?.message}`);
    this.#accept(derived, '0', 'rows', decoded, lines, now);
  }

  #enter(
    relation: Relation,
    partition: string,
    kind: IntakeKind,
    entry: { rows: number; at: number; before: number | null; payload: Buffer | null },
    slices: readonly Slice[],
  ): void {
    const watermark = relation.time?.watermark ?? (relation.ended ? Infinity : -Infinity);
    const record: IntakeRecord = {
      sequence: this.#nextSequence++,
      relation: relation.id,
      partition,
      kind,
      ordinal: this.#nextOrdinal,
      rows: entry.rows,
      at: entry.at,
      watermarkBefore: entry.before === -Infinity ? null : entry.before,
      watermarkAfter: watermark === -Infinity ? null : watermark,
      payload: entry.payload,
    };
    this.#nextOrdinal += entry.rows;
    relation.hold(record);
    this.#onEntry({ record, slices }, relation);
  }
}

/** When the clock ticks next: with each whole second, and where a window with rows ends. */
function tickDue(relation: Relation, windowEnd: WindowEndOf): number {
  const time = relation.time!;
  if (time.ended) return Infinity;
  const now = time.clockAt(time.watermark);
  const nextSecond = (Math.floor(now / IDLE_TICK_MS) + 1) * IDLE_TICK_MS;
  return Math.min(nextSecond, time.clockAt(windowEnd(relation)));
}

/** The partition that is furthest behind in event time, then the others in this order, as far as they are asked for. */
function* lowestFirst({ time }: Relation, partitions: readonly string[]): Generator<string> {
  const [first = '', ...others] = partitions;
  if (others.length === 0) return yield first;
  const watermarks = partitions.map((partition) => time?.before(partition) ?? -Infinity);
  let lowest = 0;
  for (let index = 1; index < watermarks.length; index++) if (watermarks[index]! < watermarks[lowest]!) lowest = index;
  yield partitions[lowest]!;
  const rest = [...partitions.keys()].filter((index) => index !== lowest);
  for (const index of rest.sort((a, b) => (watermarks[a]! < watermarks[b]! ? -1 : 1))) yield partitions[index]!;
}

/** The ordinals of a slice's rows, for the operators that ask for them. */
export function ordinalsOf(slice: Slice): Float64Array {
  if (slice.ordinals) return slice.ordinals;
  const ordinals = allocateNumbers(slice.length);
  for (let row = 0; row < slice.length; row++) ordinals[row] = slice.firstOrdinal + row;
  return ordinals;
}

const NO_LINES: readonly number[] = [];
const NO_BYTES = Buffer.alloc(0);

interface PassableBody {
  readonly body: DecodedBody;
  /** Lines that take away a row which is not there. */
  readonly missing: readonly number[];
}

/** What of a body a relation can follow. */
function passable({ gate }: Relation, body: DecodedBody, bytes: Buffer): PassableBody {
  const missing = gate?.missing(body) ?? NO_LINES;
  return { body: missing.length === 0 ? body : withoutMissing(body, missing, bytes), missing };
}

function refuseDeletes({ name, definition }: Relation): void {
  if (definition.format === 'debezium-json') {
    throw problem('BAD_REQUEST', `op=delete is not for ${name}: its changes say by themselves which rows go`);
  }
  if (definition.kind !== 'table') {
    throw problem('BAD_REQUEST', `op=delete needs a keyed table, and ${name} is a ${definition.kind}`);
  }
}

function ended(relation: Relation): Error {
  return problem('STREAM_ENDED', `${relation.name} has ended`, undefined, 'no more rows can be added after /end');
}

/** The rows that stand in the way, the first of them in the sentence. */
function refusedAll({ refused, rejected }: DecodedBody): Error {
  const { line, code, field, message } = refused[0]!;
  const place = field === null ? `row ${line}` : `row ${line}, field ${field}`;
  return new ProblemError(
    {
      code: 'ROWS_REFUSED',
      message: `${rejected} rows were refused, none was kept; the first: ${place}: ${code}, ${message}`,
    },
    ...refused.slice(0, REFUSALS_TOLD).map((row) => ({
      code: row.code,
      message: row.message,
      row: row.line,
      field: row.field,
    })),
  );
}
