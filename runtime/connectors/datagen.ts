import { problem } from '../errors/problem.ts';
import type { Field } from '../types/schema.ts';
import type { Connector, ConnectorOption, SourceDefinition } from './connector.ts';
import { type FieldGenerator, generate, timeOf } from './field-generator.ts';
import { FIELD_OPTIONS, fieldPlan, nullRateOf, type Pace } from './field-plan.ts';
import { type GeneratedRows, GeneratedSource } from './generated-source.ts';
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
    return { replayable: true, open: () => new GeneratedSource(generated(plan)) };
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

function generated({ createdAt, stepMs, rate, rows, fields }: GeneratorPlan): GeneratedRows {
  return {
    rows,
    startsAt: rate === 0 ? null : createdAt,
    dueAt: (row) => timeOf(createdAt, stepMs, row),
    aboutDue: (now) => Math.ceil((Math.floor(now - createdAt) + 1) / stepMs),
    bytesPerRow: BYTES_PER_CELL * fields.length,
    columns: (first, length, needed) =>
      fields.map((field, column) => (needed?.[column] === false ? null : generate(field, first, length))),
  };
}
