import type { ColumnJson } from '../../server/protocol.ts';

export type InputFormat = 'json' | 'ndjson' | 'csv';

/** Rows as somebody gave them: each with its own text, so that one that is refused can be mended and sent again. */
export interface InputRows {
  readonly format: InputFormat;
  /** The first record of CSV; null otherwise. */
  readonly header: string | null;
  /** In the order in which the server counts them. */
  readonly rows: readonly string[];
}

export const MEDIA_TYPES: Readonly<Record<InputFormat, string>> = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
};

/** What a text is, by how it begins: `[` an array, `{` objects line by line (or one over several), else CSV. */
export function inputRows(text: string): InputRows {
  const trimmed = text.trim();
  if (trimmed.startsWith('[')) return { format: 'json', header: null, rows: elements(trimmed.slice(1)) };
  if (trimmed.startsWith('{')) return { format: 'ndjson', header: null, rows: objects(trimmed) };
  const [header = null, ...rows] = records(trimmed);
  return { format: 'csv', header, rows };
}

/** The body that sends these rows. */
export function inputBody({ format, header, rows }: InputRows): string {
  if (format === 'csv') return `${[header ?? '', ...rows].join('\r\n')}\r\n`;
  return rows.map((row) => `${onOneLine(row)}\n`).join('');
}

/** The same rows for a server that does not read CSV: texts are what the server makes of them, nothing is NULL. */
export function csvAsNdjson(
  { header, rows }: InputRows,
  columns: readonly Pick<ColumnJson, 'name' | 'type'>[],
): InputRows {
  const names = cells(header ?? '').map((cell) => cell ?? '');
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const asJson = (row: string): string => {
    const values = cells(row);
    const members = names.map((name, at) => `${JSON.stringify(name)}:${jsonOf(values[at] ?? null, types.get(name))}`);
    return `{${members.join(',')}}`;
  };
  return { format: 'ndjson', header: null, rows: rows.map(asJson) };
}

function jsonOf(cell: string | null, type: string | undefined): string {
  if (cell === null) return 'null';
  const isBare = (type === 'BOOLEAN' && /^(?:true|false)$/i.test(cell)) || type === 'JSON';
  return isBare ? cell.toLowerCase() : JSON.stringify(cell);
}

/** Cuts at the commas outside of everything; what is behind the closing bracket is left to the server to refuse. */
function elements(text: string): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{},]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (depth > 0 && (token === '}' || token === ']')) depth--;
    else if (depth === 0 && (token === ',' || token === ']')) {
      found.push(text.slice(from, index).trim());
      from = index + 1;
      if (token === ']') return found.length === 1 && found[0] === '' ? [] : found;
    }
  }
  return [...found, text.slice(from).trim()].filter((element) => element !== '');
}

/** One a line; an object over several lines is one too, where the text is nothing else. */
function objects(text: string): readonly string[] {
  try {
    JSON.parse(text);
    return [text];
  } catch {
    return text.split(/\r?\n/).filter((line) => line.trim() !== '');
  }
}

/** Lines of CSV; a quoted cell may go over several. */
function records(text: string): readonly string[] {
  const found = text.match(/(?:"(?:[^"]|"")*"?|[^"\r\n])+/g) ?? [];
  return found.filter((record) => record.trim() !== '');
}

/** Empty is NULL, `""` is the empty text. */
function cells(record: string): readonly (string | null)[] {
  return [...`,${record}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, bare]) => {
    if (quoted !== undefined) return quoted.replaceAll('""', '"');
    return bare === undefined || bare === '' ? null : bare;
  });
}

/** Line breaks of JSON stand between its parts only. */
function onOneLine(row: string): string {
  return row.replaceAll(/\s*\n\s*/g, ' ');
}
