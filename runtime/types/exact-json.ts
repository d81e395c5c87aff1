/** JSON that keeps bigint values, as `{"bigint":"..."}`: for definitions and plans, never for users' rows. */
export function encodeExact(value: unknown): string {
  return JSON.stringify(value, (_key, cell: unknown) =>
    typeof cell === 'bigint' ? { bigint: cell.toString() } : cell,
  );
}

/** The inverse; the caller says what it stored. */
export function decodeExact(text: string): unknown {
  return JSON.parse(text, (_key, cell: unknown) => (isBigintCell(cell) ? BigInt(cell.bigint) : cell));
}

function isBigintCell(cell: unknown): cell is { readonly bigint: string } {
  return typeof cell === 'object' && cell !== null && 'bigint' in cell && typeof cell.bigint === 'string';
}
