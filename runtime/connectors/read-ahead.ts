import { Worker } from 'node:worker_threads';
import type { Clock } from '../time/clock.ts';
import type { FileRun } from './ahead-file.ts';
import { AheadRing, SLOT_BYTES, SLOTS } from './ahead-ring.ts';
import type { RowsLimit } from './file-rows.ts';

/** With less of a file left it is not worth a thread. */
const LEFT_MIN = 16 << 20;
/** Files that are read ahead at a time, over all sources: each has 8 MB. */
const LANES_MAX = 4;
/** A lane that was not used while others were used so often is given to another file. */
const UNUSED_MAX = 64;
/** Waiting for what the thread is reading is shorter than reading it; so long it takes only where something is wrong. */
const WAIT_MS = 50;
/** In a row. */
const LATE_MAX = 4;
/** A thread that nobody has used for so long ends. */
const IDLE_MS = 10_000;
/** It only moves bytes. */
const YOUNG_MB = 2;

const STARTING = 0;
/** The thread does nothing until it gets a request. */
export const ASLEEP = 1;
/** The thread sees by itself which slots are empty. */
export const AWAKE = 2;

export type AheadRequest =
  | { readonly kind: 'open'; readonly lane: number; readonly file: FileRun; readonly memory: SharedArrayBuffer }
  | { readonly kind: 'wake' }
  | { readonly kind: 'close'; readonly lane: number };

export interface AheadWorkerData {
  /** One word: STARTING, ASLEEP or AWAKE. */
  readonly state: Int32Array;
}

export interface ReadAheadOptions {
  readonly clock: Clock;
  /** The built read-ahead-worker.js; found by itself in the built program and beside it. */
  readonly worker?: URL;
  /** For tests. Default: 16 MB. */
  readonly leftMin?: number;
}

/** What a poll would have read. */
export interface AheadRows {
  /** In shared memory, until `release`. */
  readonly lines: Buffer;
  readonly to: number;
  readonly check: number;
}

type RunLimit = Pick<RowsLimit, 'rowsMax' | 'bytesMax' | 'size'>;

// Workers cannot run TypeScript: the sources use what was built of them.
const builtWorker = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/runtime/connectors/read-ahead-worker.js' : './read-ahead-worker.js',
  import.meta.url,
);

interface Thread extends AheadWorkerData {
  readonly worker: Worker;
}

/**
 * A thread that reads large files ahead of an engine: from the disk's cache into memory of both, cut after whole rows, with
 * their CRC-32. Nothing depends on it: what it has not ready, or ready for another poll, the source reads itself. It
 * starts at the first large file, ends when it is idle or its last source is closed, and never keeps the process alive.
 */
export class ReadAhead {
  /** Polls whose rows came from the thread. */
  polls = 0;
  readonly leftMin: number;
  readonly #clock: Clock;
  readonly #url: URL;
  #thread: Thread | null = null;
  #failed = false;
  #late = 0;
  readonly #lanes = new Set<Lane>();
  #lastLane = 0;
  #uses = 0;
  readonly #sources = new Set<FilesAhead>();

  constructor({ clock, worker = builtWorker, leftMin = LEFT_MIN }: ReadAheadOptions) {
    this.#clock = clock;
    this.#url = worker;
    this.leftMin = leftMin;
  }

  /** Whether its thread takes requests. */
  get running(): boolean {
    return this.#thread !== null && Atomics.load(this.#thread.state, 0) !== STARTING;
  }

  /** For the files of one source below a folder. */
  open(root: string): FilesAhead {
    const source = new FilesAhead(this, root);
    this.#sources.add(source);
    return source;
  }

  /** A lane that is free; null: there is none, or no thread yet. `onClose`: its user has it no more. */
  newLane(onClose: () => void): Lane | null {
    if (this.#failed) return null;
    this.#thread ??= this.#start();
    if (!this.running) return null;
    if (this.#lanes.size >= LANES_MAX && !this.#stealLane()) return null;
    const lane = new Lane(this, ++this.#lastLane, this.#uses, onClose);
    this.#lanes.add(lane);
    return lane;
  }

  /** Bytes of it that are still in use stay as they are. */
  closeLane(lane: Lane): void {
    if (!this.#lanes.delete(lane)) return;
    this.send({ kind: 'close', lane: lane.id });
    lane.close();
  }

  send(request: AheadRequest): void {
    this.#thread?.worker.postMessage(request);
  }

  /** There are empty slots. */
  wake(): void {
    const thread = this.#thread;
    if (thread && Atomics.compareExchange(thread.state, 0, ASLEEP, AWAKE) === ASLEEP) this.send({ kind: 'wake' });
  }

  use(lane: Lane): void {
    lane.usedAt = ++this.#uses;
  }

  /** Whether a slot came in time: a thread that does not keep up, or is no more, is given up. */
  noteTurn(late: boolean): void {
    this.#late = late ? this.#late + 1 : 0;
    if (this.#late >= LATE_MAX) this.#fail();
  }

  closeSource(source: FilesAhead): void {
    this.#sources.delete(source);
    if (this.#sources.size === 0) this.#end();
  }

  #stealLane(): boolean {
    for (const lane of this.#lanes) {
      if (this.#uses - lane.usedAt < UNUSED_MAX) continue;
      this.closeLane(lane);
      return true;
    }
    return false;
  }

  #start(): Thread {
    const state = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const workerData: AheadWorkerData = { state };
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB };
    const worker = new Worker(this.#url, { workerData, name: 'read-ahead', resourceLimits });
    worker.unref();
    const thread = { worker, state };
    const onEnd = (): void => {
      if (this.#thread === thread) this.#fail();
    };
    worker.on('error', onEnd);
    worker.on('exit', onEnd);
    this.#endWhenIdle(thread, this.#uses);
    return thread;
  }

  #endWhenIdle(thread: Thread, uses: number): void {
    this.#clock.schedule(IDLE_MS, () => {
      if (this.#thread !== thread) return;
      if (this.#uses === uses) this.#end();
      else this.#endWhenIdle(thread, this.#uses);
    });
  }

  #fail(): void {
    this.#failed = true;
    this.#end();
  }

  #end(): void {
    const thread = this.#thread;
    this.#thread = null;
    for (const lane of [...this.#lanes]) this.closeLane(lane);
    void thread?.worker.terminate();
  }
}

/** The files of one source. */
export class FilesAhead {
  readonly #ahead: ReadAhead;
  readonly #root: string;
  readonly #lanes = new Map<string, Lane>();
  /** Whose bytes the last poll gave. */
  #lent: Lane | null = null;

  constructor(ahead: ReadAhead, root: string) {
    this.#ahead = ahead;
    this.#root = root;
  }

  /** The bytes of the last `take` are let go. */
  release(): void {
    this.#lent?.release();
    this.#lent = null;
  }

  /** What a poll from this place on gives; null where it is not there. */
  take(name: string, from: number, limit: RunLimit): AheadRows | null {
    const lane = this.#lanes.get(name);
    const rows = lane?.take(from, limit) ?? null;
    if (rows !== null) this.#lent = lane!;
    return rows;
  }

  /** Reads on from here, as polls like this one will. `identity`: of the file. */
  follow(name: string, identity: () => string, from: number, { rowsMax, bytesMax, size }: RunLimit): void {
    if (size - from < this.#ahead.leftMin || bytesMax > SLOT_BYTES) return this.leave(name);
    this.#openLane(name)?.begin({ root: this.#root, name, identity: identity(), from, rowsMax, bytesMax });
  }

  /** Nothing more is read of this file. */
  leave(name: string): void {
    const lane = this.#lanes.get(name);
    if (lane) this.#ahead.closeLane(lane);
  }

  close(): void {
    for (const name of [...this.#lanes.keys()]) this.leave(name);
    this.#ahead.closeSource(this);
  }

  #openLane(name: string): Lane | null {
    const known = this.#lanes.get(name);
    if (known) return known;
    const lane = this.#ahead.newLane(() => this.#lanes.delete(name));
    if (lane) this.#lanes.set(name, lane);
    return lane;
  }
}

/** The engine's side of one file: runs that follow each other, each from a place on. */
class Lane {
  readonly id: number;
  usedAt: number;
  readonly #ahead: ReadAhead;
  readonly #ring = new AheadRing();
  readonly #onClose: () => void;
  /** What is read ahead; null: nothing, or not any more. */
  #file: FileRun | null = null;
  #runs = 0;
  /** What the next slot begins with. */
  #at = 0;
  #slot = 0;

  constructor(ahead: ReadAhead, id: number, usedAt: number, onClose: () => void) {
    this.#ahead = ahead;
    this.id = id;
    this.usedAt = usedAt;
    this.#onClose = onClose;
  }

  close(): void {
    this.#file = null;
    this.#onClose();
  }

  /** None of its bytes may be in use. */
  begin(file: Omit<FileRun, 'run'>): void {
    const run = ++this.#runs;
    this.#file = { ...file, run };
    this.#at = file.from;
    this.#slot = 0;
    for (let slot = 0; slot < SLOTS; slot++) this.#ring.empty(slot, run);
    this.#ahead.send({ kind: 'open', lane: this.id, file: this.#file, memory: this.#ring.memory });
  }

  take(from: number, limit: RunLimit): AheadRows | null {
    const file = this.#file;
    if (file === null) return null;
    this.#ahead.use(this);
    const rows = this.#isNext(file, from, limit) ? this.#ring.rows(this.#slot, file.run, WAIT_MS) : 'missed';
    this.#ahead.noteTurn(rows === 'late');
    if (typeof rows === 'string' || from + rows.length > limit.size) {
      this.#file = null;
      return null;
    }
    this.#at = from + rows.length;
    this.#ahead.polls++;
    return { lines: this.#ring.bytes(this.#slot).subarray(0, rows.length), to: this.#at, check: rows.check };
  }

  /** The slot that was taken is to be filled again. */
  release(): void {
    const file = this.#file;
    if (file === null) return;
    const slot = this.#slot;
    this.#slot = (slot + 1) % SLOTS;
    this.#ring.empty(slot, file.run);
    this.#ahead.wake();
  }

  #isNext({ rowsMax, bytesMax }: FileRun, from: number, limit: RunLimit): boolean {
    return from === this.#at && limit.rowsMax === rowsMax && limit.bytesMax === bytesMax;
  }
}
