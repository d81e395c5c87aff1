import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  isLive,
  keepPicture,
  LOOKS,
  openPage,
  seriousFaults,
  shownRows,
  SOON,
  sqlEditor,
  until,
} from '../support/console-pages.ts';
import { demoStands, serveConsole } from '../support/served-console.ts';
import { EXAMPLES } from '../../web/sql/examples.ts';
import { statementKind } from '../../web/sql/statement-kind.ts';

const DESKTOP = { width: 1280, colorScheme: 'light' } as const;

async function write(page: Page, sql: string): Promise<Locator> {
  const editor = await sqlEditor(page);
  await editor.fill(sql);
  return editor;
}

/** Without what the browser logs when a busy server did not come to planning within its deadline and is asked again. */
const own = (faults: readonly string[]): readonly string[] =>
  faults.filter((fault) => !/status of 400 .*\/v1\/(?:sql|try)$/.test(fault));

const live = (page: Page): Locator => page.locator('[data-watched]');
const runButton = (page: Page): Locator => page.locator('.run-bar').getByRole('button', { name: 'Run' });
const verdict = (page: Page): Locator => page.locator('.verdict');

describe('the workbench, in Chromium on the demo', () => {
  const served = serveConsole('--demo');

  beforeAll(async () => {
    await until(() => demoStands(served));
  });

  const open = (look: Parameters<typeof openPage>[2] = DESKTOP, hash = '#/sql') =>
    openPage(served.browser, `${served.url}/${hash}`, look);

  test.each(LOOKS)(
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
      expect({ faults: own(faults), foreign }).toEqual({ faults: [], foreign: [] });
    },
  );

  test('wrong SQL is underlined at its place while it is typed, with a hint; its place can be gone to', async () => {
    const { page, faults } = await open();
    await isLive(page);
    const editor = await write(page, 'SELECT item,\n  user_idd\nFROM clicks');
    await page.locator('.cm-lintRange-error', { hasText: /^user_idd$/ }).waitFor(SOON);
    const error = page.locator('.error[data-code=UNKNOWN_COLUMN]');
    expect(await error.innerText()).toMatch(/^2:3\s[\s\S]*user_id\?/);
    await keepPicture(page, 'workbench-error');
    expect(await seriousFaults(page)).toEqual([]);
    await runButton(page).click();
    await error.waitFor(SOON);
    expect(await live(page).count()).toBe(0);
    await error.getByRole('button').click();
    await page.keyboard.type('user_id');
    expect(await editor.innerText()).toContain('SELECT item,\n  user_id\n');
    await until(async () => (await error.count()) === 0);
    expect(own(faults)).toEqual([]);
  });

  test.each(['light', 'dark'] as const)(
    'the plan of the last right text can still be read, %s',
    async (colorScheme) => {
      const { page } = await open({ width: 1280, colorScheme });
      await isLive(page);
      await write(page, 'SELECT item, SUM(price) AS total FROM sales GROUP BY item');
      await page.locator('.operator[data-role=keeps]').waitFor(SOON);
      await write(page, 'SELECT item, SUM(price) AS total FROM sales GROUP');
      await page.locator('.plan-panel.old').waitFor(SOON);
      await keepPicture(page, `workbench-old-plan-${colorScheme}`);
      expect(await seriousFaults(page)).toEqual([]);
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

  test('completion knows relations, their columns with types, functions with signature and example, and keywords', async () => {
    const { page, faults } = await open();
    await isLive(page);
    const editor = await write(page, '');
    const chosen = page.locator('.cm-tooltip-autocomplete li[aria-selected=true]');
    const info = page.locator('.cm-completionInfo');
    /** Types, waits until the choice is the first of the list, and takes it. */
    const take = async (typed: string, choice: RegExp, about?: RegExp): Promise<void> => {
      await page.keyboard.type(typed, { delay: 20 });
      await chosen.filter({ hasText: choice }).waitFor(SOON);
      if (about) await info.filter({ hasText: about }).waitFor(SOON);
      if (about) await keepPicture(page, `workbench-completion-${typed.trim()}`);
      // A popup takes no key in the first moment, so that nobody accepts what came up just then.
      await page.waitForTimeout(150);
      await page.keyboard.press('Tab');
    };
    await take('sel', /^.?SELECT$/);
    await page.keyboard.type('  ');
    await take('FROM cli', /clicks\s*stream/, /item STRING/);
    await page.keyboard.press('Home');
    await page.keyboard.press('Control+ArrowRight');
    await page.keyboard.press('ArrowRight');
    await take('ite', /item\s*STRING · clicks/);
    await take(', upp', /UPPER\s*\(STRING\) → STRING/, /UPPER\([\s\S]*e\.g\. UPPER\(/);
    await page.keyboard.type('item');
    await until(async () => (await editor.innerText()).trim() === 'SELECT item, UPPER(item) FROM clicks');
    await until(async () => (await verdict(page).innerText()).startsWith('2 columns'));
    expect(own(faults)).toEqual([]);
  });

  test('quick typing is kept letter by letter, whatever keys do elsewhere', async () => {
    const { page, faults } = await open();
    await isLive(page);
    const editor = await write(page, '');
    const text = 'SELECT h.core, h.system, h.idle, h.user FROM host_cpu h WHERE h.core >= 0 -- egowhi?';
    await page.keyboard.type(text);
    await until(async () => (await editor.innerText()) === text);
    await page.waitForTimeout(500);
    expect(await editor.innerText()).toBe(text);
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(own(faults)).toEqual([]);
  });

  test('by keys alone: write, run, answer once, save under a name, see the keys', async () => {
    const { page, faults } = await open({ width: 1280, colorScheme: 'dark' });
    await isLive(page);
    await sqlEditor(page);
    await page.keyboard.press('i');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('SELECT item, revenue FROM revenue_by_item ORDER BY revenue DESC');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Shift+Enter');
    const answered = page.locator('.outcome[data-kind=rows]');
    await answered.waitFor(SOON);
    expect(await shownRows(answered)).toHaveLength(6);
    await page.keyboard.press('Control+Enter');
    await until(async () => (await shownRows(live(page))).length === 6);
    await page.keyboard.press('Control+s');
    await page.getByRole('textbox', { name: 'Name of the view' }).waitFor(SOON);
    await page.keyboard.type('revenue_by_item');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('ALREADY_EXISTS').waitFor(SOON);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('kept_by_keys');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'kept_by_keys' }).first().waitFor(SOON);
    await until(async () => (await shownRows(page.locator('[data-watched=view]'))).length === 6);
    expect((await served.client.get('/v1/views/kept_by_keys')).body['sql']).toContain('ORDER BY revenue DESC');
    await page.getByRole('button', { name: 'History' }).focus();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Answer once').waitFor(SOON);
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(own(faults).filter((fault) => !/409/.test(fault))).toEqual([]);
  });

  test('several statements run in order; what stands before an error is shown, and the error at its place', async () => {
    const { page } = await open();
    await isLive(page);
    await write(page, 'CREATE STREAM many (a BIGINT);\nINSERT INTO many VALUES (1), (2);\nSELECT wrong FROM many');
    await runButton(page).click();
    await page.locator('.outcome[data-kind=created]', { hasText: 'many' }).waitFor(SOON);
    await page.locator('.outcome[data-kind=inserted]', { hasText: '2 rows accepted' }).waitFor(SOON);
    expect(await page.locator('.error[data-code=UNKNOWN_COLUMN] .place').innerText()).toBe('3:8');
  });

  test('what was run is in the history, over a reload, until it is forgotten', async () => {
    const { page } = await open();
    await isLive(page);
    await write(page, 'SELECT core FROM host_cpu');
    await page.keyboard.press('Control+Enter');
    await live(page).waitFor(SOON);
    await write(page, 'SELECT 2 AS two');
    await page.reload();
    await page.getByRole('button', { name: 'History' }).click();
    const dialog = page.getByRole('dialog', { name: 'History' });
    await keepPicture(page, 'workbench-history');
    await dialog.getByRole('searchbox').fill('HOST_cpu');
    await dialog.getByRole('button', { name: /SELECT core FROM host_cpu/ }).click();
    expect(await (await sqlEditor(page)).innerText()).toBe('SELECT core FROM host_cpu');
    await page.getByRole('button', { name: 'History' }).click();
    await dialog.getByRole('button', { name: 'Forget all' }).click();
    await dialog.getByText('Nothing was run here yet').waitFor(SOON);
  });

  test('a link holds the text itself, and opens it in another browser', async () => {
    const { page } = await open();
    await isLive(page);
    const text = 'SELECT item || \'/%#?&é\' AS "a b"\nFROM clicks -- shared';
    await write(page, text);
    await page.getByRole('button', { name: 'Share' }).click();
    await until(() => Promise.resolve(page.url().includes('SELECT')));
    const other = await openPage(served.browser, page.url(), DESKTOP);
    await isLive(other.page);
    expect(await (await sqlEditor(other.page)).innerText()).toBe(text);
    expect(other.page.url()).toBe(`${served.url}/#/sql`);
    expect(own(other.faults)).toEqual([]);
  });

  test('the plan can be read in words, and an operator says all about itself', async () => {
    const { page } = await open();
    await isLive(page);
    await write(page, 'SELECT item, SUM(price) AS total FROM sales GROUP BY item');
    await page.locator('.operator[data-role=keeps]').click();
    await page.locator('.operator-detail', { hasText: 'one row per (item)' }).waitFor(SOON);
    await keepPicture(page, 'workbench-operator');
    await page.getByRole('group', { name: 'Shown as' }).first().getByRole('button', { name: 'Text' }).click();
    await page.locator('.plan-panel pre', { hasText: 'Scan: sales' }).waitFor(SOON);
  });

  describe('try before run', () => {
    const TUMBLE =
      "SELECT window_end, item, COUNT(*) AS n\nFROM TUMBLE(clicks, ts, INTERVAL '10' SECOND)\nGROUP BY window_start, window_end, item\nEMIT FINAL";
    const trial = (page: Page): Locator => page.getByRole('region', { name: 'Try before run' });
    const facts = (page: Page): Locator => trial(page).locator('.step-facts');
    const changes = (page: Page): Promise<string[]> =>
      trial(page).locator('section[aria-label="Changes out"] tbody tr').allInnerTexts();
    const begin = async (page: Page, sql: string): Promise<void> => {
      await isLive(page);
      await write(page, sql);
      await page.locator('.run-bar').getByRole('button', { name: 'Try' }).click();
    };
    const go = (page: Page): Promise<void> => trial(page).getByRole('button', { name: /^Try/ }).click();

    test.each(LOOKS)(
      'at %d pixels, %s: pasted rows, batch by batch, with what was late and refused',
      async (width, colorScheme) => {
        const { page, faults } = await open({ width, colorScheme });
        await begin(page, TUMBLE);
        const row = (second: string, item: string) =>
          `{"user_id": 1, "item": "${item}", "ts": "2026-01-31T10:00:${second}Z"}`;
        const rows = [
          row('01', 'lamp'),
          row('02', 'lamp'),
          row('15', 'rug'),
          row('03', 'lamp'),
          '{"user_id": "x"}',
          row('12', 'rug'),
        ];
        await trial(page).getByRole('textbox', { name: 'Rows for clicks' }).fill(rows.join('\n'));
        await trial(page).getByRole('spinbutton', { name: 'Rows per batch' }).fill('2');
        await trial(page).getByLabel('Clock, UTC').fill('2026-01-31T10:01:00');
        await go(page);
        await facts(page).getByText('Batch 1 of 3').waitFor(SOON);
        expect(await facts(page).innerText()).toMatch(/10:01:00[\s\S]*watermark 2026-01-31 10:00:01/);
        expect(await changes(page)).toEqual([]);
        await trial(page).getByRole('button', { name: 'Next' }).click();
        expect((await changes(page)).map((line) => line.split(/\s+/).slice(-2))).toEqual([['lamp', '2']]);
        await trial(page).getByText('LATE by 11 s').waitFor(SOON);
        await keepPicture(page, `workbench-try-${width}-${colorScheme}`);
        await trial(page).locator('[aria-current=step]').focus();
        await page.keyboard.press('ArrowRight');
        await trial(page).locator('.reason', { hasText: 'WRONG_TYPE' }).waitFor(SOON);
        expect(await trial(page).locator('.refused-row').innerText()).toContain('x');
        await page.keyboard.press('End');
        await facts(page).getByText('End of input', { exact: true }).waitFor(SOON);
        expect((await changes(page)).map((line) => line.split(/\s+/).slice(-2))).toEqual([['rug', '2']]);
        await trial(page).getByRole('button', { name: 'Previous' }).click();
        await facts(page).getByText('Batch 3 of 3').waitFor(SOON);
        expect(await seriousFaults(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
        expect(own(faults)).toEqual([]);
      },
    );

    test('the last real rows of what feeds a view, through two streams', async () => {
      const { page, faults } = await open();
      await begin(
        page,
        'SELECT r.item, r.revenue, m.users FROM revenue_by_item r JOIN clicks_per_item m ON r.item = m.item',
      );
      for (const name of ['clicks', 'sales']) {
        const field = trial(page).locator('.trial-input', { hasText: name });
        await field.getByRole('button', { name: 'Take the last 200' }).click();
        await until(async () => (await field.getByRole('textbox').inputValue()).includes('"user_id"'));
      }
      await go(page);
      await facts(page)
        .getByText(/^Batch 1 of/)
        .waitFor(SOON);
      expect((await changes(page)).length).toBeGreaterThan(0);
      expect((await served.client.get('/v1/views')).text).not.toContain('"result"');
      expect(own(faults)).toEqual([]);
    });

    test('a number of many digits goes in, comes out and is shown as it was written', async () => {
      const { page, faults } = await open();
      await begin(page, 'SELECT user_id, user_id + 1 AS next FROM clicks');
      await trial(page)
        .getByRole('textbox', { name: 'Rows for clicks' })
        .fill('{"user_id": 9007199254740993, "item": "lamp", "ts": "2026-01-31T10:00:01Z"}');
      await go(page);
      await facts(page).getByText('Batch 1 of 1').waitFor(SOON);
      const digits = (text: string): string => text.replaceAll(/[^\d\s]/g, '');
      expect(digits((await changes(page)).join()).split(/\s+/)).toEqual(
        expect.arrayContaining(['9007199254740993', '9007199254740994']),
      );
      const given = trial(page).getByRole('region', { name: 'Rows into clicks' }).locator('tbody');
      expect(digits(await given.innerText())).toContain('9007199254740993');
      expect(own(faults)).toEqual([]);
    });

    test('a query that cannot run says why', async () => {
      const { page } = await open();
      await begin(page, 'SELECT item FROM clicks');
      await trial(page)
        .getByRole('textbox', { name: 'Rows for clicks' })
        .fill('user_id,item,ts\n1,lamp,2026-01-31T10:00:00Z');
      await write(page, 'SELECT wrong FROM clicks');
      await go(page);
      await trial(page).locator('.error[data-code=UNKNOWN_COLUMN]').waitFor(SOON);
      await write(page, 'SELECT item FROM clicks');
      await go(page);
      await facts(page).getByText('Batch 1 of 1').waitFor(SOON);
      expect((await changes(page)).map((line) => line.split(/\s+/).at(-1))).toEqual(['lamp']);
    });
  });

  describe('each example', () => {
    test.each(EXAMPLES)('$title: one click, valid, with rows', async ({ title, sql }) => {
      const { page, faults } = await open();
      await isLive(page);
      await sqlEditor(page);
      await page.locator('.gallery button', { hasText: title }).click();
      await until(async () => !/^(?:checking|$)/.test(await verdict(page).innerText()));
      expect(await page.locator('.error').allInnerTexts()).toEqual([]);
      if (statementKind(sql) === 'statements') await runButton(page).click();
      const rows = page.locator('[data-watched], .outcome[data-kind=rows]');
      await until(async () => (await shownRows(rows)).length > 0);
      expect(await page.locator('.error').allInnerTexts()).toEqual([]);
      expect(own(faults)).toEqual([]);
    });
  });
});
