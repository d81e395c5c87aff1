/**
 * The notation of golden scripts (`test/sql/<topic>/<case>.slt`): blocks separated by blank lines. A block is a command
 * line, its text, and after `----` what it must answer. Lines that begin with `#` are comments; `#! clock` says that
 * the clock decides here, so that steps to a given time are made however the rows are cut.
 *
 *     sql                         statements, `;` between them; answers `ok`, or `CODE line:column message (hint)`
 *     rows STREAM | delete STREAM rows as NDJSON; answers only when rows are refused: `row code field`
 *     watermark STREAM TIME       moves the watermark
 *     end STREAM                  the end of the stream
 *     step [TIME]                 one micro-batch; answers the changes of every view: `view ["+",...]`, in order
 *     query                       a pull SELECT; answers one JSON array per row
 *     rows-of VIEW                the current rows of a view
 *     explain                     a SELECT; answers its physical plan
 *     oracle VIEW                 SQLite's SELECT over all accepted rows that must equal the view's final rows
 */
export type Block =
  | {
      readonly kind: 'sql' | 'query' | 'explain';
      readonly text: string;
      readonly expected: readonly string[] | null;
      readonly line: number;
    }
  | {
      readonly kind: 'rows' | 'delete';
      readonly stream: string;
      readonly text: string;
      readonly expected: readonly string[] | null;
      readonly line: number;
    }
  | { readonly kind: 'watermark'; readonly stream: string; readonly to: number; readonly line: number }
  | { readonly kind: 'end'; readonly stream: string; readonly line: number }
  | {
      readonly kind: 'step';
      readonly now: number | null;
      readonly expected: readonly string[] | null;
      readonly line: number;
    }
  | {
      readonly kind: 'rows-of';
      readonly view: string;
      readonly expected: readonly string[] | null;
      readonly line: number;
    }
  | { readonly kind: 'oracle'; readonly view: string; readonly text: string; readonly line: number };

export interface Script {
  readonly path: string;
  readonly clockDecides: boolean;
  readonly blocks: readonly Block[];
  /** The lines as they stand, for rewriting expectations. */
  readonly lines: readonly string[];
}

export function parseScript(path: string, text: string): Script {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    if (lines[at]!.trim() === '' || lines[at]!.startsWith('#')) {
      at++;
      continue;
    }
    let end = at;
    while (end < lines.length && lines[end]!.trim() !== '') end++;
    blocks.push(parseBlock(path, lines.slice(at, end), at + 1));
    at = end;
  }
  return { path, clockDecides: lines.includes('#! clock'), blocks, lines };
}

function parseBlock(path: string, lines: readonly string[], line: number): Block {
  const [kind, subject, ...rest] = lines[0]!.trim().split(/\s+/);
  const bar = lines.indexOf('----');
  const text = lines.slice(1, bar < 0 ? undefined : bar).join('\n');
  const expected = bar < 0 ? null : lines.slice(bar + 1);
  switch (kind) {
    case 'sql':
    case 'query':
    case 'explain':
      return { kind, text, expected, line };
    case 'rows':
    case 'delete':
      return { kind, stream: subject!, text, expected, line };
    case 'watermark':
      return { kind, stream: subject!, to: Date.parse(rest.join(' ')), line };
    case 'end':
      return { kind, stream: subject!, line };
    case 'step':
      return { kind, now: subject === undefined ? null : Date.parse(subject), expected, line };
    case 'rows-of':
      return { kind, view: subject!, expected, line };
    case 'oracle':
      return { kind, view: subject!, text, line };
    default:
      throw new Error(`${path}:${line}: unknown command ${kind}`);
  }
}

/** The script with the answers that were given in the place of those expected. */
export function withAnswers(script: Script, answers: ReadonlyMap<Block, readonly string[]>): string {
  const lines = [...script.lines];
  for (const [block, answer] of [...answers].sort(([a], [b]) => b.line - a.line)) {
    const start = block.line - 1;
    let end = start;
    while (end < lines.length && lines[end]!.trim() !== '') end++;
    const bar = lines.slice(start, end).indexOf('----');
    const bodyEnd = bar < 0 ? end : start + bar;
    lines.splice(bodyEnd, end - bodyEnd, ...(answer.length > 0 ? ['----', ...answer] : []));
  }
  return lines.join('\n');
}
