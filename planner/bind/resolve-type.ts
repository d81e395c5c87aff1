import { type ProblemError, problem } from '../../runtime/errors/problem.ts';
import {
  BIGINT,
  BOOLEAN,
  type DataType,
  DATE,
  DOUBLE,
  decimal,
  INT,
  JSON_TYPE,
  MAX_PRECISION,
  MAX_SCALE,
  STRING,
  TIMESTAMP,
} from '../../runtime/types/data-type.ts';
import type { TypeNode } from '../sql/syntax.ts';
import { suggest } from './suggest.ts';

/** A type as written, with the declared length of VARCHAR(n), which only an explicit cast looks at. */
export interface ResolvedType {
  readonly type: DataType;
  readonly length: number | null;
}

const PLAIN_TYPES: ReadonlyMap<string, DataType> = new Map([
  ['BOOLEAN', BOOLEAN],
  ['BOOL', BOOLEAN],
  ['INT', INT],
  ['INTEGER', INT],
  ['SMALLINT', INT],
  ['TINYINT', INT],
  ['INT2', INT],
  ['INT4', INT],
  ['BIGINT', BIGINT],
  ['INT8', BIGINT],
  ['DOUBLE', DOUBLE],
  ['DOUBLE PRECISION', DOUBLE],
  ['FLOAT', DOUBLE],
  ['FLOAT4', DOUBLE],
  ['FLOAT8', DOUBLE],
  ['REAL', DOUBLE],
  ['DATE', DATE],
  ['JSON', JSON_TYPE],
]);
const TEXT_TYPES = new Set(['STRING', 'VARCHAR', 'TEXT', 'CHAR', 'CHARACTER', 'CHARACTER VARYING']);
const TIME_TYPES = new Set([
  'TIMESTAMP',
  'TIMESTAMPTZ',
  'TIMESTAMP WITH TIME ZONE',
  'TIMESTAMP WITHOUT TIME ZONE',
  'TIMESTAMP_LTZ',
]);
const DECIMAL_TYPES = new Set(['DECIMAL', 'NUMERIC', 'DEC']);
const UNBUILT: ReadonlyMap<string, readonly [message: string, hint: string]> = new Map([
  ['ROW', ['ROW is the type of a declared column, not of a value', 'name its parts']],
  ['ARRAY', ['arrays are no column type here', 'use JSON, which holds them']],
  ['MAP', ['MAP is no column type here', 'use JSON, which holds it']],
  ['MULTISET', ['MULTISET is no column type here', 'use JSON, which holds it']],
  ['BYTEA', ['BYTEA is no column type here', 'use STRING']],
  ['BINARY', ['BINARY is no column type here', 'use STRING']],
  ['VARBINARY', ['VARBINARY is no column type here', 'use STRING']],
  ['BYTES', ['BYTES is no column type here', 'use STRING']],
  ['TIME', ['TIME is no column type here', 'use TIMESTAMP or STRING']],
  ['INTERVAL', ['INTERVAL is a value in expressions, not a column type', 'keep milliseconds as BIGINT']],
  ['JSONB', ['JSONB is called JSON here', 'use JSON']],
  ['UUID', ['UUID is not supported yet', 'use STRING']],
]);

/** Throws UNKNOWN_TYPE, UNSUPPORTED or INVALID_LITERAL (a length or precision out of range). */
export function resolveType(node: TypeNode): ResolvedType {
  const name = node.name.toUpperCase().replaceAll(/\s+/g, ' ').trim();
  const plain = PLAIN_TYPES.get(name);
  if (plain !== undefined) return { type: plain, length: noArguments(node, name) };
  if (TEXT_TYPES.has(name)) return { type: STRING, length: textLength(node) };
  if (TIME_TYPES.has(name)) return { type: timestampType(node), length: null };
  if (DECIMAL_TYPES.has(name)) return { type: decimalType(node), length: null };
  throw noSuchType(node, name);
}

function noSuchType(node: TypeNode, name: string): ProblemError {
  const word = name.match(/^[A-Z_]+/)?.[0] ?? name;
  const unbuilt = name.endsWith('[]') || name.endsWith(' ARRAY') ? UNBUILT.get('ARRAY') : UNBUILT.get(word);
  if (unbuilt !== undefined) return problem('UNSUPPORTED', unbuilt[0], node.span, unbuilt[1]);
  const known = [...PLAIN_TYPES.keys(), ...TEXT_TYPES, 'TIMESTAMP', 'TIMESTAMPTZ', ...DECIMAL_TYPES];
  return problem('UNKNOWN_TYPE', `no type is called ${node.name}`, node.span, suggest(name, known));
}

function noArguments(node: TypeNode, name: string): null {
  if (node.args.length > 0) throw problem('INVALID_LITERAL', `${name} takes no length`, node.span);
  return null;
}

function textLength(node: TypeNode): number | null {
  const [length] = node.args;
  if (length === undefined) return null;
  if (node.args.length > 1 || !Number.isInteger(length) || length < 1 || length > 10_485_760) {
    throw problem('INVALID_LITERAL', `the length of ${node.name} must be a whole number from 1 to 10485760`, node.span);
  }
  return length;
}

function timestampType(node: TypeNode): DataType {
  const [precision] = node.args;
  if (precision === undefined || (precision === 3 && node.args.length === 1)) return TIMESTAMP;
  throw problem('UNSUPPORTED', 'a TIMESTAMP has exactly 3 fractional digits here', node.span, 'write TIMESTAMP(3)');
}

function decimalType(node: TypeNode): DataType {
  const [precision, scale = 0] = node.args;
  if (precision === undefined) return decimal(38, 10);
  if (node.args.length > 2 || !Number.isInteger(precision) || precision < 1 || precision > MAX_PRECISION) {
    throw problem('INVALID_LITERAL', `the precision of DECIMAL must be 1 to ${MAX_PRECISION}`, node.span);
  }
  if (!Number.isInteger(scale) || scale < 0 || scale > Math.min(MAX_SCALE, precision)) {
    const message = `the scale of DECIMAL must be 0 to ${Math.min(MAX_SCALE, precision)} here`;
    throw problem('INVALID_LITERAL', message, node.span);
  }
  return decimal(precision, scale);
}
