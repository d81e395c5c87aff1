import type { Format } from '../format.ts';
import { CsvDecoder } from './csv-decoder.ts';

/** Comma-separated values (RFC 4180) behind a header line that names the columns. */
export const csvFormat: Format = {
  name: 'csv',
  openDecoder: (columns, options, header = Buffer.alloc(0)) => new CsvDecoder(columns, options, header),
};
