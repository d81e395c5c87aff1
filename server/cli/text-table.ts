/** Cells as a terminal shows them: NULL for null, JSON for objects. */
function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return 'NULL';
  // A line is a row; what would break it is shown as it is written in JSON.
  if (typeof cell === 'string') return cell.replace(/\p{Cc}/gu, (sign) => JSON.stringify(sign).slice(1, -1));
  return JSON.stringify(cell);
}

/** A table of at most `width` columns of the terminal: a line of names, a rule, a line per row. Numbers stand right. */
export function textTable(names: readonly string[], rows: readonly (readonly unknown[])[], width: number): string[] {
  const texts = rows.map((row) => names.map((_, column) => cellText(row[column])));
  const widths = names.map((name, column) => Math.max(name.length, ...texts.map((row) => row[column]!.length)));
  const right = names.map((_, column) => rows.length > 0 && rows.every((row) => isNumber(row[column])));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (right[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  const lines = [line(names), widths.map((length) => '-'.repeat(length)).join('  '), ...texts.map(line)];
  return lines.map((each) => (each.length > width ? `${each.slice(0, Math.max(0, width - 1))}…` : each));
}

function isNumber(cell: unknown): boolean {
  return cell === null || typeof cell === 'number';
}
