import type { Format } from '../format.ts';
import { DebeziumDecoder } from './debezium-decoder.ts';

/** One change of a database per line, as Debezium writes it: `{"op": "c"|"r"|"u"|"d", "before", "after"}`. */
export const debeziumFormat: Format = {
  name: 'debezium-json',
  openDecoder: (columns, options) => new DebeziumDecoder(columns, options),
};
