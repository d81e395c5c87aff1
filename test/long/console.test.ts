import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
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

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return String(address.port);
}

/** What `GET .../rows` says of the same view, as the same texts. */
async function servedRows(client: RestClient, view: string): Promise<string[]> {
  const { body } = await client.get(`/v1/views/${view}/rows`);
  // The demo makes its views just after the server begins to answer.
  return ((body['rows'] ?? []) as unknown as unknown[][]).map((row) => row.map(String).join('|'));
}

describe('the console, in Chromium on the demo', () => {
  const data = mkdtempSync(join(tmpdir(), 'millrace-console-'));
  let browser: Browser;
  let server: MillraceProcess;
  let port: string;
  let url: string;
  let client: RestClient;

  async function start(): Promise<void> {
    server = new MillraceProcess(['serve', '--demo', '--port', port, '--data', data]);
    url = await server.listening();
    client = new RestClient(url);
    await until(async () => (await servedRows(client, 'revenue_by_item')).length === 6);
  }

  beforeAll(async () => {
    port = await freePort();
    browser = await launchChromium();
    await start();
  });

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  afterAll(async () => {
    await browser.close();
    await server.stop('SIGKILL');
    rmSync(data, { recursive: true, force: true });
  });

  test.each(LOOKS)(
    'at %d pixels, %s: the views move without a reload, nothing juts out',
    async (width, colorScheme) => {
      const { page, faults, foreign } = await openPage(browser, url, { width, colorScheme });
      await isLive(page);
      const drawn = page.locator('.card :is(.mini-lines, .bars)');
      await until(
        async () => (await drawn.count()) >= 4 && (await drawn.count()) === (await page.locator('.card').count()),
      );
      const card = page.locator('.card[data-view=revenue_by_item] .bars');
      const before = await card.innerText();
      await until(async () => (await card.innerText()) !== before);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      const brightness = String(ground).match(/\d+/g)!.map(Number).slice(0, 3);
      expect(Math.max(...brightness) > 128).toBe(colorScheme === 'light');
      expect({ faults, foreign }).toEqual({ faults: [], foreign: [] });
    },
  );

  test('the switch overrides the system and is remembered', async () => {
    const { page } = await openPage(browser, url, { width: 1280, colorScheme: 'light' });
    const ground = (): Promise<unknown> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    const button = page.getByRole('button', { name: 'Theme' });
    await button.click();
    await button.click();
    expect(await ground()).not.toBe(light);
    await page.reload();
    expect(await ground()).not.toBe(light);
  });

  test('pages, views and streams are found by a few letters, by keys alone', async () => {
    const { page, faults } = await openPage(browser, url, { width: 1280, colorScheme: 'dark' });
    await isLive(page);
    await page.locator('.catalogue a', { hasText: 'revenue_by_item' }).waitFor(SOON);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find a page' }).waitFor(SOON);
    await page.keyboard.type('revenue');
    await page.keyboard.press('Enter');
    await page.locator('[data-view=revenue_by_item]').first().waitFor(SOON);
    expect(new URL(page.url()).hash).toBe('#/view/revenue_by_item');
    await page.keyboard.press('g');
    await page.keyboard.press('w');
    await page.getByRole('heading', { name: 'Workbench' }).waitFor(SOON);
    expect(await page.title()).toBe('Workbench · Millrace');
    await page.goBack();
    await page.locator('[data-view=revenue_by_item]').first().waitFor(SOON);
    expect(faults).toEqual([]);
  });

  test('the first stop of the Tab key leads past the navigation, to the content', async () => {
    const { page } = await openPage(browser, url, { width: 390, colorScheme: 'light' });
    await isLive(page);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    expect(new URL(page.url()).hash).toBe('');
  });

  test('a view registered by typing shows rows as they are posted, and survives kill -9 without a reload', async () => {
    const { page, faults, foreign } = await openPage(browser, `${url}/#/sql`, { width: 1280, colorScheme: 'dark' });
    await isLive(page);
    await (await sqlEditor(page)).fill(
      `CREATE STREAM IF NOT EXISTS readings (sensor STRING, celsius DOUBLE);
       CREATE MATERIALIZED VIEW IF NOT EXISTS warmest AS
       SELECT sensor, COUNT(*) AS readings, MAX(celsius) AS highest FROM readings GROUP BY sensor`,
    );
    const link = page.getByRole('link', { name: 'warmest' }).first();
    // A busy machine may not plan a statement in time, and says so: then one runs it again.
    await until(async () => {
      await page.keyboard.press('Control+Enter');
      return link.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      );
    });
    await link.click();
    const view = page.locator('[data-view=warmest]');
    await view.waitFor(SOON);
    const post = (sensor: string, celsius: number): Promise<unknown> =>
      page.evaluate(
        ([row]) =>
          fetch('/v1/streams/readings/rows', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: row ?? '',
          }).then(({ status }) => status),
        [JSON.stringify({ sensor, celsius })],
      );
    expect(await post('attic', 27.5)).toBe(200);
    expect(await post('cellar', 12)).toBe(200);
    expect(await post('attic', 29)).toBe(200);
    await until(async () => (await shownRows(view)).join() === 'attic|2|29,cellar|1|12');

    await page.evaluate('window.notReloaded = true');
    await server.stop('SIGKILL');
    await page.getByRole('alert').filter({ hasText: 'connection is lost' }).waitFor(SOON);
    expect(await shownRows(view)).toEqual(['attic|2|29', 'cellar|1|12']);
    const gapClosed = view.locator('[data-gap=closed]', { hasText: /none is missing|Nothing changed/ }).waitFor(SOON);
    await start();
    await gapClosed;
    await client.rows('readings', '{"sensor":"barn","celsius":3}\n{"sensor":"attic","celsius":30}');
    await isLive(page);
    await until(async () => (await shownRows(view)).join() === 'attic|3|30,barn|1|3,cellar|1|12');
    expect(await shownRows(view)).toEqual(await servedRows(client, 'warmest'));
    expect(await page.evaluate('window.notReloaded')).toBe(true);
    expect(foreign).toEqual([]);
    // The browser itself notes each attempt at a server that is away.
    expect(faults.filter((fault) => !/ERR_CONNECTION|WebSocket connection/.test(fault))).toEqual([]);
  });

  test('a server that is told to stop says so on the page', async () => {
    const { page } = await openPage(browser, url, { width: 390, colorScheme: 'light' });
    await isLive(page);
    await page.locator('.card .bars').first().waitFor(SOON);
    await server.stop('SIGTERM');
    await page.getByRole('alert').filter({ hasText: 'server was stopped' }).waitFor(SOON);
    const filter = `getComputedStyle(document.querySelector('.card')).filter`;
    await until(async () => (await page.evaluate(filter)) === 'grayscale(1)');
    await start();
    await isLive(page);
    await until(async () => (await page.evaluate(filter)) === 'none');
  });

  test('an address that leads nowhere says so', async () => {
    const { page } = await openPage(browser, `${url}/#/nonsense`, { width: 390, colorScheme: 'light' });
    await isLive(page);
    await page.getByText('NO SUCH PAGE').waitFor(SOON);
    await page.evaluate("location.hash = '#/sql'");
    await page.getByText('NO SUCH PAGE').waitFor({ ...SOON, state: 'detached' });
  });

  test('a locked server is opened with its token, kept for the tab', async () => {
    const locked = new MillraceProcess(['serve', '--port', '0', '--data', ':memory:', '--token', 'mill-stone']);
    try {
      const { page, foreign } = await openPage(browser, await locked.listening(), { width: 390, colorScheme: 'dark' });
      await page.getByRole('textbox', { name: 'Token' }).fill('wrong');
      await page.keyboard.press('Enter');
      await page.getByRole('textbox', { name: 'Token' }).fill('mill-stone');
      await page.keyboard.press('Enter');
      await isLive(page);
      await page.locator('.empty', { hasText: 'No continuous query runs yet' }).waitFor(SOON);
      await page.reload();
      await isLive(page);
      expect(foreign).toEqual([]);
    } finally {
      await locked.stop('SIGKILL');
    }
  });
});
