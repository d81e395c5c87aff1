import type { Column } from '../columns/column.ts';
import type { Failure } from '../dstream/failure-log.ts';
import { rowJson } from '../formats/row-json.ts';
import type { Field } from '../types/schema.ts';
import type { AggregateTable } from './aggregate-tables.ts';
import { constantColumn } from './gather-columns.ts';

/** A group whose result cannot be represented. */
export interface FailedGroup {
  readonly group: number;
  /** The key columns of the groups of its table that were looked at, and its row there. */
  readonly keys: readonly Column[];
  readonly row: number;
}

/** `fields`: of the key, behind the bounds of the window where there are some. */
export function groupFailure(
  target: AggregateTable,
  { group, keys, row }: FailedGroup,
  fields: readonly Field[],
  bounds: readonly number[] = [],
): Failure {
  const columns = [...bounds.map((bound) => constantColumn(bound, row + 1)), ...keys];
  const message = `the result of ${target.overflowing(group)} is out of range`;
  return { code: 'OVERFLOW', message, row: rowJson(fields, columns, row) };
}
