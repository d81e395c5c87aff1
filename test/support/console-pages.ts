import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';

export const SOON = { timeout: 20_000 };

/** The sizes and schemes in which every page must stand. */
export const LOOKS = [
  [1280, 'light'],
  [1280, 'dark'],
  [390, 'light'],
  [390, 'dark'],
] as const;

export interface Look {
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
}

/** A page and what should not happen on it. */
export interface OpenedPage {
  readonly page: Page;
  /** Errors and warnings of its log. */
  readonly faults: string[];
  /** Requests that leave the server. */
  readonly foreign: string[];
}

/** Debian's browser; `.ci/run` installs it. */
export function launchChromium(): Promise<Browser> {
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  const found = folders.map((folder) => join(folder, 'chromium')).find((path) => existsSync(path));
  if (found === undefined) throw new Error('chromium is not installed: apt-get install chromium');
  return chromium.launch({ executablePath: found, args: ['--no-sandbox'] });
}

export async function openPage(browser: Browser, url: string, { width, colorScheme }: Look): Promise<OpenedPage> {
  const page = await browser.newPage({ viewport: { width, height: width < 500 ? 844 : 860 }, colorScheme });
  const faults: string[] = [];
  const foreign: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      faults.push(`${message.text()} ${message.location().url}`);
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

/** A picture for the README or for whoever wants to look, where `MILLRACE_SCREENSHOTS` names a folder. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env['MILLRACE_SCREENSHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

export const isLive = (page: Page): Promise<void> => page.locator('[data-link=open]').waitFor(SOON);

/** The SQL editor, once it has come. */
export async function sqlEditor(page: Page): Promise<Locator> {
  await page.locator('[data-editor=code] .cm-content').waitFor(SOON);
  return page.getByRole('textbox', { name: 'SQL' });
}

/** The rows on screen as texts. */
export function shownRows(place: Locator): Promise<string[]> {
  return place
    .locator('.grid tbody tr')
    .evaluateAll((rows: { querySelectorAll(selector: string): Iterable<unknown> }[]) =>
      rows.map((row) =>
        Array.from(row.querySelectorAll('td'))
          .map((cell) => (cell as { title: string }).title)
          .join('|'),
      ),
    );
}

/**
 * What axe finds that keeps people out. The list of completions may be open: its arrow keys are the editor's
 * (`aria-activedescendant`), which axe knows of comboboxes only, and so it asks for a focus that the list must not have.
 */
export async function seriousFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = (await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'], preload: false }).then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => ({ id, nodes: nodes.filter(({ target }) => !(id === 'scrollable-region-focusable' && /#cm-ac-/.test(target))) }))
      .filter(({ nodes }) => nodes.length > 0)
      .map(({ id, nodes }) => id + ': ' + nodes.map(({ target, failureSummary }) => target + ' ' + failureSummary).join(' | ')))`,
  )) as readonly string[];
  return found;
}

/** Tries again and again until it is so. */
export async function until(check: () => Promise<boolean>, timeoutMs = SOON.timeout): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`not so within ${timeoutMs} ms: ${check.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
