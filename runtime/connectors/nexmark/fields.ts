import { allocateInts } from '../../columns/allocator.ts';
import type { Column, Utf8Column } from '../../columns/column.ts';
import { Channels } from './channels.ts';
import { Draw, type Purpose } from './draw.ts';
import { FIRST_ID, lastAuction, lastPerson, type NexmarkTable } from './events.ts';
import { auctionIds, choices, expiries, type Numbers, personIds, prices, times } from './numbers.ts';
import { choicesOf, Extra, type TextWriter, writtenColumn } from './texts.ts';

/** What kind of cells a field has: it decides which types can be declared for it. */
export type FieldKind = 'id' | 'small' | 'time' | 'text';

export interface NexmarkField {
  readonly name: string;
  readonly kind: FieldKind;
  /** The cells of the rows that are these events. */
  readonly make: (events: Float64Array) => Column;
}

/** The fields of the three tables, in the order of their records, for one seed. */
export function nexmarkFields(table: NexmarkTable, seed: number, rate: number): readonly NexmarkField[] {
  const world = new World(seed, rate);
  switch (table) {
    case 'person':
      return personFields(world);
    case 'auction':
      return auctionFields(world);
    case 'bid':
      return bidFields(world);
  }
}

/** What the tables of one seed share; large parts are made when they are needed. */
class World {
  readonly #seed: number;
  readonly rate: number;
  #extra: Extra | null = null;
  #channels: Channels | null = null;

  constructor(seed: number, rate: number) {
    this.#seed = seed;
    this.rate = rate;
  }

  draw(purpose: Purpose): Draw {
    return new Draw(this.#seed, purpose);
  }

  get extra(): Extra {
    this.#extra ??= new Extra(this.draw('extra text'), this.draw('extra length'), this.draw('extra start'));
    return this.#extra;
  }

  get channels(): Channels {
    this.#channels ??= new Channels(this.draw('channel table'));
    return this.#channels;
  }
}

const ID_BYTES = 8;
const SPACE = 32;

function bidFields(world: World): NexmarkField[] {
  const channel = world.draw('bid channel');
  return [
    numbers('auction', 'id', auctionIds(world.draw('bid auction hot'), world.draw('bid auction'))),
    numbers('bidder', 'id', personIds(world.draw('bid bidder hot'), world.draw('bid bidder'), 1)),
    numbers('price', 'small', prices(world.draw('bid price'))),
    text('channel', (events) => world.channels.names.column(world.channels.chosen(events, channel))),
    text('url', (events) => world.channels.urls.column(world.channels.chosen(events, channel))),
    numbers('dateTime', 'time', times(world.rate)),
    text('extra', (events) => world.extra.column(events, 100, allocateInts(events.length).fill(4 * ID_BYTES))),
  ];
}

function auctionFields(world: World): NexmarkField[] {
  const initial = prices(world.draw('initial bid'));
  const above = prices(world.draw('reserve'));
  const itemName = randomTexts(world.draw('item name'), 20);
  const description = randomTexts(world.draw('description'), 100);
  const others = (events: Float64Array): Int32Array => sumOfLengths([itemName(events), description(events)], 6);
  return [
    numbers('id', 'id', (events) => events.map((event) => FIRST_ID + lastAuction(event))),
    text('itemName', itemName),
    text('description', description),
    numbers('initialBid', 'small', initial),
    numbers('reserve', 'small', (events) => sums(initial(events), above(events))),
    numbers('dateTime', 'time', times(world.rate)),
    numbers('expires', 'time', expiries(world.draw('expires'), world.rate)),
    numbers('seller', 'id', personIds(world.draw('seller hot'), world.draw('seller'), 0)),
    numbers('category', 'small', choices(world.draw('category'), 10, 5)),
    text('extra', (events) => world.extra.column(events, 500, others(events))),
  ];
}

const FIRST_NAMES = choicesOf('Ada,Bruno,Clara,David,Elena,Felix,Greta,Henry,Irene,Jonas,Karin');
const LAST_NAMES = choicesOf('Archer,Baker,Carter,Draper,Fisher,Gardner,Hunter,Mason,Weaver');
const CITIES = choicesOf('Tucson,Fresno,Oakland,Nampa,Salem,Eugene,Spokane,Tacoma,Casper,Laramie');
const STATES = choicesOf('AZ,CA,ID,OR,WA,WY');
const AT = Buffer.from('@');
const DOT_COM = Buffer.from('.com');
const BLANK = Buffer.from(' ');
const NAME_BYTES_MAX = 40;
const EMAIL_BYTES_MAX = 20;
const CARD_BYTES = 19;

function personFields(world: World): NexmarkField[] {
  const name = names(world.draw('name'));
  const email = emails(world.draw('email'));
  const card = world.draw('credit card');
  const city = world.draw('city');
  const state = world.draw('state');
  const cities = (events: Float64Array): Utf8Column => CITIES.column(picks(city, CITIES.texts.length, events));
  const others = (events: Float64Array): Int32Array =>
    sumOfLengths([name(events), email(events), cities(events)], 1, CARD_BYTES + 2);
  return [
    numbers('id', 'id', (events) => events.map((event) => FIRST_ID + lastPerson(event))),
    text('name', name),
    text('emailAddress', email),
    text('creditCard', (events) =>
      writtenColumn(events.length, CARD_BYTES, (to, row) => writeCard(to, card, events[row]!)),
    ),
    text('city', cities),
    text('state', (events) => STATES.column(picks(state, STATES.texts.length, events))),
    numbers('dateTime', 'time', times(world.rate)),
    text('extra', (events) => world.extra.column(events, 200, others(events))),
  ];
}

function numbers(name: string, kind: FieldKind, values: Numbers): NexmarkField {
  return { name, kind, make: (events) => ({ rep: 'number', values: values(events), valid: null }) };
}

function sums(left: Float64Array, right: Float64Array): Float64Array {
  return left.map((value, row) => value + right[row]!);
}

function text(name: string, make: (events: Float64Array) => Column): NexmarkField {
  return { name, kind: 'text', make };
}

type Texts = (events: Float64Array) => Utf8Column;

function randomTexts(draw: Draw, max: number): Texts {
  return (events) =>
    writtenColumn(events.length, max, (to, row) => {
      to.seed(draw.bits(events[row]!));
      to.random(max, SPACE);
    });
}

function names(draw: Draw): Texts {
  const firsts = FIRST_NAMES.texts;
  const lasts = LAST_NAMES.texts;
  return (events) =>
    writtenColumn(events.length, NAME_BYTES_MAX, (to, row) => {
      const choice = draw.below(firsts.length * lasts.length, events[row]!);
      to.put(firsts[choice % firsts.length]!);
      to.put(BLANK);
      to.put(lasts[Math.floor(choice / firsts.length)]!);
    });
}

function emails(draw: Draw): Texts {
  return (events) =>
    writtenColumn(events.length, EMAIL_BYTES_MAX, (to, row) => {
      to.seed(draw.bits(events[row]!));
      to.random(7, SPACE);
      to.put(AT);
      to.random(5, SPACE);
      to.put(DOT_COM);
    });
}

/** Four groups of four digits. */
function writeCard(to: TextWriter, draw: Draw, event: number): void {
  for (let group = 0; group < 4; group++) {
    if (group > 0) to.put(BLANK);
    to.digits(draw.below(10_000, event * 4 + group), 4);
  }
}

function picks(draw: Draw, choices: number, events: Float64Array): Int32Array {
  const chosen = allocateInts(events.length);
  for (let row = 0; row < events.length; row++) chosen[row] = draw.below(choices, events[row]!);
  return chosen;
}

/** Bytes by row of some texts, of so many numbers, and so many more. */
function sumOfLengths(texts: readonly Utf8Column[], ids: number, more = 0): Int32Array {
  const sums = allocateInts(texts[0]!.lengths.length).fill(ids * ID_BYTES + more);
  for (const { lengths } of texts) for (let row = 0; row < sums.length; row++) sums[row]! += lengths[row]!;
  return sums;
}
