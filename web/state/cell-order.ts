import type { CellJson } from '../../server/protocol.ts';

const EXACT = /^(?:BIGINT|DECIMAL)/;

/** Whether cells of this type are read as numbers, however they are written. */
export function isNumeric(type: string): boolean {
  return /^(?:INT|BIGINT|DOUBLE|DECIMAL)/.test(type);
}

/** Order of two cells of one column; NULL comes last. Numbers beyond 2^53 are texts and compare exactly. */
export function compareCells(a: CellJson, b: CellJson, type: string): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const left = plainText(a);
  const right = plainText(b);
  if (EXACT.test(type)) return compareDecimals(left, right);
  if (isNumeric(type)) return Number(left) - Number(right);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A cell as text; JSON values as JSON. */
export function plainText(cell: CellJson): string {
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}

function compareDecimals(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  if (difference !== 0) return difference;
  const scale = Math.max(scaleOf(a), scaleOf(b));
  const left = scaled(a, scale);
  const right = scaled(b, scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

function scaleOf(text: string): number {
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}

function scaled(text: string, scale: number): bigint {
  return BigInt(text.replace('.', '') + '0'.repeat(scale - scaleOf(text)));
}
