import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startInlineServer } from '../support/inline-server.ts';
import { pageBlocks } from './page-blocks.ts';
import { PageRun } from './page-run.ts';

const DOCS = readdirSync('docs', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md'))
  .toSorted();
/** Those of docs/formats describe bytes, not calls. */
const PAGES = ['README.md', ...DOCS.filter((path) => !path.includes('/')).map((path) => `docs/${path}`)];

test.each(PAGES)('every block of %s does what the page says', async (page) => {
  const filesDirectory = mkdtempSync(join(tmpdir(), 'millrace-pages-'));
  const server = await startInlineServer({ filesDirectory });
  const run = new PageRun(server.url);
  try {
    for (const block of pageBlocks(readFileSync(page, 'utf8'))) {
      await run.run(block).catch((error: unknown) => {
        throw new Error(`${page}:${block.line}: ${String(error)}`, { cause: error });
      });
    }
    expect(server.fatal).toEqual([]);
  } finally {
    await server.close();
    rmSync(filesDirectory, { recursive: true });
  }
});

test('docs/README.md names every page', () => {
  const index = readFileSync('docs/README.md', 'utf8');
  for (const page of DOCS) if (page !== 'README.md') expect(index).toContain(`](${page})`);
});
