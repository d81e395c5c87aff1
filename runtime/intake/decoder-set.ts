import type { StreamDefinition } from '../catalog/catalog.ts';
import { assert } from '../errors/assert.ts';
import type { RowDecoder, WireColumn } from '../formats/format.ts';
import { format } from '../formats/index.ts';

const ROW_BYTES_MAX = 1 << 20;
/** Decoders for different sets of columns; more are not used at one time. */
const PARTIAL_MAX = 8;

export interface OpenDecoder {
  readonly decoder: RowDecoder;
  /** Columns that the decoder gives, by position. */
  readonly keep: readonly number[];
  /** Whether the others are not looked at. */
  readonly partial: boolean;
}

/** The decoders of one relation for rows of one format, and of one header where the format has them. */
export class DecoderSet {
  readonly header: Buffer;
  readonly #definition: StreamDefinition;
  /** Positions of the columns that rows give. */
  readonly #wire: readonly number[];
  readonly #format: string;
  /** Checks and keeps all. */
  readonly rows: OpenDecoder;
  #narrow: OpenDecoder | null = null;
  /** Decoders that check some columns only, by which. */
  readonly #partial = new Map<string, OpenDecoder>();
  #deletes: OpenDecoder | null = null;

  /** @throws ProblemError CSV_HEADER */
  constructor(definition: StreamDefinition, wire: readonly number[], name: string, header: Buffer) {
    this.#definition = definition;
    this.#wire = wire;
    this.#format = name;
    this.header = header;
    this.rows = this.#open(wire, false);
  }

  /** Checks all and keeps these (all without it): one decoder at a time, as they change when queries come and go. */
  keeping(kept: readonly boolean[] | undefined): OpenDecoder {
    if (kept === undefined || this.#wire.every((column) => kept[column]!)) return this.rows;
    const keep = this.#wire.filter((column) => kept[column]!);
    if (this.#narrow?.keep.join() !== keep.join()) this.#narrow = this.#open(keep, false);
    return this.#narrow!;
  }

  /** Checks and keeps these alone. */
  checking(checked: readonly boolean[]): OpenDecoder {
    const wire = this.#wire.filter((column) => checked[column]!);
    const key = wire.join();
    const known = this.#partial.get(key);
    if (known !== undefined) return known;
    if (this.#partial.size === PARTIAL_MAX) this.#partial.clear();
    const fresh = this.#open(wire, false, wire);
    this.#partial.set(key, fresh);
    return fresh;
  }

  /** Rows that say which keys go. */
  get deletes(): OpenDecoder {
    this.#deletes ??= this.#open(this.#wire, true);
    return this.#deletes;
  }

  #open(keep: readonly number[], deletes: boolean, looked = this.#wire): OpenDecoder {
    const { columns, options, derivedFrom } = this.#definition;
    const found = format(this.#format);
    assert(found !== undefined, `format ${this.#format} of ${this.#definition.name} is not known`);
    const wire = looked.map((column) => wireColumn(this.#definition, column, deletes));
    const decoderOptions = {
      unknownFields: options['unknown_fields'] === 'refuse' ? ('refuse' as const) : ('ignore' as const),
      keep: keep.map((column) => looked.indexOf(column)),
      computed: columns.flatMap((column) => (column.computed ? [column.name] : [])),
      unchecked: this.#wire.flatMap((column) => (looked.includes(column) ? [] : [columns[column]!.name])),
      // Rows of $late are a little longer than the rows they are made of.
      rowBytesMax: derivedFrom === null ? ROW_BYTES_MAX : Infinity,
    };
    const decoder = found.openDecoder(wire, decoderOptions, this.header);
    return { decoder, keep, partial: looked.length < this.#wire.length };
  }
}

function wireColumn(definition: StreamDefinition, position: number, deletes: boolean): WireColumn {
  const { name, type, defaultValue } = definition.columns[position]!;
  return {
    name,
    type,
    required: requirement(definition, position, deletes),
    defaultValue: deletes ? null : defaultValue,
  };
}

function requirement(definition: StreamDefinition, position: number, deletes: boolean): WireColumn['required'] {
  if (definition.primaryKey.includes(position)) return 'NULL_KEY';
  if (deletes) return false;
  if (definition.watermark?.column === position) return 'NULL_EVENT_TIME';
  const { nullable, required } = definition.columns[position]!;
  return nullable && !required ? false : 'NULL_NOT_ALLOWED';
}
