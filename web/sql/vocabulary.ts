import { plainText } from '../state/cell-order.ts';
import type { StatementResult } from '../net/statement-result.ts';

export interface KnownColumn {
  readonly name: string;
  readonly type: string;
}

export interface KnownRelation {
  readonly name: string;
  readonly kind: string;
  readonly columns: readonly KnownColumn[];
}

export interface KnownFunction {
  readonly name: string;
  readonly kind: string;
  readonly summary: string;
  /** How it can be called; several ways are parted by `; `. */
  readonly signature: string;
  readonly example: string;
}

/** The names that a statement can use. */
export interface Vocabulary {
  readonly relations: readonly KnownRelation[];
  readonly functions: readonly KnownFunction[];
}

/** What SHOW FUNCTIONS answered; operators, which are not called by a name, are left out. */
export function knownFunctions(results: readonly StatementResult[]): readonly KnownFunction[] {
  const [listed] = results;
  if (listed?.kind !== 'rows') return [];
  const place = (name: string): number => listed.columns.findIndex((column) => column.name === name);
  const columns = ['name', 'kind', 'summary', 'signature', 'example'].map(place);
  return listed.rows
    .map((row) => columns.map((column) => plainText(row[column] ?? '')))
    .map(([name = '', kind = '', summary = '', signature = '', example = '']) => {
      return { name, kind, summary, signature, example };
    })
    .filter(({ name }) => /^\w+$/.test(name));
}
