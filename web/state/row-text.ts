import type { CellJson, ColumnJson } from '../../server/protocol.ts';
import { plainText } from './cell-order.ts';
import type { LiveRow } from './live-row.ts';

type Columns = readonly Pick<ColumnJson, 'name'>[];

/** One JSON object a line. */
export function ndjsonOf(columns: Columns, rows: readonly LiveRow[]): string {
  return rows
    .map(({ values }) => {
      const members = columns.map(({ name }, at) => `${JSON.stringify(name)}:${JSON.stringify(values[at] ?? null)}`);
      return `{${members.join(',')}}\n`;
    })
    .join('');
}

/** With a line of names; NULL is empty, an empty text is `""`. */
export function csvOf(columns: Columns, rows: readonly LiveRow[]): string {
  const lines = [columns.map(({ name }) => quoted(name)), ...rows.map(({ values }) => values.map(csvCell))];
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}

function csvCell(cell: CellJson): string {
  return cell === null ? '' : quoted(plainText(cell));
}

function quoted(text: string): string {
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
