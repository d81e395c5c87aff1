import { closeSync, openSync, readSync } from 'node:fs';

/** The plain program that a developer would write: JSON.parse per line, a Map per window. All declared fields are checked. */
interface Bid {
  readonly auction: number;
  readonly bidder: number;
  readonly price: number;
  readonly channel: string;
  readonly url: string;
  readonly ts: number;
  readonly extra: string;
}

const WINDOW_MS = 10_000;

/** Rows kept, and the sum of what is projected. */
export function naiveFilter(path: string): { rows: number; kept: number; sum: number } {
  let rows = 0;
  let kept = 0;
  let sum = 0;
  forEachBid(path, (bid) => {
    rows++;
    if (bid.price <= 10_000 || bid.auction % 7 === 0) return;
    const out = [bid.auction, (bid.price * 908) / 1000, bid.ts] as const;
    kept++;
    sum += out[0];
  });
  return { rows, kept, sum };
}

/** Number of groups over all windows, and the sum of their counts. */
export function naiveTumble(path: string): { rows: number; groups: number; counted: number; checksum: number } {
  const windows = new Map<number, Map<number, number>>();
  let rows = 0;
  forEachBid(path, (bid) => {
    rows++;
    const start = Math.floor(bid.ts / WINDOW_MS) * WINDOW_MS;
    let groups = windows.get(start);
    if (!groups) windows.set(start, (groups = new Map()));
    groups.set(bid.auction, (groups.get(bid.auction) ?? 0) + 1);
  });
  let groups = 0;
  let counted = 0;
  let checksum = 0;
  for (const counts of windows.values()) {
    for (const [auction, count] of counts) {
      groups++;
      counted += count;
      checksum += (auction * count) % 1009;
    }
  }
  return { rows, groups, counted, checksum };
}

function forEachBid(path: string, visit: (bid: Bid) => void): void {
  const file = openSync(path, 'r');
  const chunk = Buffer.alloc(1 << 20);
  let rest = '';
  for (;;) {
    const read = readSync(file, chunk, 0, chunk.length, null);
    if (read === 0) break;
    const lines = (rest + chunk.toString('latin1', 0, read)).split('\n');
    rest = lines.pop()!;
    for (const line of lines) visit(checked(JSON.parse(line)));
  }
  closeSync(file);
}

function checked(row: Record<string, unknown>): Bid {
  const { auction, bidder, price, channel, url, ts, extra } = row;
  if (!Number.isSafeInteger(auction) || !Number.isSafeInteger(bidder) || !Number.isSafeInteger(price))
    throw new Error('number');
  if (typeof channel !== 'string' || typeof url !== 'string' || typeof extra !== 'string') throw new Error('string');
  const time = Date.parse(String(ts));
  if (Number.isNaN(time)) throw new Error('time');
  return { auction: Number(auction), bidder: Number(bidder), price: Number(price), channel, url, ts: time, extra };
}
