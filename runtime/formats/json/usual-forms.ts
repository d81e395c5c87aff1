import { TIMESTAMP_MAX } from '../../types/timestamp.ts';
import {
  branch,
  branchIf,
  type Code,
  call,
  f64,
  get,
  i32,
  i64,
  loop,
  select,
  set,
  tee,
  v128,
  when,
} from '../../wasm/instructions.ts';
import { POWERS_F64_AT, POWERS_I64_AT } from './scan-memory.ts';

/**
 * The usual forms of values as code of a scanner (scanner-code.ts). Each begins with `at` at the value and ends behind it, or
 * leaves block `usual` where the value has another form.
 */
export const SCANNER_LOCALS = {
  /** The row, from 0; where it and the value that is being read begin. */
  n: 'i32',
  rowAt: 'i32',
  valueAt: 'i32',
  /** Where a text or digits begin. */
  from: 'i32',
  /** 1: a minus, or TRUE. */
  sign: 'i32',
  /** Digits of one step; of the whole part; of the fraction. */
  count: 'i32',
  whole: 'i32',
  fraction: 'i32',
  hits: 'i32',
  /** Four bytes of a time each. */
  time0: 'i32',
  time1: 'i32',
  time2: 'i32',
  eight: 'i64',
  x: 'i64',
  y: 'i64',
  sixteen: 'v128',
  double: 'f64',
  /** The date that was read last, and its ms. */
  date0: 'i64',
  date1: 'i64',
  day: 'f64',
} as const;

type Local = keyof typeof SCANNER_LOCALS | 'at';

export const add = (local: Local, value: number): Code => i32.add(get(local), i32.const(value));
export const advance = (bytes: number): Code => set('at', add('at', bytes));
const byteAt = (local: Local, offset = 0): Code => i32.loadByte(get(local), offset);
const isByte = (local: Local, character: string, offset = 0): Code =>
  i32.eq(byteAt(local, offset), i32.const(character.charCodeAt(0)));
const isNotByte = (local: Local, character: string): Code => i32.ne(byteAt(local), i32.const(character.charCodeAt(0)));

/** `count`: digits that stand at `at`, up to 8. They are the low bytes of `eight`, 0 to 9. */
function countDigits(): Code {
  const others = i64.or(get('eight'), i64.add(get('eight'), i64.const(0x7676767676767676n)));
  return [
    set('eight', i64.xor(i64.load(get('at')), i64.const(0x3030303030303030n))),
    // A digit plus 0x76 leaves the top bit alone; any other byte sets it, or has it.
    set('count', i32.shr(i32.ofI64(i64.ctz(i64.and(others, i64.const(0x8080808080808080n)))), i32.const(3))),
  ];
}

/** The number of the digits counted, at least one: zeros move in before them (D. Lemire, Quickly parsing eight digits, 2018). */
function joinDigits(): Code {
  const room = i32.sub(i32.const(64), i32.shl(get('count'), i32.const(3)));
  const moved = set('eight', i64.shl(get('eight'), i64.ofI32(room)));
  const pairs = set('eight', i64.add(i64.mul(get('eight'), i64.const(10n)), i64.shr(get('eight'), i64.const(8n))));
  const mask = i64.const(0x000000ff000000ffn);
  const outer = i64.mul(i64.and(get('eight'), mask), i64.const(0x000f424000000064n));
  const inner = i64.mul(i64.and(i64.shr(get('eight'), i64.const(16n)), mask), i64.const(0x0000271000000001n));
  return [moved, pairs, i64.shr(i64.add(outer, inner), i64.const(32n))];
}

/** 1 to 15 digits as the number `to`, else leaves `usual`. */
function digits(to: 'x' | 'y'): Code {
  const advanceByCount = set('at', i32.add(get('at'), get('count')));
  const power = i64.load(i32.shl(get('count'), i32.const(3)), POWERS_I64_AT);
  const full = i32.eq(get('count'), i32.const(8));
  return [
    countDigits(),
    branchIf('usual', i32.eqz(get('count'))),
    set(to, joinDigits()),
    advanceByCount,
    when(full, [
      countDigits(),
      branchIf('usual', full),
      when(get('count'), [set(to, i64.add(i64.mul(get(to), power), joinDigits())), advanceByCount]),
    ]),
  ];
}

/** `x`: the digits; `sign`: 1 after a minus; `whole`: how many digits. No zero may lead. */
export function whole(): Code {
  return [
    set('sign', isByte('at', '-')),
    set('from', tee('at', i32.add(get('at'), get('sign')))),
    digits('x'),
    set('whole', i32.sub(get('at'), get('from'))),
    branchIf('usual', i32.and(i32.gt(get('whole'), i32.const(1)), isByte('from', '0'))),
  ];
}

export function signedX(): Code {
  return select(i64.sub(i64.const(0n), get('x')), get('x'), get('sign'));
}

/** `y`: the digits behind the point; `fraction`: how many. */
function fractionDigits(): Code {
  return [advance(1), set('from', get('at')), digits('y'), set('fraction', i32.sub(get('at'), get('from')))];
}

/** `x`: the number times 10^scale, at most 15 digits. */
export function scaled(precision: number, scale: number): Code {
  const power = i64.const(10n ** BigInt(scale));
  const missing = i32.shl(i32.sub(i32.const(scale), get('fraction')), i32.const(3));
  return [
    whole(),
    branchIf('usual', i32.gt(get('whole'), i32.const(15 - scale))),
    set('x', i64.mul(get('x'), power)),
    when(isByte('at', '.'), [
      fractionDigits(),
      branchIf('usual', i32.gt(get('fraction'), i32.const(scale))),
      set('x', i64.add(get('x'), i64.mul(get('y'), i64.load(missing, POWERS_I64_AT)))),
    ]),
    precision <= 15 ? branchIf('usual', i64.ge(get('x'), i64.const(10n ** BigInt(precision)))) : [],
  ];
}

/** Up to 15 digits and a power of ten up to 10^22 are exact, so one division rounds correctly (W. Clinger, 1990). */
export function double(): Code {
  const places = i32.shl(get('fraction'), i32.const(3));
  const joined = i64.add(i64.mul(get('x'), i64.load(places, POWERS_I64_AT)), get('y'));
  return [
    whole(),
    set('double', f64.ofI64(get('x'))),
    when(isByte('at', '.'), [
      fractionDigits(),
      branchIf('usual', i32.gt(i32.add(get('whole'), get('fraction')), i32.const(15))),
      set('double', f64.div(f64.ofI64(joined), f64.load(places, POWERS_F64_AT))),
    ]),
    branchIf('usual', isExponent()),
    set('double', select(f64.neg(get('double')), get('double'), get('sign'))),
  ];
}

function isExponent(): Code {
  return i32.eq(i32.or(byteAt('at'), i32.const(0x20)), i32.const('e'.charCodeAt(0)));
}

/**
 * `"2026-01-31T10:00:00.000Z"`: rows that follow each other mostly have one date, so its bytes and its ms are remembered,
 * and only the time of day is read. Any other text is read by a call. A number is ms.
 */
export function timestamp(): Code {
  const largest = i64.const(BigInt(TIMESTAMP_MAX));
  return when(
    isByte('at', '"'),
    [
      timeOfDay(),
      when(
        isTimeOfDay(),
        [
          set('double', f64.ofI32(milliseconds())),
          when(
            i32.and(i64.eq(i64.load(get('at'), 1), get('date0')), i64.eq(i64.load(get('at'), 4), get('date1'))),
            [set('double', f64.add(get('double'), get('day')))],
            [
              set('day', f64.sub(call('timestamp', add('at', 1)), get('double'))),
              set('double', f64.add(get('double'), get('day'))),
              set('date0', i64.load(get('at'), 1)),
              set('date1', i64.load(get('at'), 4)),
            ],
          ),
        ],
        [set('double', call('timestamp', add('at', 1)))],
      ),
      branchIf('usual', f64.ne(get('double'), get('double'))),
      advance(26),
    ],
    [whole(), branchIf('usual', i32.or(get('sign'), i64.gt(get('x'), largest))), set('double', f64.ofI64(get('x')))],
  );
}

/** XOR with the bytes of `HH:MM:SS.mmm` makes digits 0 to 9 and punctuation 0. */
function timeOfDay(): Code[] {
  const differences = (offset: number, usual: string): Code =>
    i32.xor(i32.load(get('at'), offset), i32.const(Buffer.from(usual).readInt32LE()));
  return [
    set('time0', differences(12, '00:0')),
    set('time1', differences(16, '0:00')),
    set('time2', differences(20, '.000')),
  ];
}

const byteOf = (local: Local, index: number): Code =>
  i32.and(i32.shr(get(local), i32.const(index * 8)), i32.const(255));
const times = (code: Code, factor: number): Code => i32.mul(code, i32.const(factor));
const sum = (...codes: Code[]): Code => codes.reduce((left, right) => i32.add(left, right));
const hour = (): Code => sum(times(byteOf('time0', 0), 10), byteOf('time0', 1));

/** Adding 0x76 (0x7f to punctuation) sets the top bit of any other byte than the usual ones. */
function isTimeOfDay(): Code {
  const others = (local: Local, more: number): Code => i32.or(get(local), i32.add(get(local), i32.const(more)));
  const unusual = i32.or(i32.or(others('time0', 0x767f7676), others('time1', 0x76767f76)), others('time2', 0x7676767f));
  const all = [
    i32.eqz(i32.and(unusual, i32.const(0x80808080))),
    i32.ltUnsigned(hour(), i32.const(24)),
    i32.ltUnsigned(byteOf('time0', 3), i32.const(6)),
    i32.ltUnsigned(byteOf('time1', 2), i32.const(6)),
    isByte('at', 'Z', 24),
    isByte('at', '"', 25),
  ];
  return all.reduce((left, right) => i32.and(left, right));
}

function milliseconds(): Code {
  const minute = sum(times(hour(), 60), times(byteOf('time0', 3), 10), byteOf('time1', 0));
  const second = sum(times(minute, 60), times(byteOf('time1', 2), 10), byteOf('time1', 3));
  return sum(times(second, 1000), times(byteOf('time2', 1), 100), times(byteOf('time2', 2), 10), byteOf('time2', 3));
}

/** A text without escapes: from `from` to its closing quote at `at`. */
export function text(): Code {
  const isOne = (character: string): Code => v128.eqBytes(get('sixteen'), v128.splat(character.charCodeAt(0)));
  const isControl = v128.ltBytes(get('sixteen'), v128.splat(0x20));
  return [
    branchIf('usual', isNotByte('at', '"')),
    set('from', tee('at', add('at', 1))),
    loop(
      'more',
      set('sixteen', v128.load(get('at'))),
      set('hits', v128.topBits(v128.or(v128.or(isOne('"'), isOne('\\')), isControl))),
      when(i32.eqz(get('hits')), [advance(16), branch('more')]),
    ),
    set('at', i32.add(get('at'), i32.ctz(get('hits')))),
    branchIf('usual', isNotByte('at', '"')),
  ];
}

/** Most of what nobody asked for is text or a plain number, and a call costs more than passing over a short one. */
export function unasked(): Code {
  const manyDigits: Code[] = [
    set('from', get('at')),
    loop(
      'more',
      countDigits(),
      set('at', i32.add(get('at'), get('count'))),
      branchIf('more', i32.eq(get('count'), i32.const(8))),
    ),
    set('whole', i32.sub(get('at'), get('from'))),
    branchIf('usual', i32.eqz(get('whole'))),
  ];
  return when(
    isByte('at', '"'),
    [text(), advance(1)],
    [
      set('at', i32.add(get('at'), isByte('at', '-'))),
      manyDigits,
      branchIf('usual', i32.and(i32.gt(get('whole'), i32.const(1)), isByte('from', '0'))),
      when(isByte('at', '.'), [advance(1), manyDigits]),
      branchIf('usual', isExponent()),
    ],
  );
}

/** `sign`: 1 for true. */
export function boolean(): Code {
  const isWord = (word: string): Code => i32.eq(i32.load(get('at')), i32.const(Buffer.from(word).readInt32LE()));
  return [
    set('sign', isWord('true')),
    branchIf('usual', i32.eqz(i32.or(get('sign'), i32.and(isWord('fals'), isByte('at', 'e', 4))))),
    set('at', i32.sub(add('at', 5), get('sign'))),
  ];
}
