/**
 * The SQL types. INTERVAL and NULL exist only inside expressions: an INTERVAL is a length of time in ms, NULL is the
 * type of the bare literal until something gives it another.
 */
export type DataType =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'int' }
  | { readonly kind: 'bigint' }
  | { readonly kind: 'double' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'string' }
  | { readonly kind: 'timestamp' }
  | { readonly kind: 'date' }
  | { readonly kind: 'json' }
  | { readonly kind: 'interval' }
  | { readonly kind: 'null' };

export type TypeKind = DataType['kind'];

export const BOOLEAN: DataType = { kind: 'boolean' };
export const INT: DataType = { kind: 'int' };
export const BIGINT: DataType = { kind: 'bigint' };
export const DOUBLE: DataType = { kind: 'double' };
export const STRING: DataType = { kind: 'string' };
export const TIMESTAMP: DataType = { kind: 'timestamp' };
export const DATE: DataType = { kind: 'date' };
export const JSON_TYPE: DataType = { kind: 'json' };
export const INTERVAL: DataType = { kind: 'interval' };
export const NULL_TYPE: DataType = { kind: 'null' };
export const MAX_PRECISION = 38;
export const MAX_SCALE = 20;

export function decimal(precision: number, scale: number): DataType {
  return { kind: 'decimal', precision, scale };
}

export function sameType(a: DataType, b: DataType): boolean {
  if (a.kind === 'decimal' && b.kind === 'decimal') return a.precision === b.precision && a.scale === b.scale;
  return a.kind === b.kind;
}

export function isNumeric(type: DataType): boolean {
  return type.kind === 'int' || type.kind === 'bigint' || type.kind === 'decimal' || type.kind === 'double';
}

/** The name as the contract spells it: `DECIMAL(10,2)`, `TIMESTAMP(3)`. */
export function typeName(type: DataType): string {
  if (type.kind === 'decimal') return `DECIMAL(${type.precision},${type.scale})`;
  if (type.kind === 'timestamp') return 'TIMESTAMP(3)';
  return type.kind.toUpperCase();
}
