import { BIGINT, JSON_TYPE, STRING, TIMESTAMP } from '../types/data-type.ts';
import type { Field } from '../types/schema.ts';
import type {
  ColumnDefinition,
  MaterializedViewDefinition,
  RelationDefinition,
  SinkViewDefinition,
  StreamDefinition,
} from './catalog.ts';

/** What the server makes beside a relation, and drops with it. */
export function derivedDefinitions(of: RelationDefinition): RelationDefinition[] {
  if (derivedFrom(of) !== null) return [];
  switch (of.kind) {
    case 'stream':
    case 'table':
    case 'bag':
      return derivedStreams(of);
    case 'materialized-view':
    case 'sink':
      return [errorsOfQuery(of)];
    case 'view':
      return [];
    default: {
      const never: never = of;
      return never;
    }
  }
}

/** The relation that this one was made beside; null: somebody declared it. */
export function derivedFrom(definition: RelationDefinition | undefined): string | null {
  return definition !== undefined && 'derivedFrom' in definition ? (definition.derivedFrom ?? null) : null;
}

export function errorsOf(name: string): string {
  return `${name}$errors`;
}

/** What a query could not compute. It only grows; a scan of it has no event time. */
export function errorsOfQuery(of: MaterializedViewDefinition | SinkViewDefinition): MaterializedViewDefinition {
  return {
    kind: 'materialized-view',
    name: errorsOf(of.name),
    columns: QUERY_ERROR_COLUMNS,
    mode: 'append',
    key: [],
    windowEnd: null,
    settled: true,
    watermarkColumn: null,
    dependsOn: [],
    derivedFrom: of.name,
    sql: '',
  };
}

/** `at`: clock of the micro-batch. `row`: the row, or the key of the group, as a JSON object. */
const QUERY_ERROR_COLUMNS: readonly Field[] = [
  { name: 'at', type: TIMESTAMP, nullable: false },
  { name: 'epoch', type: BIGINT, nullable: false },
  { name: 'code', type: STRING, nullable: false },
  { name: 'message', type: STRING, nullable: false },
  { name: 'row', type: JSON_TYPE, nullable: false },
];

/** `<stream>$errors` holds the refused rows, `<stream>$late` the rows behind the watermark: streams without event time. */
export function derivedStreams(of: StreamDefinition): StreamDefinition[] {
  const derived = [derive(of, errorsOf(of.name), ERROR_COLUMNS)];
  if (of.watermark) derived.push(derive(of, `${of.name}$late`, lateColumns(of)));
  return derived;
}

const ERROR_COLUMNS: readonly ColumnDefinition[] = [
  { name: 'at', type: TIMESTAMP, nullable: false, defaultValue: null },
  { name: 'row', type: BIGINT, nullable: false, defaultValue: null },
  { name: 'code', type: STRING, nullable: false, defaultValue: null },
  { name: 'field', type: STRING, nullable: true, defaultValue: null },
  { name: 'message', type: STRING, nullable: false, defaultValue: null },
  { name: 'raw', type: STRING, nullable: true, defaultValue: null },
];

function lateColumns(of: StreamDefinition): ColumnDefinition[] {
  return [
    ...of.columns.map(({ name, type }) => ({ name, type, nullable: true, defaultValue: null })),
    { name: 'late_by', type: BIGINT, nullable: true, defaultValue: null },
    { name: 'watermark', type: TIMESTAMP, nullable: true, defaultValue: null },
  ];
}

function derive(of: StreamDefinition, name: string, columns: readonly ColumnDefinition[]): StreamDefinition {
  return {
    kind: 'stream',
    name,
    columns,
    primaryKey: [],
    watermark: null,
    connector: 'http',
    format: 'json',
    options: of.options['retention'] === undefined ? {} : { retention: of.options['retention'] },
    idleTimeoutMs: null,
    derivedFrom: of.name,
    sql: '',
  };
}
