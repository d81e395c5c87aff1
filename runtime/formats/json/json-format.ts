import type { Format } from '../format.ts';
import { JsonDecoder } from './json-decoder.ts';

/** One JSON object per line (NDJSON). */
export const jsonFormat: Format = {
  name: 'json',
  openDecoder: (columns, options) => new JsonDecoder(columns, options),
};
