import { statementsOf, wordOf } from './tokens.ts';

/**
 * What Run does with a text. `follow`: one query whose rows are watched as they change. `answer`: one query that is
 * asked once, since it takes so many rows and no more. `statements`: all else.
 */
export type StatementKind = 'nothing' | 'follow' | 'answer' | 'statements';

export function statementKind(text: string): StatementKind {
  const statements = statementsOf(text);
  const [first] = statements;
  if (!first) return 'nothing';
  const beginning = wordOf(first.find((token) => token.text !== '('));
  if (statements.length > 1 || !/^(?:SELECT|WITH|VALUES)$/.test(beginning)) return 'statements';
  const words = outermost(first.map(wordOf));
  return words.includes('LIMIT') && !words.includes('EMIT') ? 'answer' : 'follow';
}

function outermost(words: readonly string[]): readonly string[] {
  let depth = 0;
  return words.filter((word) => {
    if (word === '(') depth++;
    if (word === ')') depth--;
    return depth === 0;
  });
}
