/** Where the frames of a subscription go: a WebSocket, or a streamed HTTP answer. */
export interface FrameSink {
  /**
   * Sends one frame, whose text is `head` followed by `body`. The body is shared between sinks and never changed. `seq`:
   * that of a frame after which a reader can go on.
   */
  send(head: string, body: Uint8Array | null, seq?: number | null): void;
  /** Bytes handed over and not taken by the other side yet. */
  readonly queuedBytes: number;
  /** Resolves when little is queued, or the sink is closed. */
  whenDrained(): Promise<void>;
  readonly closed: boolean;
  /** A subscription has sent its last frame (`end` or `error`). */
  subscriptionEnded?(): void;
}
