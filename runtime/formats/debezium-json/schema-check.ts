import type { DataType } from '../../types/data-type.ts';
import { typeName } from '../../types/data-type.ts';
import type { WireColumn } from '../format.ts';

export interface SchemaFault {
  readonly field: string;
  readonly message: string;
}

/** Schemas that differ in one stream; beyond it the oldest verdict is forgotten. */
const KNOWN_MAX = 64;

/**
 * Debezium's default messages say how their values are written. A value in another form than the column's can look like
 * one in the right form (base64 of a decimal may be all digits), so such messages are refused by their schema.
 */
export class SchemaCheck {
  readonly #columns: readonly WireColumn[];
  readonly #known = new Map<string, SchemaFault | null>();

  constructor(columns: readonly WireColumn[]) {
    this.#columns = columns;
  }

  /** `schema`: JSON text that has been checked to be JSON. */
  faultOf(schema: string): SchemaFault | null {
    const known = this.#known.get(schema);
    if (known !== undefined) return known;
    const fault = this.#check(JSON.parse(schema) as unknown);
    if (this.#known.size >= KNOWN_MAX) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(schema, fault);
    return fault;
  }

  #check(schema: unknown): SchemaFault | null {
    for (const part of fieldsOf(schema)) {
      if (part.field !== 'before' && part.field !== 'after') continue;
      for (const { field, type, name } of fieldsOf(part.schema)) {
        const column = this.#columns.find((each) => each.name === field);
        const why = column && faultOf(column.type, type, name);
        if (column && why) return { field: column.name, message: `${typeName(column.type)} ${column.name} ${why}` };
      }
    }
    return null;
  }
}

interface SchemaField {
  readonly field: unknown;
  readonly type: unknown;
  readonly name: unknown;
  readonly schema: unknown;
}

/** Unknown shapes have no fields: what is not understood is left to the values. */
function fieldsOf(schema: unknown): SchemaField[] {
  const fields = memberOf(schema, 'fields');
  if (!Array.isArray(fields)) return [];
  return fields.map((each: unknown) => ({
    field: memberOf(each, 'field'),
    type: memberOf(each, 'type'),
    name: memberOf(each, 'name'),
    schema: each,
  }));
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function faultOf(type: DataType, written: unknown, name: unknown): string | null {
  const isNumber = ['int', 'bigint', 'decimal', 'double'].includes(type.kind);
  if (isNumber && written === 'bytes') {
    return "is sent as bytes: let Debezium send decimals as text (decimal.handling.mode = 'string')";
  }
  if (type.kind === 'timestamp' && typeof name === 'string' && /\.(Micro|Nano)(Timestamp|Duration)$/.test(name)) {
    return `is sent as ${name}: let Debezium send epoch ms (time.precision.mode = 'connect')`;
  }
  return null;
}
