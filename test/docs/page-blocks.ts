/** A block of code of a page: fenced, or within a comment (`<!-- sql ... -->`), which readers do not see. */
export interface PageBlock {
  /** sql, sh, json, or empty. */
  readonly language: string;
  /** The words behind the language: `fails=UNSUPPORTED`. */
  readonly marks: readonly string[];
  readonly text: string;
  /** Of its first line, from 1. */
  readonly line: number;
}

const BLOCK = /^( *)```(.*)\n([\s\S]*?)^ *```$|^()<!-- ((?:sql|sh)\b.*)\n([\s\S]*?)^-->$/gm;

/** The blocks of a Markdown text, in their order. */
export function pageBlocks(markdown: string): PageBlock[] {
  return Array.from(markdown.matchAll(BLOCK), (match) => {
    const [language = '', ...marks] = (match[2] ?? match[5] ?? '').trim().split(/\s+/);
    const text = match[3] ?? match[6] ?? '';
    return { language, marks, text, line: markdown.slice(0, match.index).split('\n').length + 1 };
  });
}
