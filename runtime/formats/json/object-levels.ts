import { columnTrees, type ColumnTree } from '../../types/row-columns.ts';
import { ColumnNames } from './column-names.ts';

/** The names that the row, or an object within it, can have, and the columns that they mean. */
export interface ObjectLevel {
  readonly names: ColumnNames;
  /** By what `names` finds; behind them stand the names that no row may give. */
  readonly columns: readonly number[];
  /** Objects and arrays around a value at this level. */
  readonly depth: number;
  /** What stands before a name in messages: `s.b.`. */
  readonly prefix: string;
}

/** Where each column of a relation stands in the objects of a row. */
export class ObjectLevels {
  readonly top: ObjectLevel;
  readonly trees: readonly ColumnTree[];
  /** By column: the level within, of a ROW; null: the column is a value. */
  readonly within: readonly (ObjectLevel | null)[];
  /** By column: the level it stands at. */
  readonly around: readonly ObjectLevel[];

  /** `computed`: names that no row may give. */
  constructor(names: readonly string[], computed: readonly string[]) {
    const within = names.map((): ObjectLevel | null => null);
    const around = new Array<ObjectLevel>(names.length);
    const add = (trees: readonly ColumnTree[], depth: number, prefix: string, more: readonly string[]): ObjectLevel => {
      const own = new ColumnNames([...trees.map(({ name }) => name), ...more]);
      const level = { names: own, columns: trees.map(({ index }) => index), depth, prefix };
      for (const tree of trees) {
        around[tree.index] = level;
        if (tree.kind === 'row') within[tree.index] = add(tree.parts, depth + 1, `${prefix}${tree.name}.`, []);
      }
      return level;
    };
    this.trees = columnTrees(names);
    this.top = add(this.trees, 1, '', computed);
    this.within = within;
    this.around = around;
  }
}
