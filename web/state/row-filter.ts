import type { CellJson, ColumnJson } from '../../server/protocol.ts';
import { compareCells, plainText } from './cell-order.ts';

type Test = (values: readonly CellJson[]) => boolean;

const TERM = /([\w$.]+)\s*(>=|<=|!=|<>|=|>|<|:)\s*("[^"]*"|\S+)|"([^"]*)"|(\S+)/g;

/**
 * What a filter text asks of a row: words that some cell contains, in any case, and comparisons with one column, `price>20
 * item:lamp core=3` (`:` is contains). All of them must hold. Null where nothing is asked.
 */
export function rowFilter(text: string, columns: readonly Pick<ColumnJson, 'name' | 'type'>[]): Test | null {
  const tests = [...text.matchAll(TERM)].map((term) => termTest(term, columns));
  return tests.length === 0 ? null : (values) => tests.every((test) => test(values));
}

function termTest(term: RegExpMatchArray, columns: readonly Pick<ColumnJson, 'name' | 'type'>[]): Test {
  const [whole, name, op, right, quoted] = term;
  const column = columns.findIndex((each) => each.name.toLowerCase() === name?.toLowerCase());
  if (op === undefined || right === undefined || column < 0) return anyCell(quoted ?? whole);
  const wanted = right.replace(/^"(.*)"$/, '$1');
  if (op === ':') return (values) => contains(values[column] ?? null, wanted.toLowerCase());
  return comparison(column, columns[column]!.type, op, wanted);
}

function anyCell(word: string): Test {
  const lower = word.toLowerCase();
  return (values) => values.some((value) => contains(value, lower));
}

function contains(value: CellJson, lower: string): boolean {
  return (value === null ? 'null' : plainText(value).toLowerCase()).includes(lower);
}

function comparison(column: number, type: string, op: string, wanted: string): Test {
  if (/^null$/i.test(wanted)) return (values) => ((values[column] ?? null) === null) === (op === '=');
  return (values) => {
    const value = values[column] ?? null;
    if (value === null) return false;
    const order = compareCells(plainText(value), wanted, type);
    switch (op) {
      case '=':
        return order === 0;
      case '>':
        return order > 0;
      case '<':
        return order < 0;
      case '>=':
        return order >= 0;
      case '<=':
        return order <= 0;
      default:
        return order !== 0;
    }
  };
}
