import { debeziumFormat } from './debezium-json/debezium-format.ts';
import type { Format } from './format.ts';
import { jsonFormat } from './json/json-format.ts';

const FORMATS: readonly Format[] = [jsonFormat, debeziumFormat];

export function format(name: string): Format | undefined {
  return FORMATS.find((each) => each.name === name);
}
