import type { ColumnJson } from '../../server/protocol.ts';

/** A row that the columns would take, as JSON on one line: for an example to begin with. `at`: its time, ISO. */
export function sampleRow(columns: readonly Pick<ColumnJson, 'name' | 'type'>[], at: string): string {
  return `{${columns.map(({ name, type }) => `${JSON.stringify(name)}: ${sample(type, at)}`).join(', ')}}`;
}

function sample(type: string, at: string): string {
  if (type.startsWith('TIMESTAMP')) return JSON.stringify(at);
  if (type === 'DATE') return JSON.stringify(at.slice(0, 10));
  if (type === 'BOOLEAN') return 'true';
  if (type.startsWith('ROW')) return '{}';
  if (type === 'JSON') return '{"any": "thing"}';
  return /^(?:INT|BIGINT|DOUBLE|DECIMAL)/.test(type) ? '1' : '"text"';
}
