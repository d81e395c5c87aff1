import type { ColumnDefinition, StreamDefinition } from '../../runtime/catalog/catalog.ts';
import { problem } from '../../runtime/errors/problem.ts';
import type { CreateStream } from '../sql/syntax.ts';
import type { StreamOptions } from './stream-options.ts';

/** Connectors that hand on what somebody else wrote. */
const CARRIERS = ['http', 'file'];

/** What the declaration makes: with a primary key a table; of changes without one a bag; else a stream. */
export function relationKind(
  node: CreateStream,
  columns: readonly ColumnDefinition[],
  { connector, format }: StreamOptions,
): StreamDefinition['kind'] {
  const keyed = node.primaryKey !== null;
  const kind = keyed ? 'table' : format === 'debezium-json' ? 'bag' : 'stream';
  if (kind !== 'stream') refuseWatermark(node, kind);
  if (format === 'debezium-json') refuseOfChanges(node, columns, connector);
  return kind;
}

function refuseWatermark({ watermark }: CreateStream, kind: 'table' | 'bag'): void {
  if (watermark === null) return;
  const what = kind === 'table' ? 'a keyed table' : 'a bag of rows (debezium-json without PRIMARY KEY)';
  const hint = kind === 'table' ? 'leave WATERMARK or PRIMARY KEY out' : 'leave WATERMARK out';
  throw problem('UNSUPPORTED', `${what} has no watermark: its rows are never late`, watermark.span, hint);
}

function refuseOfChanges(node: CreateStream, columns: readonly ColumnDefinition[], connector: string): void {
  const option = node.options.find(({ name }) => name.text.toLowerCase() === 'format');
  if (!CARRIERS.includes(connector)) {
    const message = `connector ${connector} makes rows, no changes: format = 'debezium-json' is for ${CARRIERS.join(' and ')}`;
    throw problem('INVALID_OPTION', message, option?.span);
  }
  const computed = columns.findIndex((column) => column.computed !== undefined);
  if (computed < 0) return;
  const message = 'computed columns of a debezium-json relation are not supported yet';
  throw problem('UNSUPPORTED', message, node.columns[computed]?.span, 'compute it in a view');
}
