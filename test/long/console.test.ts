import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { MillraceProcess } from '../support/millrace-process.ts';
import { RestClient } from '../support/rest-client.ts';

const SOON = { timeout: 20_000 };

/** Debian's browser; `.ci/run` installs it. */
function findChromium(): string {
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  const found = folders.map((folder) => join(folder, 'chromium')).find((path) => existsSync(path));
  if (found === undefined) throw new Error('chromium is not installed: apt-get install chromium');
  return found;
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return String(address.port);
}

/** A page that notes what should not happen: errors in its log, and requests that leave the server. */
async function openPage(browser: Browser, url: string, options: { width: number; colorScheme: 'light' | 'dark' }) {
  const { width, colorScheme } = options;
  const page = await browser.newPage({ viewport: { width, height: 860 }, colorScheme });
  const faults: string[] = [];
  const foreign: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).host !== new URL(url).host) foreign.push(request.url());
  });
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== new URL(url).host) foreign.push(socket.url());
  });
  await page.goto(url);
  return { page, faults, foreign };
}

const editor = (page: Page): Locator => page.getByRole('textbox', { name: 'SQL' });
const isLive = (page: Page): Promise<void> => page.locator('[data-link=open]').waitFor(SOON);

/** The rows on screen as texts. */
const shownRows = (place: Locator): Promise<string[]> =>
  place.locator('.grid tbody tr').evaluateAll((rows: { querySelectorAll(selector: string): Iterable<unknown> }[]) =>
    rows.map((row) =>
      Array.from(row.querySelectorAll('td'))
        .map((cell) => (cell as { title: string }).title)
        .join('|'),
    ),
  );

/** What `GET .../rows` says of the same view, as the same texts. */
async function servedRows(client: RestClient, view: string): Promise<string[]> {
  const { body } = await client.get(`/v1/views/${view}/rows`);
  // The demo makes its views just after the server begins to answer.
  return ((body['rows'] ?? []) as unknown as unknown[][]).map((row) => row.map(String).join('|'));
}

async function until(check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + SOON.timeout;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`not so within ${SOON.timeout} ms: ${check.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
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
    browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
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

  test.each([
    [1280, 'light'],
    [1280, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)('at %d pixels, %s: the views move without a reload, nothing juts out', async (width, colorScheme) => {
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
  });

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

  test('wrong SQL is underlined at its place, with a hint, while it is typed and when it is run', async () => {
    const { page, faults } = await openPage(browser, `${url}/#/sql`, { width: 1280, colorScheme: 'light' });
    await isLive(page);
    await editor(page).fill('SELECT item,\n  user_idd\nFROM clicks');
    await page.locator('.editor .wrong', { hasText: /^user_idd$/ }).waitFor(SOON);
    const error = page.locator('.error[data-code=UNKNOWN_COLUMN]');
    expect(await error.innerText()).toMatch(/2 │ {3}user_idd\n {2}│ {3}\^{8}\n[\s\S]*user_id\?/);
    expect(faults).toEqual([]);
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByRole('button', { name: 'Run' }).and(page.locator(':enabled')).waitFor(SOON);
    await error.waitFor(SOON);
    expect(await page.locator('.result').count()).toBe(0);
  });

  test('a SELECT can be run, explained and watched under no name, by keys alone', async () => {
    const { page, faults } = await openPage(browser, `${url}/#/sql`, { width: 390, colorScheme: 'dark' });
    await isLive(page);
    await editor(page).fill('SELECT item, revenue FROM revenue_by_item ORDER BY revenue DESC');
    await page.keyboard.press('Control+Enter');
    await page.locator('.result, .error').first().waitFor(SOON);
    expect(await page.locator('.error').allInnerTexts()).toEqual([]);
    expect(await page.locator('.result[data-kind=rows] .grid tbody tr').count()).toBe(6);
    await editor(page).fill('SELECT core, COUNT(*) AS samples FROM host_cpu GROUP BY core');
    await page.keyboard.press('Control+Shift+Enter');
    const live = page.locator('[data-watched=sql]');
    await live.locator('.grid tbody tr').first().waitFor(SOON);
    const before = await shownRows(live);
    await until(async () => (await shownRows(live)).join() !== before.join());
    await page.getByRole('button', { name: 'Explain' }).press('Enter');
    await page.locator('.result[data-kind=explained]', { hasText: /host_cpu/ }).waitFor(SOON);
    expect(faults).toEqual([]);
    await page.getByRole('button', { name: 'Run' }).press('Enter');
    await live.locator('.grid tbody tr').first().waitFor(SOON);
  });

  test('a view registered by typing shows rows as they are posted, and survives kill -9 without a reload', async () => {
    const { page, faults, foreign } = await openPage(browser, `${url}/#/sql`, { width: 1280, colorScheme: 'dark' });
    await isLive(page);
    await editor(page).fill(
      `CREATE STREAM readings (sensor STRING, celsius DOUBLE);
       CREATE MATERIALIZED VIEW warmest AS
       SELECT sensor, COUNT(*) AS readings, MAX(celsius) AS highest FROM readings GROUP BY sensor`,
    );
    await page.keyboard.press('Control+Enter');
    await page.getByRole('link', { name: 'warmest' }).click();
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
    await start();
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
    await start();
    await isLive(page);
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
