import { csvFormat } from './csv/csv-format.ts';
import { debeziumFormat } from './debezium-json/debezium-format.ts';
import type { Format } from './format.ts';
import { jsonFormat } from './json/json-format.ts';

const FORMATS: readonly Format[] = [jsonFormat, csvFormat, debeziumFormat];

export function format(name: string): Format | undefined {
  return FORMATS.find((each) => each.name === name);
}
