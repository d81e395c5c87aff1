import { problemWith } from '../../errors/problem.ts';
import { type TypeKind, typeName } from '../../types/data-type.ts';
import type { Field } from '../../types/schema.ts';
import type { Connector, ConnectorOption, SourceDefinition } from '../connector.ts';
import { type GeneratedRows, GeneratedSource } from '../generated-source.ts';
import { OptionReader } from '../read-options.ts';
import { eventOfRow, eventsOfRows, eventsOfTime, type NexmarkTable, rowsOfEvents } from './events.ts';
import { type FieldKind, type NexmarkField, nexmarkFields } from './fields.ts';

const OPTIONS: readonly ConnectorOption[] = [
  { name: 'table', required: true, summary: 'bid, auction or person' },
  { name: 'events', required: false, summary: 'events of all three tables, then the stream ends; default: never' },
  { name: 'events_per_second', required: false, summary: '0: as fast as possible; default 0' },
  { name: 'event_rate', required: false, summary: 'events per second of event time; default 10000' },
  { name: 'seed', required: false, summary: 'equal seeds give equal rows; default 0' },
];
const TABLES: readonly NexmarkTable[] = ['bid', 'auction', 'person'];
const RATE_MAX = 1e9;
const EVENT_RATE = 10_000;
const BYTES_PER_CELL = 16;

/** Types that hold every value of a kind of field. */
const TYPES: Record<FieldKind, readonly TypeKind[]> = {
  id: ['bigint', 'double'],
  small: ['bigint', 'int', 'double'],
  time: ['timestamp', 'bigint'],
  text: ['string'],
};

/**
 * The auction site of the Nexmark benchmark: three tables of one sequence of events, 46 bids, 3 auctions and a person of
 * every 50. Generator and distributions as in nexmark-flink, except that ids of bidders line up with those of persons.
 */
export const nexmark: Connector = {
  name: 'nexmark',
  summary: 'the tables of the Nexmark benchmark, the same for the same seed',
  options: OPTIONS,
  writable: false,
  source: (definition) => {
    const plan = planOf(definition);
    return { replayable: true, open: () => new GeneratedSource(generated(plan)) };
  },
  sink: null,
};

interface NexmarkPlan {
  readonly table: NexmarkTable;
  /** Rows of the table, up to the end of time. */
  readonly rows: number;
  /** Events per second of the clock; 0: no pace. */
  readonly pace: number;
  readonly createdAt: number;
  readonly fields: readonly NexmarkField[];
}

function planOf({ options, columns, createdAt }: SourceDefinition): NexmarkPlan {
  const reader = new OptionReader('nexmark', options);
  reader.refuseUnknown(OPTIONS);
  const table = reader.word('table', TABLES, '') as NexmarkTable;
  const whole = { min: 0, max: Number.MAX_SAFE_INTEGER, whole: true };
  const events = reader.number('events', { ...whole, max: 1e12 }, Infinity);
  const pace = reader.number('events_per_second', { min: 0, max: RATE_MAX, whole: false }, 0);
  const eventRate = reader.number('event_rate', { min: 1, max: RATE_MAX, whole: false }, EVENT_RATE);
  const known = nexmarkFields(table, reader.number('seed', whole, 0), eventRate);
  const rows = rowsOfEvents(table, Math.min(events, eventsOfTime(eventRate)));
  return { table, rows, pace, createdAt, fields: columns.map((column) => fieldOf(column, table, known)) };
}

/** The field that a column is called after: `dateTime`, `date_time` and `DATETIME` are one, and so is `ts`. */
function fieldOf(column: Field, table: NexmarkTable, known: readonly NexmarkField[]): NexmarkField {
  const name = column.name === 'ts' ? 'dateTime' : column.name;
  const found = known.find((field) => plain(field.name) === plain(name));
  if (found === undefined) {
    const names = known.map((field) => field.name).join(', ');
    throw problemWith(
      { kind: 'column', name: column.name },
      'INVALID_OPTION',
      `option table: ${table} has no column ${column.name}`,
      `it has ${names}`,
    );
  }
  if (!TYPES[found.kind].includes(column.type.kind)) {
    const wanted = TYPES[found.kind].map((each) => each.toUpperCase()).join(' or ');
    throw problemWith(
      { kind: 'column', name: column.name },
      'INVALID_OPTION',
      `option table: ${column.name} of ${table} is no ${typeName(column.type)}, declare it ${wanted}`,
    );
  }
  return found;
}

function plain(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}

function generated({ table, rows, pace, createdAt, fields }: NexmarkPlan): GeneratedRows {
  return {
    rows,
    startsAt: pace === 0 ? null : createdAt,
    // Event n is due n - 1 paces after the creation.
    dueAt: (row) => createdAt + Math.floor(((eventOfRow(table, row) - 2) * 1000) / pace),
    aboutDue: (now) => Math.max(0, rowsOfEvents(table, Math.ceil(((now - createdAt + 1) * pace) / 1000))),
    bytesPerRow: BYTES_PER_CELL * fields.length,
    columns(first, length, needed) {
      const events = eventsOfRows(table, first, length);
      return fields.map(({ make }, column) => (needed?.[column] === false ? null : make(events)));
    },
  };
}
