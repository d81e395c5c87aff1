import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BIGINT, BOOLEAN, STRING } from './data-type.ts';
import {
  type ColumnTree,
  columnTrees,
  isOuterName,
  isRowName,
  leafName,
  outerFields,
  pathOf,
  renamedOuter,
  rowName,
  shownColumns,
  shownKey,
  shownName,
} from './row-columns.ts';
import type { Field } from './schema.ts';

interface Shape {
  readonly name: string;
  readonly parts: readonly Shape[] | null;
}

const { shape } = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.record({
    name: fc.string({ minLength: 1, maxLength: 3 }).filter((name) => !name.includes('\0')),
    parts: fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.array(tie('shape'), { minLength: 1, maxLength: 3 }) },
    ),
  }),
}));

function flat(shapes: readonly Shape[], around: readonly string[] = []): string[] {
  return shapes.flatMap(({ name, parts }) =>
    parts === null ? [leafName([...around, name])] : [rowName([...around, name]), ...flat(parts, [...around, name])],
  );
}

function shapesOf(trees: readonly ColumnTree[]): Shape[] {
  return trees.map((tree) => ({ name: tree.name, parts: tree.kind === 'row' ? shapesOf(tree.parts) : null }));
}

test('flat names tell the whole tree, also where neighbours are called the same', () => {
  fc.assert(
    fc.property(fc.array(shape, { maxLength: 4 }), (shapes) => {
      const names = flat(shapes);
      expect(shapesOf(columnTrees(names))).toEqual(shapes);
      expect(names.filter(isOuterName).length).toBe(shapes.length);
    }),
  );
});

const FIELDS: readonly Field[] = [
  { name: 'id', type: BIGINT, nullable: false },
  { name: rowName(['s']), type: BOOLEAN, nullable: true },
  { name: leafName(['s', 'a b']), type: STRING, nullable: true },
  { name: rowName(['s', 'r']), type: BOOLEAN, nullable: true },
  { name: leafName(['s', 'r', 'c']), type: BIGINT, nullable: true },
];

test('names are shown as they are written', () => {
  expect(FIELDS.map(({ name }) => shownName(name))).toEqual(['id', 's', 's.a b', 's.r', 's.r.c']);
  expect(FIELDS.map(({ name }) => shownName(renamedOuter(name, 'x')))).toEqual(['x', 'x', 'x.a b', 'x.r', 'x.r.c']);
  expect(FIELDS.map(({ name }) => isRowName(name))).toEqual([false, true, false, true, false]);
  expect(pathOf(FIELDS[3]!.name)).toEqual(['s', 'r']);
});

test('users see one column per ROW', () => {
  expect(shownColumns(FIELDS)).toEqual([
    { name: 'id', type: 'BIGINT', nullable: false, index: 0 },
    { name: 's', type: 'ROW<"a b" STRING, r ROW<c BIGINT>>', nullable: true, index: 1 },
  ]);
  expect(outerFields(FIELDS).map(({ name, type }) => `${name} ${type.kind}`)).toEqual(['id bigint', 's json']);
  expect(shownKey([0, 1, 2, 4], FIELDS)).toEqual(['id', 's']);
});
