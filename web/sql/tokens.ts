export interface SqlToken {
  readonly kind: 'word' | 'quoted' | 'text' | 'number' | 'comment' | 'sign';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const TOKEN =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<text>'(?:[^']|'')*(?:'|$))|(?<quoted>"(?:[^"]|"")*(?:"|$))|(?<number>\b\d[\w.]*)|(?<word>[\p{L}_$][\p{L}\p{N}_$]*)|(?<sign>\S)/gu;

/** Everything in the text but the space between, in order. What is not closed goes on to the end. */
export function sqlTokens(text: string): readonly SqlToken[] {
  return Array.from(text.matchAll(TOKEN), (match) => {
    const kind = Object.entries(match.groups!).find(([, found]) => found !== undefined)![0] as SqlToken['kind'];
    return { kind, text: match[0], start: match.index, end: match.index + match[0].length };
  });
}

/** In upper case where it is a word; signs as they are; nothing for names in quotes. */
export function wordOf(token: SqlToken | undefined): string {
  return token?.kind === 'word' || token?.kind === 'sign' ? token.text.toUpperCase() : '';
}

/** The name that a token stands for. */
export function nameOf(token: SqlToken): string {
  return token.kind === 'quoted' ? token.text.replace(/^"|"$/g, '').replaceAll('""', '"') : token.text;
}

/** Without comments, cut at each `;`; statements without a word are left out. */
export function statementsOf(text: string): readonly (readonly SqlToken[])[] {
  const statements: SqlToken[][] = [[]];
  for (const token of sqlTokens(text)) {
    if (token.text === ';') statements.push([]);
    else if (token.kind !== 'comment') statements.at(-1)!.push(token);
  }
  return statements.filter((tokens) => tokens.length > 0);
}
