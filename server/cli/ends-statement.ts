import { Tokenizer, type Token } from '../../planner/sql/tokenize.ts';
import { ProblemError } from '../../runtime/errors/problem.ts';

const OPEN = /not closed/;

/** Whether somebody who types has finished: the text ends with a `;` that is no part of a string, a comment or a quoted name. */
export function endsStatement(text: string): boolean {
  const tokenizer = new Tokenizer(text);
  let last: Token | null = null;
  try {
    for (let token = tokenizer.next(); token !== null; token = tokenizer.next()) last = token;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    // What no further line can mend is said at once.
    return !OPEN.test(error.message) && text.trimEnd().endsWith(';');
  }
  return last?.upper === ';';
}
