import { DOUBLE, type DataType, decimal, MAX_PRECISION, sameType, TIMESTAMP } from './data-type.ts';

/** Whether a value of `from` becomes one of `to` without being asked: INT, BIGINT, DECIMAL, DOUBLE; DATE, TIMESTAMP. */
export function castsImplicitly(from: DataType, to: DataType): boolean {
  if (from.kind === 'null' || sameType(from, to)) return true;
  const fromRank = NUMERIC_RANK.get(from.kind);
  const toRank = NUMERIC_RANK.get(to.kind);
  if (fromRank !== undefined && toRank !== undefined) return fromRank <= toRank;
  return from.kind === 'date' && to.kind === 'timestamp';
}

const NUMERIC_RANK = new Map<string, number>([
  ['int', 0],
  ['bigint', 1],
  ['decimal', 2],
  ['double', 3],
]);

/**
 * The type to which both cast implicitly, without loss of digits where precision 38 allows; `null` when there is none.
 * A bare NULL takes the other's type.
 */
export function commonType(a: DataType, b: DataType): DataType | null {
  if (sameType(a, b) || b.kind === 'null') return a;
  if (a.kind === 'null') return b;
  const rankA = NUMERIC_RANK.get(a.kind);
  const rankB = NUMERIC_RANK.get(b.kind);
  if (rankA === undefined || rankB === undefined) return commonTime(a, b);
  if (a.kind === 'double' || b.kind === 'double') return DOUBLE;
  if (a.kind === 'decimal' || b.kind === 'decimal') return commonDecimal(asDecimal(a), asDecimal(b));
  return rankA >= rankB ? a : b;
}

export function commonTypeOf(types: readonly DataType[]): DataType | null {
  let common: DataType | null = types[0] ?? null;
  for (const type of types) common = common && commonType(common, type);
  return common;
}

type Decimal = Extract<DataType, { kind: 'decimal' }>;

/** The DECIMAL that holds every value of an exact numeric type. */
export function asDecimal(type: DataType): Decimal {
  if (type.kind === 'decimal') return type;
  return { kind: 'decimal', precision: type.kind === 'bigint' ? 19 : 10, scale: 0 };
}

function commonDecimal(a: Decimal, b: Decimal): DataType {
  const scale = Math.max(a.scale, b.scale);
  const wholeDigits = Math.max(a.precision - a.scale, b.precision - b.scale);
  return decimal(Math.min(MAX_PRECISION, wholeDigits + scale), scale);
}

function commonTime(a: DataType, b: DataType): DataType | null {
  const times = new Set([a.kind, b.kind]);
  return times.has('date') && times.has('timestamp') ? TIMESTAMP : null;
}
