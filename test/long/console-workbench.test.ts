import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  isLive,
  launchChromium,
  LOOKS,
  openPage,
  shownRows,
  SOON,
  sqlEditor,
  until,
} from '../support/console-pages.ts';
import { MillraceProcess } from '../support/millrace-process.ts';
import { RestClient } from '../support/rest-client.ts';

const DESKTOP = { width: 1280, colorScheme: 'light' } as const;

/** Pictures for whoever wants to look: `CONSOLE_SHOTS=folder`. */
async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env['CONSOLE_SHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** What axe finds that keeps people out. */
async function seriousFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = (await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'], preload: false }).then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.map(({ target, failureSummary }) => target + ' ' + failureSummary).join(' | ')))`,
  )) as readonly string[];
  return found;
}

async function write(page: Page, sql: string): Promise<Locator> {
  const editor = await sqlEditor(page);
  await editor.fill(sql);
  return editor;
}

const live = (page: Page): Locator => page.locator('[data-watched]');
const verdict = (page: Page): Locator => page.locator('.verdict');
const runButton = (page: Page): Locator => page.locator('.run-bar').getByRole('button', { name: 'Run' });

describe('the workbench, in Chromium on the demo', () => {
  const data = mkdtempSync(join(tmpdir(), 'millrace-workbench-'));
  let browser: Browser;
  let server: MillraceProcess;
  let url: string;
  let client: RestClient;

  beforeAll(async () => {
    server = new MillraceProcess(['serve', '--demo', '--port', '0', '--data', data]);
    browser = await launchChromium();
    url = await server.listening();
    client = new RestClient(url);
    await until(async () => (await client.get('/v1/views')).text.match(/"counters"/g)?.length === 7);
  });

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  afterAll(async () => {
    await browser.close();
    await server.stop('SIGKILL');
    rmSync(data, { recursive: true, force: true });
  });

  const open = (look: Parameters<typeof openPage>[2] = DESKTOP, hash = '#/sql') =>
    openPage(browser, `${url}/${hash}`, look);

  test.each(LOOKS.filter(([width]) => width > 390))(
    'at %d pixels, %s: write, see the plan, run, live rows; nothing juts out, nobody is kept out',
    async (width, colorScheme) => {
      const { page, faults, foreign } = await open({ width, colorScheme });
      await isLive(page);
      await sqlEditor(page);
      await keepPicture(page, `workbench-${width}-${colorScheme}`);
      expect(await seriousFaults(page)).toEqual([]);
      await write(page, 'SELECT item, COUNT(*) AS n\nFROM clicks\nGROUP BY item');
      await page.locator('.operator', { hasText: 'clicks' }).waitFor(SOON);
      await page.locator('.operator', { hasText: 'by item' }).waitFor(SOON);
      await runButton(page).click();
      await until(async () => (await shownRows(live(page))).length === 6);
      const before = await shownRows(live(page));
      await until(async () => (await shownRows(live(page))).join() !== before.join());
      await keepPicture(page, `workbench-live-${width}-${colorScheme}`);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      expect(await seriousFaults(page)).toEqual([]);
      expect({ faults, foreign }).toEqual({ faults: [], foreign: [] });
    },
  );

  test('an answer to an older text never marks a newer one', async () => {
    const { page } = await open();
    await isLive(page);
    await sqlEditor(page);
    await page.route('**/v1/validate', async (route) => {
      const slow = (route.request().postData() ?? '').includes('wrong_one');
      if (slow) await new Promise((resolve) => setTimeout(resolve, 1500));
      await route.continue().catch(() => {});
    });
    await write(page, 'SELECT wrong_one FROM clicks');
    await page.waitForTimeout(500);
    await write(page, 'SELECT item FROM clicks');
    await until(async () => (await verdict(page).innerText()).startsWith('1 column'));
    await page.waitForTimeout(1800);
    expect(await page.locator('.error').count()).toBe(0);
    expect(await verdict(page).innerText()).toContain('1 column');
  });
});
