import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { isLive, LOOKS, openPage, shownRows, SOON, sqlEditor, until } from '../support/console-pages.ts';
import { serveConsole } from '../support/served-console.ts';

const TOTALS = 'SELECT k, SUM(n) AS total FROM s GROUP BY k';

const live = (page: Page): Locator => page.locator('[data-watched]');

describe.each(LOOKS)('live results in the workbench, in Chromium at %d pixels, %s', (width, colorScheme) => {
  const served = serveConsole();

  afterEach(async () => {
    await served.client.post('/v1/sql', { sql: 'DROP STREAM IF EXISTS s CASCADE' });
  });

  const send = (...rows: readonly object[]) =>
    served.client.post(
      '/v1/streams/s/rows',
      rows.map((row) => ({ ts: '2026-01-31T10:00:00Z', ...row })),
    );

  /** Opens the workbench and follows a query over a stream with these rows. */
  async function follow(sql: string, rows: readonly object[]): Promise<Page> {
    await served.client.post('/v1/sql', {
      sql: "CREATE STREAM s (k STRING, n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)",
    });
    await send(...rows);
    const { page } = await openPage(served.browser, `${served.url}/#/sql`, { width, colorScheme });
    await isLive(page);
    await (await sqlEditor(page)).fill(sql);
    await page.locator('.run-bar').getByRole('button', { name: 'Run' }).click();
    await live(page).locator('.grid tbody tr').first().waitFor(SOON);
    return page;
  }

  const rowsAre = (page: Page, wanted: readonly string[]): Promise<void> =>
    until(async () => (await shownRows(live(page))).join() === wanted.join());
  const choice = (page: Page, name: string): Locator =>
    live(page)
      .locator('.choice', { hasText: new RegExp(`^${name}`) })
      .locator('select');
  const button = (page: Page, name: string): Locator => live(page).getByRole('button', { name, exact: true });

  test('rows are sorted by their heads and filtered by words and comparisons, and stay so as they change', async () => {
    const page = await follow(TOTALS, [
      { k: 'a', n: 5 },
      { k: 'b', n: 20 },
      { k: 'c', n: 9 },
    ]);
    const head = live(page).getByRole('columnheader', { name: 'total' });
    await head.getByRole('button').click();
    await rowsAre(page, ['b|20', 'c|9', 'a|5']);
    await send({ k: 'a', n: 100 });
    await rowsAre(page, ['a|105', 'b|20', 'c|9']);
    await head.getByRole('button').click();
    await rowsAre(page, ['c|9', 'b|20', 'a|105']);
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    await live(page).getByRole('searchbox', { name: 'Filter rows' }).fill('total>10');
    await rowsAre(page, ['b|20', 'a|105']);
    await send({ k: 'c', n: 41 });
    await rowsAre(page, ['b|20', 'c|50', 'a|105']);
    await live(page).getByRole('searchbox', { name: 'Filter rows' }).fill('k=c');
    await rowsAre(page, ['c|50']);
  });

  test('a cell that changes flashes, its neighbours do not; paused the screen stands still', async () => {
    const page = await follow(TOTALS, [
      { k: 'a', n: 5 },
      { k: 'b', n: 20 },
    ]);
    await rowsAre(page, ['a|5', 'b|20']);
    expect(await live(page).locator('td.fresh').count()).toBe(0);
    await send({ k: 'a', n: 1 });
    await live(page).locator('td.fresh').waitFor(SOON);
    expect(
      await live(page)
        .locator('td.fresh')
        .evaluateAll((cells) => cells.map((cell) => (cell as { title: string }).title)),
    ).toEqual(['6']);
    await button(page, 'Pause').click();
    await send({ k: 'b', n: 2 });
    await page.waitForTimeout(800);
    expect(await shownRows(live(page))).toEqual(['a|6', 'b|20']);
    await button(page, 'Go on').click();
    await rowsAre(page, ['a|6', 'b|22']);
  });

  test('of many rows only those in sight are drawn; following keeps the newest in sight, scrolling lets them come above', async () => {
    const many = Array.from({ length: 1500 }, (_, n) => ({ k: 'x', n }));
    const page = await follow('SELECT n FROM s', many);
    await until(async () => (await shownRows(live(page)))[0] === '1499');
    expect((await shownRows(live(page))).length).toBeLessThan(100);
    await send({ k: 'x', n: 5000 });
    await until(async () => (await shownRows(live(page)))[0] === '5000');
    await live(page)
      .locator('.grid-scroll')
      .evaluate((place) => ((place as { scrollTop: number }).scrollTop = 20_000));
    await until(async () => Number((await shownRows(live(page)))[0]) < 1000);
    const before = await shownRows(live(page));
    expect(await button(page, 'Follow').getAttribute('aria-pressed')).toBe('false');
    await send({ k: 'x', n: 6000 });
    await page.waitForTimeout(800);
    expect(await shownRows(live(page))).toEqual(before);
    await button(page, 'Follow').click();
    await until(async () => (await shownRows(live(page)))[0] === '6000');
  });

  test('the chart is chosen by the types of the columns and can be changed', async () => {
    const at = (second: number, k: string, n: number) => ({
      k,
      n,
      ts: new Date(Date.UTC(2026, 0, 31, 10, 0, second)).toISOString(),
    });
    const rows = Array.from({ length: 60 }, (_, second) => at(second, second % 2 === 0 ? 'a' : 'b', second));
    const windows =
      "SELECT window_start, window_end, k, SUM(n) AS total, COUNT(*) AS rows_in FROM TUMBLE(s, ts, INTERVAL '10' SECOND) GROUP BY window_start, window_end, k";
    const page = await follow(windows, rows);
    await button(page, 'Chart').click();
    await live(page).locator('.time-chart canvas').waitFor(SOON);
    expect(await choice(page, 'Chart').inputValue()).toBe('lines');
    await choice(page, 'Show').selectOption('rows_in');
    await live(page)
      .getByRole('img', { name: /2 lines over time/ })
      .waitFor(SOON);
    await choice(page, 'Chart').selectOption('bars');
    await live(page).locator('.bars').waitFor(SOON);
    await (await sqlEditor(page)).fill(TOTALS);
    await page.locator('.run-bar').getByRole('button', { name: 'Run' }).click();
    await live(page).locator('.grid').waitFor(SOON);
    await button(page, 'Chart').click();
    await live(page).locator('.bars', { hasText: 'a' }).waitFor(SOON);
    await (await sqlEditor(page)).fill('SELECT COUNT(*) AS n FROM s');
    await page.locator('.run-bar').getByRole('button', { name: 'Run' }).click();
    await live(page).locator('.grid').waitFor(SOON);
    await button(page, 'Chart').click();
    await live(page).locator('.figure-chart', { hasText: '60' }).waitFor(SOON);
    await send({ k: 'a', n: 1 });
    await live(page).locator('.figure-chart', { hasText: '61' }).waitFor(SOON);
  });

  test('rows are taken along as CSV and NDJSON, and as commands to copy', async () => {
    const page = await follow(TOTALS, [
      { k: 'a, "x"', n: 5 },
      { k: 'b', n: 20 },
    ]);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await rowsAre(page, ['a, "x"|5', 'b|20']);
    const saved = async (item: string): Promise<string> => {
      await button(page, 'Export').click();
      const [download] = await Promise.all([
        page.waitForEvent('download', SOON),
        page.getByRole('menuitem', { name: item }).click(),
      ]);
      return readFileSync(await download.path(), 'utf8');
    };
    expect(await saved('Shown rows as CSV')).toBe('k,total\r\n"a, ""x""",5\r\nb,20\r\n');
    expect(await saved('Shown rows as NDJSON')).toBe('{"k":"a, \\"x\\"","total":5}\n{"k":"b","total":20}\n');
    const copied = async (name: string): Promise<string> => {
      await button(page, 'Copy as code').click();
      await page.getByRole('menuitem', { name: `Copy as ${name}` }).click();
      await live(page).getByText('Copied').waitFor(SOON);
      return (await page.evaluate('navigator.clipboard.readText()')) as string;
    };
    expect(await copied('curl')).toMatch(/^curl[\s\S]*\/v1\//);
    expect(await copied('wscat')).toMatch(/wscat[\s\S]*\/v1\/ws[\s\S]*subscribe/);
    expect(await copied('TypeScript')).toMatch(/new WebSocket\([\s\S]*subscribe/);
  });
});
