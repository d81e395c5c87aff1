import { allocateInts } from '../../columns/allocator.ts';
import type { Draw } from './draw.ts';
import { TextChoices, TextWriter } from './texts.ts';

const HOT = ['Google', 'Facebook', 'Baidu', 'Apple'];
const TABLE = 10_000;
const PART_MAX = 5;
const UNDERSCORE = 95;
const URL_BYTES_MAX = 100;

/** The channels that bids come through: four hot ones, then 10,000 of a table; each has one URL. */
export class Channels {
  readonly names: TextChoices;
  readonly urls: TextChoices;
  #last: { readonly events: Float64Array; readonly chosen: Int32Array } | null = null;

  constructor(draw: Draw) {
    const indexes = Array.from({ length: HOT.length + TABLE }, (_, index) => index);
    this.names = new TextChoices(
      indexes.map((index) => Buffer.from(HOT[index] ?? `channel-${index - HOT.length}`, 'utf8')),
    );
    this.urls = new TextChoices(indexes.map((index) => urlOf(index, draw)));
  }

  /** Per event the place of its channel: every other time a hot one. Name and URL ask for the same events in turn. */
  chosen(events: Float64Array, draw: Draw): Int32Array {
    if (this.#last?.events === events) return this.#last.chosen;
    const chosen = allocateInts(events.length);
    for (let row = 0; row < events.length; row++) {
      const bits = draw.bits(events[row]!);
      const within = (bits & 0x7fffffff) * 2 ** -31;
      chosen[row] = bits >>> 31 === 1 ? (within * HOT.length) | 0 : (HOT.length + within * TABLE) | 0;
    }
    this.#last = { events, chosen };
    return chosen;
  }
}

/** Three random parts; nine of ten in the table say their channel. */
function urlOf(index: number, draw: Draw): Buffer {
  const writer = new TextWriter(URL_BYTES_MAX);
  writer.seed(draw.bits(index));
  writer.put(Buffer.from('https://www.nexmark.com/'));
  for (let part = 0; part < 3; part++) {
    writer.random(PART_MAX, UNDERSCORE);
    writer.put(Buffer.from('/'));
  }
  writer.put(Buffer.from('item.htm?query=1'));
  const number = index - HOT.length;
  if (number >= 0 && draw.below(10, TABLE + index) > 0) {
    writer.put(Buffer.from(`&channel_id=${Math.abs(reversedBits(number))}`));
  }
  return writer.bytes.subarray(0, writer.length);
}

/** The 32 bits of a number from the other end. */
function reversedBits(value: number): number {
  let bits = 0;
  for (let bit = 0; bit < 32; bit++) bits = (bits << 1) | ((value >>> bit) & 1);
  return bits;
}
