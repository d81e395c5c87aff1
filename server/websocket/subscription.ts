import type { ChangeChunk, ChangesAnswer, Engine, ViewHead } from '../../runtime/engine/engine.ts';
import { ProblemError } from '../../runtime/errors/problem.ts';
import type { EndFrame, ErrorJson } from '../protocol.ts';
import { errorJson } from '../text-position.ts';
import type { FrameSink } from './frame-sink.ts';
import {
  batchBody,
  batchHead,
  endFrame,
  errorFrame,
  joinRows,
  progressFrame,
  resetFrame,
  schemaFrame,
  snapshotBody,
  type SubscriptionId,
} from './frames.ts';
import { NetChange } from './net-change.ts';
import { timeOfFrame, type ViewFeed } from './view-feed.ts';

/** Where a subscription begins. */
export type StartAt =
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'now' }
  /** With what comes once an ad-hoc query has caught up with the retained rows. */
  | { readonly kind: 'caught up' }
  | { readonly kind: 'seq'; readonly seq: number; readonly instance: string | null };

/** Bytes that a subscriber may leave unread before it is reset. */
const QUEUED_BYTES_MAX = 4 << 20;
const PAGE_BYTES = 1 << 20;
/** A quiet view still says that it is alive at least every 5 s. */
const QUIET_MS_MAX = 4000;
const PROGRESS_MS_MIN = 1000;
/** A pace slower than this makes no sense. */
const PACE_MS_MAX = 60 * 60 * 1000;
/** Changes that are conflated into one batch at most; what is left comes with the next. */
const NET_BYTES_MAX = 4 << 20;

/**
 * One subscription: a snapshot or a place in the change log, then the log up to the head, then live batches. It is live
 * from the moment in which what it has sent is what the feed has published, so nothing is missed and nothing doubled.
 */
export class Subscription {
  readonly id: SubscriptionId;
  readonly #sink: FrameSink;
  readonly #engine: Engine;
  readonly #feed: ViewFeed;
  readonly #head: string;
  /** The last seq that was sent. */
  #sentSeq = 0;
  /** Asked for seq 0, which is whatever is held: only then may the first change be a later one than the first of all. */
  #fromOldest = false;
  #state: 'starting' | 'live' | 'stalled' | 'closed' = 'starting';
  /** ms between two batches; null: each as it comes. */
  readonly #paceMs: number | null;
  #paceTimer: NodeJS.Timeout | null = null;
  #lastBatchAt = -Infinity;
  #lastEpoch = 0;
  #lastFrameAt = 0;
  #lastWatermark: number | null = null;

  /** `maxRate`: batches per second; what comes between is conflated to its net change. */
  constructor(id: SubscriptionId, sink: FrameSink, engine: Engine, feed: ViewFeed, maxRate: number | null = null) {
    this.#paceMs = maxRate === null ? null : Math.min(1000 / maxRate, PACE_MS_MAX);
    this.id = id;
    this.#sink = sink;
    this.#engine = engine;
    this.#feed = feed;
    this.#head = batchHead(id);
  }

  /** Runs until the subscription is live (or closed). `follow` false: ends with the last committed change. */
  async start(at: StartAt, follow = true): Promise<void> {
    try {
      const head = await this.#feed.head();
      this.#send(schemaFrame(this.id, head));
      await this.#begin(at, head);
      await this.#catchUp();
      if (!follow) this.close();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A committed batch; `bodies` are shared by all subscribers. */
  publish(bodies: readonly Uint8Array[], seqFrom: number, seqTo: number, now: number): void {
    if (this.#state !== 'live' || seqTo <= this.#sentSeq) return;
    if (this.#paceMs !== null && now - this.#lastBatchAt < this.#paceMs) return this.#conflateLater();
    if (seqFrom !== this.#sentSeq + 1) return this.#resync();
    if (this.#sink.queuedBytes > QUEUED_BYTES_MAX) return this.#stall();
    for (const [index, shared] of bodies.entries()) {
      this.#sink.send(this.#head, shared, index === bodies.length - 1 ? seqTo : null);
    }
    this.#sentSeq = seqTo;
    this.#lastBatchAt = now;
    this.#noteFrame(now);
  }

  /** Called now and then: says that a quiet view is alive, and how far its watermark is. */
  tick(now: number): void {
    if (this.#state !== 'live') return;
    const quiet = now - this.#lastFrameAt;
    // A watermark says that what lies before it was told: not while changes wait for their turn.
    const behind = this.#sentSeq < this.#feed.publishedSeq;
    const moved = !behind && this.#feed.watermark !== this.#lastWatermark;
    if (quiet < (moved ? PROGRESS_MS_MIN : QUIET_MS_MAX)) return;
    const { epoch, watermark } = this.#feed.position;
    // A snapshot is of an epoch that the view itself may have had no part in: what is told never goes back behind it.
    const position = behind
      ? { epoch: this.#lastEpoch, watermark: this.#lastWatermark }
      : { epoch: Math.max(epoch, this.#lastEpoch), watermark };
    this.#send(progressFrame(this.id, { ...position, seq: this.#sentSeq }), this.#sentSeq);
    if (behind) this.#lastFrameAt = now;
    else this.#noteFrame(now);
  }

  get closed(): boolean {
    return this.#state === 'closed';
  }

  end(reason: EndFrame['reason']): void {
    if (this.#state === 'closed') return;
    this.#send(endFrame(this.id, reason));
    this.close();
    this.#sink.subscriptionEnded?.();
  }

  close(): void {
    this.#state = 'closed';
    if (this.#paceTimer) clearTimeout(this.#paceTimer);
  }

  #noteFrame(now: number): void {
    this.#lastFrameAt = now;
    this.#lastWatermark = this.#feed.watermark;
    this.#lastEpoch = Math.max(this.#lastEpoch, this.#feed.position.epoch);
  }

  #conflateLater(): void {
    if (this.#paceMs === null || this.#paceTimer || this.#state === 'closed') return;
    const dueMs = this.#lastBatchAt + this.#paceMs - this.#feed.now();
    this.#paceTimer = setTimeout(() => this.#conflate(), Math.max(0, dueMs));
  }

  /** Sends what has changed since the last batch as one, read from the change log: nothing is held in between. */
  #conflate(): void {
    this.#paceTimer = null;
    if (this.#state !== 'live') return;
    this.#state = 'starting';
    this.#sendNet()
      .then(() => this.#goLive())
      .catch((error: unknown) => this.#fail(error));
  }

  async #sendNet(): Promise<void> {
    await this.#sink.whenDrained();
    const { mode, key, columns } = await this.#feed.head();
    const positions = key.map((name) => columns.findIndex((column) => column.name === name));
    const net = new NetChange(mode, positions);
    const target = this.#feed.publishedSeq;
    let last: ChangeChunk | null = null;
    for (let seq = this.#sentSeq; last?.more || (seq < target && net.bytes < NET_BYTES_MAX); seq = last.seqTo) {
      const answer = await this.#engine.changes(this.#feed.name, seq, PAGE_BYTES);
      if (answer.kind === 'lost' || answer.chunks[0]?.seqFrom !== seq + 1) return this.#reset('no longer held');
      for (const chunk of answer.chunks) net.add(chunk.rows);
      last = answer.chunks.at(-1)!;
    }
    if (last && this.#open()) this.#sendConflated(net, last);
  }

  #sendConflated(net: NetChange, last: ChangeChunk): void {
    const frames = framesOf(net.pieces());
    const fromSeq = this.#sentSeq + 1;
    for (const [index, rows] of frames.entries()) {
      const more = index < frames.length - 1;
      const chunk = { ...last, rows: Buffer.from(rows, 'utf8'), more };
      this.#sink.send(this.#head, batchBody(chunk, fromSeq), more ? null : last.seqTo);
    }
    this.#sentSeq = last.seqTo;
    this.#lastBatchAt = this.#feed.now();
    this.#lastFrameAt = this.#lastBatchAt;
    this.#lastWatermark = timeOfFrame(last.watermark);
    this.#lastEpoch = last.epoch;
  }

  async #begin(at: StartAt, head: ViewHead): Promise<void> {
    switch (at.kind) {
      case 'now':
        return this.#beginAt(head);
      case 'caught up':
        return this.#beginAt((await this.#engine.snapshot(this.#feed.name)).head);
      case 'snapshot':
        return this.#sendSnapshot();
      case 'seq':
        if (at.instance !== null && at.instance !== head.instance) return this.#reset('another instance');
        if (at.seq > head.seq) return this.#reset('ahead of the view');
        this.#sentSeq = at.seq;
        this.#fromOldest = at.seq === 0;
    }
  }

  #beginAt(head: ViewHead): void {
    this.#sentSeq = head.seq;
    this.#lastEpoch = head.epoch;
    this.#send(progressFrame(this.id, head), head.seq);
  }

  async #catchUp(): Promise<void> {
    while (this.#open()) {
      await this.#sink.whenDrained();
      // One that has a pace catches up at that pace.
      if (this.#paceMs !== null) return this.#goLive();
      const answer = await this.#engine.changes(this.#feed.name, this.#sentSeq, PAGE_BYTES);
      if (answer.kind === 'lost' || this.#skips(answer.chunks)) await this.#reset('no longer held');
      else if (answer.chunks.length > 0) this.#sendPage(answer);
      else if (this.#sentSeq >= this.#feed.publishedSeq) return this.#goLive();
    }
  }

  #goLive(): void {
    if (this.#state === 'closed') return;
    this.#state = 'live';
    if (this.#paceMs !== null && this.#sentSeq < this.#feed.publishedSeq) this.#conflateLater();
    else this.#noteFrame(this.#feed.now());
  }

  /** Whether changes are missing before these that must not be. */
  #skips([first]: readonly ChangeChunk[]): boolean {
    if (first === undefined || first.seqFrom === this.#sentSeq + 1) return false;
    return this.#sentSeq > 0 || !this.#fromOldest;
  }

  #sendPage({ chunks }: Extract<ChangesAnswer, { kind: 'changes' }>): void {
    for (const chunk of chunks) {
      const gap = chunk.seqFrom > this.#sentSeq + 1 ? chunk.seqFrom : null;
      if (!this.#open()) return;
      this.#sink.send(this.#head, batchBody(chunk, gap), chunk.more ? null : chunk.seqTo);
      this.#sentSeq = chunk.seqTo;
    }
  }

  async #sendSnapshot(): Promise<void> {
    const { head, chunks } = await this.#engine.snapshot(this.#feed.name);
    if (head.mode === 'append') return this.#sendLog(head);
    for (const rows of chunks) {
      await this.#sink.whenDrained();
      if (!this.#open()) return;
      this.#sink.send(this.#head, snapshotBody(head, rows, false));
    }
    this.#endSnapshot(head);
  }

  /** An append view's rows are its change log; where that begins later than at 1, the first frame says so. */
  async #sendLog(head: ViewHead): Promise<void> {
    let seq = 0;
    while (seq < head.seq && this.#open()) {
      await this.#sink.whenDrained();
      const answer = await this.#engine.changes(this.#feed.name, seq, PAGE_BYTES);
      const frames = answer.kind === 'lost' ? [] : snapshotFrames(answer.chunks, head.seq);
      if (frames.length === 0) break;
      for (const frame of frames) {
        if (!this.#open()) return;
        const fromSeq = frame[0]!.seqFrom === seq + 1 ? null : frame[0]!.seqFrom;
        this.#sink.send(this.#head, snapshotBody(head, joinRows(frame), false, fromSeq));
        seq = frame.at(-1)!.seqTo;
      }
    }
    this.#endSnapshot(head);
  }

  #endSnapshot(head: ViewHead): void {
    if (!this.#open()) return;
    this.#sink.send(this.#head, snapshotBody(head, null, true), head.seq);
    this.#sentSeq = head.seq;
    this.#lastEpoch = head.epoch;
  }

  /** What was asked for cannot be had: say so, and give everything afresh. Never a silent gap. */
  async #reset(reason: string): Promise<void> {
    this.#feed.noteReset();
    this.#send(resetFrame(this.id, reason, (await this.#feed.head()).instance));
    await this.#sendSnapshot();
  }

  /** The reader is too slow: nothing more until it has read what is queued, then a fresh snapshot. */
  #stall(): void {
    this.#state = 'stalled';
    this.#sink
      .whenDrained()
      .then(async () => {
        if (!this.#open()) return;
        await this.#reset('too slow');
        await this.#catchUp();
      })
      .catch((error: unknown) => this.#fail(error));
  }

  #resync(): void {
    this.#state = 'starting';
    this.#catchUp().catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    if (!this.#open()) return;
    if (error instanceof ProblemError && error.problems[0].code === 'SHUTTING_DOWN') return this.end('shutdown');
    this.#send(errorFrame(this.id, failureJson(error)));
    this.close();
    this.#sink.subscriptionEnded?.();
  }

  #open(): boolean {
    return this.#state !== 'closed' && !this.#sink.closed;
  }

  #send(text: string, seq: number | null = null): void {
    if (this.#open()) this.#sink.send(text, null, seq);
  }
}

/** Pieces of change rows, joined to frames of up to about PAGE_BYTES; one without rows where nothing is left. */
function framesOf(pieces: readonly string[]): string[] {
  const frames: string[][] = [[]];
  let length = 0;
  for (const piece of pieces) {
    if (length > 0 && length + piece.length > PAGE_BYTES) {
      frames.push([]);
      length = 0;
    }
    frames.at(-1)!.push(piece);
    length += piece.length;
  }
  return frames.map((frame) => frame.join(','));
}

/** Many small batches go into one frame of up to about PAGE_BYTES. */
function snapshotFrames(chunks: readonly ChangeChunk[], lastSeq: number): ChangeChunk[][] {
  const frames: ChangeChunk[][] = [];
  let bytes = Infinity;
  for (const chunk of chunks) {
    if (chunk.seqTo > lastSeq) break;
    if (bytes + chunk.rows.length > PAGE_BYTES) {
      frames.push([]);
      bytes = 0;
    }
    frames.at(-1)!.push(chunk);
    bytes += chunk.rows.length;
  }
  return frames;
}

/** What a frame says of any failure. */
export function failureJson(error: unknown, text: string | null = null): ErrorJson {
  if (error instanceof ProblemError) return errorJson(error.problems[0], text);
  return { code: 'INTERNAL', message: 'the server met a fault of its own' };
}
