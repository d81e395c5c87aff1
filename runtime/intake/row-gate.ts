import type { DecodedBody } from './row-reader.ts';
import type { Slice } from './entry.ts';

/** Decides at acceptance which changes a relation that holds its rows can follow. */
export interface RowGate {
  /** Lines of the body, ascending, that take away a row which is not there when their turn comes. */
  missing(body: DecodedBody): readonly number[];
  /** These rows are accepted, and will be processed. */
  accept(slices: readonly Slice[]): void;
}
