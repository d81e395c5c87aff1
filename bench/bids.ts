import { closeSync, openSync, writeSync } from 'node:fs';
import { seededRandom } from '../test/support/seeded-random.ts';

/** Bids like Nexmark's, about 200 bytes a line: seven columns, keys in one order, 10,000 events per second of event time. */
export const BID_COLUMNS =
  'auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, ts TIMESTAMP(3), extra STRING';

const START = Date.parse('2026-01-01T00:00:00Z');
const CHANNELS = ['Google', 'Facebook', 'Baidu', 'Apple'];

/** Writes `rows` bids as NDJSON; the same seed gives the same bytes. */
export function writeBids(path: string, rows: number, seed: number): void {
  const file = openSync(path, 'w');
  const random = seededRandom(seed);
  const filler = Array.from({ length: 1000 }, () => randomText(random, 40 + Math.floor(random() * 20)));
  let lines: string[] = [];
  for (let row = 0; row < rows; row++) {
    lines.push(bidLine(row, random, filler));
    if (lines.length === 10_000 || row === rows - 1) {
      writeSync(file, lines.join(''));
      lines = [];
    }
  }
  closeSync(file);
}

function bidLine(row: number, random: () => number, filler: readonly string[]): string {
  const auction = 1000 + Math.floor((row / 50) * 3 + random() * 100);
  const bidder = 1000 + Math.floor(random() * 50_000);
  const price = Math.round(100 * 10 ** (6 * random()));
  const which = Math.floor(random() * 10_000);
  const channel = random() < 0.5 ? CHANNELS[which % 4]! : `channel-${which}`;
  const url = `https://www.nexmark.example/item.htm?query=1&channel_id=${which}`;
  const time = new Date(START + Math.floor(row / 10)).toISOString();
  return `{"auction":${auction},"bidder":${bidder},"price":${price},"channel":"${channel}","url":"${url}","ts":"${time}","extra":"${filler[row % 1000]}"}\n`;
}

function randomText(random: () => number, length: number): string {
  return Array.from({ length }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join('');
}
