import { unreachable } from '../../errors/assert.ts';
import { type ColumnTree, columnTrees, isRowName } from '../../types/row-columns.ts';
import { INT_MAX } from '../../types/value.ts';
import {
  block,
  branch,
  branchIf,
  type Code,
  call,
  f64,
  get,
  i32,
  i64,
  loop,
  set,
  tee,
} from '../../wasm/instructions.ts';
import type { ModuleSource } from '../../wasm/module.ts';
import type { WireColumn } from '../format.ts';
import type { RowShape } from './row-shape.ts';
import type { ColumnPlace } from './scanned-columns.ts';
import { STOPPED_AT } from './scan-memory.ts';
import {
  add,
  advance,
  boolean,
  double,
  SCANNER_LOCALS,
  scaled,
  signedX,
  text,
  timestamp,
  unasked,
  whole,
} from './usual-forms.ts';

/**
 * The code of a scanner for rows of one shape. Of users' names it holds the bytes, as numbers to compare with.
 *
 * It leaves block `row` where the row has another shape, and block `usual` where a value has another form than the usual
 * one (usual-forms.ts). Addresses are of the scan memory.
 */
export function scannerCode(
  shape: RowShape,
  columns: readonly WireColumn[],
  places: readonly (ColumnPlace | null)[],
): ModuleSource {
  const members = shape.columns.map((column, index) => [
    literal(shape.literals[index]!),
    member(column, shape.depths[index]!, columns, places),
  ]);
  const trees = columnTrees(columns.map(({ name }) => name));
  return {
    imports: {
      value: { parameters: ['i32', 'i32', 'i32'], result: 'i32' },
      skip: { parameters: ['i32', 'i32'], result: 'i32' },
      absent: { parameters: ['i32', 'i32'], result: null },
      timestamp: { parameters: ['i32'], result: 'f64' },
    },
    parameters: { at: 'i32', end: 'i32', rows: 'i32', bytesMax: 'i32', shift: 'i32' },
    locals: SCANNER_LOCALS,
    result: 'i32',
    body: [
      set('day', f64.const(Number.NaN)),
      block(
        'rows',
        loop(
          'next',
          branchIf('rows', i32.eqz(i32.and(i32.lt(get('n'), get('rows')), i32.lt(get('at'), get('end'))))),
          set('rowAt', get('at')),
          block(
            'row',
            members,
            literal(shape.literals[shape.columns.length]!),
            absentColumns(trees, shape, places),
            branchIf('row', i32.gt(i32.sub(i32.sub(get('at'), get('rowAt')), i32.const(1)), get('bytesMax'))),
            set('n', add('n', 1)),
            branch('next'),
          ),
          set('at', get('rowAt')),
        ),
      ),
      i32.store(i32.const(STOPPED_AT), get('at')),
      get('n'),
    ],
  };
}

/** Compares eight, four or single bytes; the last comparison may overlap the one before. */
function literal(bytes: Buffer): Code {
  const { length } = bytes;
  const differs = (offset: number, size: 8 | 4 | 1): Code => {
    if (size === 8) return i64.ne(i64.load(get('at'), offset), i64.const(bytes.readBigInt64LE(offset)));
    if (size === 4) return i32.ne(i32.load(get('at'), offset), i32.const(bytes.readInt32LE(offset)));
    return i32.ne(i32.loadByte(get('at'), offset), i32.const(bytes[offset]!));
  };
  const size = length >= 8 ? 8 : length >= 4 ? 4 : 1;
  const steps = Array.from({ length: Math.ceil(length / size) }, (_, step) => Math.min(step * size, length - size));
  return length === 0 ? [] : [steps.map((offset) => branchIf('row', differs(offset, size))), advance(length)];
}

/** What the shape has no field for, and ROWs that it has an object for. */
function absentColumns(trees: readonly ColumnTree[], shape: RowShape, places: readonly (ColumnPlace | null)[]): Code {
  return trees.flatMap((tree): Code => {
    const { index } = tree;
    if (tree.kind === 'row' && shape.objects.includes(index))
      return [storeBoolean(places[index]!, i32.const(1)), absentColumns(tree.parts, shape, places)];
    return shape.columns.includes(index) ? [] : call('absent', i32.const(index), get('n'));
  });
}

/** Reads one value: at once where it has the usual form, else by a call from its start again. */
function member(
  column: number,
  depth: number,
  columns: readonly WireColumn[],
  places: readonly (ColumnPlace | null)[],
): Code {
  if (column < 0) return value(unasked(), call('skip', get('valueAt'), i32.const(depth)));
  const read = call('value', i32.const(column), get('valueAt'), get('n'));
  const usual = isRowName(columns[column]!.name) ? null : usualForm(columns[column]!, places[column]!);
  return value(usual ?? branch('usual'), read);
}

function value(usual: Code, otherwise: Code): Code {
  return block(
    'value',
    set('valueAt', get('at')),
    block('usual', usual, branch('value')),
    branchIf('row', i32.lt(tee('at', otherwise), i32.const(0))),
  );
}

/** Ends with `at` behind the value, or leaves block `usual`. */
function usualForm({ type }: WireColumn, place: ColumnPlace | null): Code | null {
  switch (type.kind) {
    case 'int':
      return [
        whole(),
        branchIf('usual', i64.gt(get('x'), i64.const(BigInt(INT_MAX)))),
        storeNumber(place, f64.ofI64(signedX())),
      ];
    case 'bigint':
      return [whole(), storeNumber(place, f64.ofI64(signedX()))];
    case 'decimal':
      return [scaled(type.precision, type.scale), storeNumber(place, f64.ofI64(signedX()))];
    case 'double':
      return [double(), storeNumber(place, get('double'))];
    case 'timestamp':
      return [timestamp(), storeNumber(place, get('double'))];
    case 'string':
      return [text(), storeText(place), advance(1)];
    case 'boolean':
      return [boolean(), storeBoolean(place, get('sign'))];
    case 'date':
    case 'json':
    case 'interval':
    case 'null':
      return null;
    default:
      return unreachable(type);
  }
}

function storeNumber(place: ColumnPlace | null, number: Code): Code {
  return place === null ? [] : f64.store(i32.shl(get('n'), i32.const(3)), number, place.valuesAt);
}

function storeBoolean(place: ColumnPlace | null, bit: Code): Code {
  return place === null ? [] : i32.storeByte(get('n'), bit, place.valuesAt);
}

/** The text from `from` to `at`, its start as the caller counts. */
function storeText(place: ColumnPlace | null): Code {
  if (place === null) return [];
  const cell = i32.shl(get('n'), i32.const(2));
  return [
    i32.store(cell, i32.add(get('from'), get('shift')), place.valuesAt),
    i32.store(cell, i32.sub(get('at'), get('from')), place.lengthsAt),
  ];
}
