import { JSON_TYPE, typeName } from './data-type.ts';
import type { Field } from './schema.ts';

/**
 * ROW columns are stored flat. `s ROW<a BIGINT, b ROW<c STRING>>` is five columns, one behind the other: `s` itself
 * (BOOLEAN: TRUE where there is an object, NULL where there is none), `a`, `b` itself, and `c`. Their names tell which
 * is which: the path joined by SEPARATOR, with one more behind a ROW itself. No user's name has that character.
 */
const SEPARATOR = '\u0000';

/** The name of a value within a ROW, or of a column of its own (a path of one). */
export function leafName(path: readonly string[]): string {
  return path.join(SEPARATOR);
}

/** The name of the column that says whether there is an object. */
export function rowName(path: readonly string[]): string {
  return path.join(SEPARATOR) + SEPARATOR;
}

export function isRowName(name: string): boolean {
  return name.endsWith(SEPARATOR);
}

/** From the outermost ROW inwards; of a plain column its name alone. */
export function pathOf(name: string): readonly string[] {
  return (isRowName(name) ? name.slice(0, -1) : name).split(SEPARATOR);
}

/** A column of its own, or a ROW that lies in no other. */
export function isOuterName(name: string): boolean {
  const at = name.indexOf(SEPARATOR);
  return at < 0 || at === name.length - 1;
}

/** As users write it: `s.b.c`. */
export function shownName(name: string): string {
  return name.includes(SEPARATOR) ? pathOf(name).join('.') : name;
}

/** The name with another first part. */
export function renamedOuter(name: string, outer: string): string {
  const at = name.indexOf(SEPARATOR);
  return at < 0 ? outer : outer + name.slice(at);
}

/** Where the parts of the ROW at `index` end: behind the last column that lies in it. */
export function rowEnd(names: readonly string[], index: number): number {
  const prefix = names[index]!;
  let end = index + 1;
  while (end < names.length && names[end] !== prefix && names[end]!.startsWith(prefix)) end++;
  return end;
}

/** Flat columns as the tree that users see. `index`: of the column; of a ROW, of the one that tells whether there is an object. */
export type ColumnTree =
  | { readonly kind: 'value'; readonly name: string; readonly index: number }
  | { readonly kind: 'row'; readonly name: string; readonly index: number; readonly parts: readonly ColumnTree[] };

export function columnTrees(names: readonly string[], from = 0, to = names.length): readonly ColumnTree[] {
  const trees: ColumnTree[] = [];
  for (let index = from; index < to; index++) {
    const name = pathOf(names[index]!).at(-1)!;
    if (!isRowName(names[index]!)) trees.push({ kind: 'value', name, index });
    else {
      const end = Math.min(to, rowEnd(names, index));
      trees.push({ kind: 'row', name, index, parts: columnTrees(names, index + 1, end) });
      index = end - 1;
    }
  }
  return trees;
}

/** A column as answers name it. */
export interface ShownColumn {
  readonly name: string;
  /** `BIGINT`, `ROW<a BIGINT, b ROW<c STRING>>`. */
  readonly type: string;
  readonly nullable: boolean;
  /** Position of the (first) flat column. */
  readonly index: number;
}

export function shownColumns(fields: readonly Field[]): readonly ShownColumn[] {
  return columnTrees(fields.map(({ name }) => name)).map((tree) => ({
    name: tree.name,
    type: treeType(tree, fields),
    nullable: fields[tree.index]!.nullable,
    index: tree.index,
  }));
}

/** One field per column that users see; a ROW is the JSON text of its object. */
export function outerFields(fields: readonly Field[]): readonly Field[] {
  return columnTrees(fields.map(({ name }) => name)).map(({ kind, name, index }) => {
    const { type, nullable } = fields[index]!;
    return { name, type: kind === 'row' ? JSON_TYPE : type, nullable };
  });
}

/** The names of key columns; a ROW is named once, whichever of its parts are in the key. */
export function shownKey(key: readonly number[], fields: readonly Field[]): string[] {
  return [...new Set(key.map((column) => pathOf(fields[column]!.name)[0]!))];
}

function treeType(tree: ColumnTree, fields: readonly Field[]): string {
  if (tree.kind === 'value') return typeName(fields[tree.index]!.type);
  const parts = tree.parts.map((part) => `${fieldName(part.name)} ${treeType(part, fields)}`);
  return `ROW<${parts.join(', ')}>`;
}

function fieldName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
