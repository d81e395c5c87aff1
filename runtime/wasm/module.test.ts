import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileModule, newMemory, pagesOf } from './compile.ts';
import {
  block,
  branch,
  branchIf,
  call,
  type Code,
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
} from './instructions.ts';
import type { ModuleSource } from './module.ts';

type Imports = Parameters<typeof compileModule>[2];

const memory = newMemory(65_536);
const bytes = Buffer.from(memory.buffer);

function compiled(
  body: Code,
  source: Partial<ModuleSource> = {},
  functions: Imports = {},
): (...args: number[]) => number {
  return compileModule(
    { imports: {}, parameters: { a: 'i32', b: 'i32' }, locals: {}, result: 'i32', body, ...source },
    memory,
    functions,
  );
}

describe('code', () => {
  test('has any 32-bit number', () => {
    const of = (value: number): number => compiled(i32.const(value))();
    for (const value of [0, 63, 64, 127, 128, -1, -64, -65, 2 ** 31 - 1, -(2 ** 31)]) expect(of(value)).toBe(value);
    fc.assert(fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (value) => of(value) === value));
    expect(of(0x80808080)).toBe(0x80808080 | 0);
  });

  test('has any 64-bit number', () => {
    const view = new DataView(memory.buffer);
    const numbers = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(numbers, numbers, (one, other) => {
        view.setBigInt64(8, one, true);
        const same = (value: bigint): number => compiled(i64.eq(i64.load(i32.const(8)), i64.const(value)))();
        expect(same(one)).toBe(1);
        expect(same(other)).toBe(one === other ? 1 : 0);
      }),
    );
  });

  test('has any double', () => {
    const store = (value: number): Code => [f64.store(i32.const(0), f64.const(value), 16), i32.const(0)];
    for (const value of [0, -0, 1.5, Number.NaN, -Infinity, Number.MAX_VALUE, 5e-324]) {
      compiled(store(value))();
      expect(bytes.readDoubleLE(16)).toBe(value);
    }
  });

  test('loops, branches and decides', () => {
    // The sum of the odd numbers below `a`, none from `b` on.
    const odd = i32.and(get('n'), i32.const(1));
    const sum = compiled(
      [
        block(
          'done',
          loop(
            'again',
            branchIf('done', i32.eqz(i32.lt(get('n'), get('a')))),
            when(i32.eq(get('n'), get('b')), [branch('done')]),
            when(odd, [set('sum', i32.add(get('sum'), get('n')))], [set('even', i32.add(get('even'), i32.const(1)))]),
            set('n', i32.add(get('n'), i32.const(1))),
            branch('again'),
          ),
        ),
        select(get('sum'), i32.const(-1), get('even')),
      ],
      { locals: { n: 'i32', sum: 'i32', even: 'i32' } },
    );
    expect([sum(10, 99), sum(10, 6), sum(0, 99)]).toEqual([25, 9, -1]);
  });

  test('calls what it is given', () => {
    const asked: number[][] = [];
    const twice = compiled(
      [call('tell', get('a'), get('b')), i32.add(tee('c', call('double', get('a'))), get('c'))],
      {
        locals: { c: 'i32' },
        imports: {
          tell: { parameters: ['i32', 'i32'], result: null },
          double: { parameters: ['i32'], result: 'i32' },
        },
      },
      { tell: (...numbers) => asked.push(numbers), double: (number) => number! * 2 },
    );
    expect(twice(3, -7)).toBe(12);
    expect(asked).toEqual([[3, -7]]);
  });

  test('looks at sixteen bytes at once', () => {
    bytes.set(Buffer.from('a"b\u0001cdefghijkl"m'), 64);
    const quotes = v128.eqBytes(v128.load(i32.const(64)), v128.splat(0x22));
    const controls = v128.ltBytes(v128.load(i32.const(64)), v128.splat(0x20));
    expect(compiled(v128.topBits(v128.or(quotes, controls)))()).toBe((1 << 1) | (1 << 3) | (1 << 14));
  });

  test('names nothing that is not there', () => {
    expect(() => compiled(get('c'))).toThrow('nothing is called c');
    expect(() => compiled(block('here', branch('there')))).toThrow('nothing is called there');
    expect(() => compiled(call('nobody'))).toThrow('nothing is called nobody');
  });
});

test('memory has whole pages', () => {
  expect([0, 1, 65_536, 65_537].map(pagesOf)).toEqual([0, 1, 1, 2]);
});
