/**
 * Instructions of WebAssembly, written as expressions: `i32.add(get('p'), i32.const(4))` is the code that leaves p + 4.
 * Code is bytes, in whatever nesting, and names of locals and labels that `encodeModule` replaces by their numbers.
 * Numbers are those of the WebAssembly Core Specification 2.0, section 5.4; of vectors, section 5.4.8.
 */
export type Code = readonly (Token | Code)[];

export type Token =
  | number
  /** A local. */
  | string
  | { readonly callee: string }
  | { readonly label: string }
  | { readonly enter: string }
  | { readonly leave: true };

const NO_RESULT = 0x40;
const VECTOR = 0xfd;

export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 0x80);
  }
}

function signed(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    const low = Number(rest & 127n);
    if ((rest < 64n && rest >= 0n) || (rest >= -64n && rest < 0n)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

type Unary = (operand: Code) => Code;
type Binary = (left: Code, right: Code) => Code;
/** `offset` is added to the address, bytes. */
type Load = (address: Code, offset?: number) => Code;
type Store = (address: Code, value: Code, offset?: number) => Code;

const unary =
  (...op: number[]): Unary =>
  (operand) => [operand, ...op];
const binary =
  (...op: number[]): Binary =>
  (left, right) => [left, right, ...op];
// 0: any alignment.
const load =
  (...op: number[]): Load =>
  (address, offset = 0) => [address, ...op, 0, ...unsigned(offset)];
const store =
  (...op: number[]): Store =>
  (address, value, offset = 0) => [address, value, ...op, 0, ...unsigned(offset)];

export const get = (local: string): Code => [0x20, local];
export const set = (local: string, value: Code): Code => [value, 0x21, local];
/** Sets it, and leaves the value. */
export const tee = (local: string, value: Code): Code => [value, 0x22, local];
export const call = (callee: string, ...operands: Code[]): Code => [operands, 0x10, { callee }];
/** Not 0: `yes`. Both are computed. */
export const select = (yes: Code, no: Code, condition: Code): Code => [yes, no, condition, 0x1b];

/** `branch` to it goes on behind it. */
export const block = (label: string, ...body: Code[]): Code => region(0x02, label, body);
/** `branch` to it begins again. */
export const loop = (label: string, ...body: Code[]): Code => region(0x03, label, body);
export const branch = (label: string): Code => [0x0c, { label }];
export const branchIf = (label: string, condition: Code): Code => [condition, 0x0d, { label }];
export const when = (condition: Code, yes: readonly Code[], no: readonly Code[] = []): Code => [
  condition,
  0x04,
  NO_RESULT,
  { enter: '' },
  yes,
  no.length > 0 ? [0x05, no] : [],
  { leave: true },
  0x0b,
];

function region(op: number, label: string, body: readonly Code[]): Code {
  return [op, NO_RESULT, { enter: label }, body, { leave: true }, 0x0b];
}

/** Byte: 8 bits, zero-extended. */
export const i32 = {
  const: (value: number): Code => [0x41, ...signed(BigInt(value | 0))],
  load: load(0x28),
  loadByte: load(0x2d),
  store: store(0x36),
  storeByte: store(0x3a),
  eqz: unary(0x45),
  eq: binary(0x46),
  ne: binary(0x47),
  lt: binary(0x48),
  ltUnsigned: binary(0x49),
  gt: binary(0x4a),
  ctz: unary(0x68),
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shl: binary(0x74),
  shr: binary(0x76),
  ofI64: unary(0xa7),
} as const;

export const i64 = {
  const: (value: bigint): Code => [0x42, ...signed(BigInt.asIntN(64, value))],
  load: load(0x29),
  eq: binary(0x51),
  ne: binary(0x52),
  gt: binary(0x55),
  ge: binary(0x59),
  ctz: unary(0x7a),
  add: binary(0x7c),
  sub: binary(0x7d),
  mul: binary(0x7e),
  and: binary(0x83),
  or: binary(0x84),
  xor: binary(0x85),
  shl: binary(0x86),
  shr: binary(0x88),
  ofI32: unary(0xad),
} as const;

export const f64 = {
  const: (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
  load: load(0x2b),
  store: store(0x39),
  ne: binary(0x62),
  neg: unary(0x9a),
  add: binary(0xa0),
  sub: binary(0xa1),
  div: binary(0xa3),
  ofI32: unary(0xb7),
  ofI64: unary(0xb9),
} as const;

/** 16 bytes at once. */
export const v128 = {
  load: load(VECTOR, 0x00),
  or: binary(VECTOR, 0x50),
  /** The byte, 16 times. */
  splat: (byte: number): Code => [i32.const(byte), VECTOR, 0x0f],
  eqBytes: binary(VECTOR, 0x23),
  ltBytes: binary(VECTOR, 0x26),
  /** The top bits of the bytes, as an i32. */
  topBits: unary(VECTOR, 0x64),
} as const;
