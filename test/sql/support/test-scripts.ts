import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Mode, oracleRow, runScript, type ScriptRun } from './run-script.ts';
import { type Block, parseScript, type Script, withAnswers } from './script-format.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** `UPDATE=1` rewrites what scripts expect; the difference is reviewed like code. */
const update = process.env['UPDATE'] === '1';

/** One half of all scripts: the two run beside each other. */
export function testScripts(half: 'even' | 'odd'): void {
  const paths = scriptPaths(root).filter((_, index) => index % 2 === (half === 'even' ? 0 : 1));
  describe.each(paths)('%s', testScript);
}

function testScript(path: string): void {
  const script = parseScript(path, readFileSync(join(root, path), 'utf8'));
  let started: Promise<ScriptRun> | null = null;
  /** Run once, by the first test that wants it. */
  const reference = (): Promise<ScriptRun> => (started ??= runScript(script, 'memory'));

  test('answers what it says', async () => {
    const run = await reference();
    if (update) writeFileSync(join(root, path), withAnswers(script, shownAnswers(script, run)));
    else
      for (const [block, answer] of shownAnswers(script, run))
        expect(answer, `line ${block.line}`).toEqual(expectedOf(block));
  });

  test('agrees with SQLite where it names an oracle', async () => {
    const run = await reference();
    for (const [view, rows] of run.oracles) {
      expect(run.finals.get(view)!.map(oracleRow).toSorted(), view).toEqual(rows.toSorted());
    }
  });

  test.each<Mode>(['sqlite', 'restarts'])('answers the same: %s', async (mode) => {
    const [run, other] = [await reference(), await runScript(script, mode)];
    expect([...other.answers.values()]).toEqual([...run.answers.values()]);
    expect(other.finals).toEqual(run.finals);
  });

  test.each<Mode>(['ones', 'whole'])('ends the same however its rows are cut: %s', async (mode) => {
    const [run, other] = [await reference(), await runScript(script, mode)];
    expect(other.finals).toEqual(run.finals);
  });
}

/** `sql` that worked needs no line, and neither do rows that were all accepted. */
function shownAnswers(script: Script, run: ScriptRun): Map<Block, readonly string[]> {
  const shown = new Map<Block, readonly string[]>();
  for (const block of script.blocks) {
    const answer = run.answers.get(block);
    if (!answer || (block.kind === 'sql' && answer[0] === 'ok')) shown.set(block, []);
    else shown.set(block, answer);
  }
  return shown;
}

function expectedOf(block: Block): readonly string[] {
  return ('expected' in block && block.expected) || [];
}

function scriptPaths(directory: string): string[] {
  const all = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return all.filter((path) => path.endsWith('.slt')).toSorted();
}
