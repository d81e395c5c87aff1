import { problem } from '../errors/problem.ts';
import type { Field } from '../types/schema.ts';
import type {
  Connector,
  ConnectorOption,
  Offset,
  Polled,
  PolledRows,
  PollLimit,
  RecordedPoll,
  Source,
  SourceDefinition,
} from './connector.ts';
import { type FieldGenerator, generate, timeOf } from './field-generator.ts';
import { FIELD_OPTIONS, fieldPlan, nullRateOf, type Pace } from './field-plan.ts';
import { OptionReader } from './read-options.ts';

const OPTIONS: readonly ConnectorOption[] = [
  { name: 'rows_per_second', required: false, summary: '0: as fast as possible; default 1' },
  { name: 'number_of_rows', required: false, summary: 'then the stream ends; default: never' },
  { name: 'seed', required: false, summary: 'equal seeds give equal rows; default 0' },
];
const RATE_MAX = 1e9;
/** Rows without a pace are 1 ms apart in generated time. */
const UNPACED_STEP_MS = 1;
const BYTES_PER_CELL = 8;

/** Generated rows: row n depends on the options, the creation time and n alone, so that every poll can be repeated. */
export const datagen: Connector = {
  name: 'datagen',
  summary: 'generated rows, the same for the same seed',
  options: OPTIONS,
  writable: false,
  source: (definition) => {
    const plan = planOf(definition);
    return { replayable: true, open: () => new GeneratorSource(plan) };
  },
  sink: null,
};

interface GeneratorPlan extends Pace {
  /** 0: no pace. */
  readonly rate: number;
  /** Infinity: no end. */
  readonly rows: number;
  readonly fields: readonly FieldGenerator[];
}

function planOf({ options, columns, createdAt }: SourceDefinition): GeneratorPlan {
  const reader = new OptionReader('datagen', options);
  reader.refuseUnknown(OPTIONS, (name) => isFieldOption(name, columns));
  const whole = { min: 0, max: Number.MAX_SAFE_INTEGER, whole: true };
  const rate = reader.number('rows_per_second', { min: 0, max: RATE_MAX, whole: false }, 1);
  const rows = reader.number('number_of_rows', whole, Infinity);
  const seed = reader.number('seed', whole, 0);
  const stepMs = rate === 0 ? UNPACED_STEP_MS : 1000 / rate;
  const pace = { createdAt, stepMs };
  const fields = columns.map((field, column) => ({
    plan: fieldPlan(field, reader, pace),
    seed,
    column,
    nullRate: nullRateOf(field, reader),
  }));
  return { ...pace, rate, rows, fields };
}

/** `fields.<column>.<option>`; a column's name may have points. */
function isFieldOption(name: string, columns: readonly Field[]): boolean {
  const [, column, option] = /^fields\.(.+)\.([^.]+)$/s.exec(name) ?? [];
  if (column === undefined || option === undefined) return false;
  if (!columns.some((field) => field.name === column)) {
    throw problem('UNKNOWN_OPTION', `option ${name}: there is no column ${column}`);
  }
  if (!(FIELD_OPTIONS as readonly string[]).includes(option)) {
    throw problem(
      'UNKNOWN_OPTION',
      `option ${name} is not known`,
      undefined,
      `a field takes ${FIELD_OPTIONS.join(', ')}`,
    );
  }
  return true;
}

/** One partition; the offset is the number of the next row. */
class GeneratorSource implements Source {
  readonly endless: boolean;
  readonly growing = false;
  readonly #plan: GeneratorPlan;

  constructor(plan: GeneratorPlan) {
    this.#plan = plan;
    this.endless = plan.rate === 0;
  }

  partitions(): readonly string[] {
    return ['0'];
  }

  start(): Offset {
    return 0;
  }

  poll(_partition: string, from: Offset, { rowsMax, bytesMax, now, needed }: PollLimit): Polled {
    const first = Number(from);
    const { rows, fields, createdAt, stepMs } = this.#plan;
    if (first >= rows) return { kind: 'end' };
    const ready = Math.min(rows, this.#dueBy(now)) - first;
    if (ready <= 0) return { kind: 'wait', delayMs: Math.max(1, timeOf(createdAt, stepMs, first) - now) };
    const fitting = Math.max(1, Math.floor(bytesMax / (BYTES_PER_CELL * Math.max(1, fields.length))));
    return this.#rows(first, Math.min(ready, Math.max(1, rowsMax), fitting), needed);
  }

  reread(_partition: string, { from, to }: RecordedPoll): PolledRows {
    return this.#rows(Number(from), Number(to) - Number(from));
  }

  close(): void {}

  #rows(first: number, length: number, needed?: readonly boolean[]): PolledRows {
    const columns = this.#plan.fields.map((field, column) =>
      needed?.[column] === false ? null : generate(field, first, length),
    );
    return { kind: 'columns', columns, length, to: first + length, check: 0 };
  }

  /** How many rows are due at this time. The division may be off by one row, which timeOf then puts right. */
  #dueBy(now: number): number {
    const { rate, createdAt, stepMs } = this.#plan;
    if (rate === 0) return Infinity;
    if (now < createdAt) return 0;
    let due = Math.ceil((Math.floor(now - createdAt) + 1) / stepMs);
    while (timeOf(createdAt, stepMs, due) <= now) due++;
    while (due > 0 && timeOf(createdAt, stepMs, due - 1) > now) due--;
    return due;
  }
}
