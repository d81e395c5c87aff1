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
  until,
} from '../support/console-pages.ts';
import { demoStands, serveConsole } from '../support/served-console.ts';

const shows = (place: Locator, text: RegExp | string): Promise<void> =>
  place.filter({ hasText: text }).first().waitFor(SOON);

async function changes(place: Locator): Promise<void> {
  const before = await place.innerText();
  await until(async () => (await place.innerText()) !== before);
}

async function openTab(page: Page, name: RegExp): Promise<Locator> {
  await page.getByRole('tab', { name }).click();
  return page.getByRole('tabpanel', { name });
}

const BAD_ROW = '{"sensor":"loft","celsius":"warm","ts":"2026-01-31T10:02:00Z"}';

describe('the live pages, in Chromium on the demo', () => {
  const served = serveConsole('--demo');

  beforeAll(async () => {
    await until(() => demoStands(served));
  });

  const makeStream = (name: string): Promise<unknown> =>
    served.client.sql(
      `CREATE STREAM ${name} (sensor STRING, celsius DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)`,
    );

  /** Nothing juts out, nobody is kept out, the log is clean, nothing leaves the server. */
  async function isSound({ page, faults, foreign }: Awaited<ReturnType<typeof openPage>>): Promise<void> {
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await seriousFaults(page)).toEqual([]);
    expect({ faults, foreign }).toEqual({ faults: [], foreign: [] });
  }

  describe.each(LOOKS)('at %d pixels, %s', (width, colorScheme) => {
    const open = async (hash: string) => {
      const opened = await openPage(served.browser, `${served.url}/${hash}`, { width, colorScheme });
      await isLive(opened.page);
      return opened;
    };

    test('home: rates, health, moving views with charts, streams with how far they are', async () => {
      const opened = await open('');
      const { page } = opened;
      const server = page.getByRole('region', { name: 'Server' });
      await shows(server, /Rows in[\s\S]*\/s[\s\S]*in all/);
      await shows(server, /Changes out/);
      await shows(server.getByRole('status'), /\w/);
      const cards = page.getByRole('region', { name: 'Live views' }).getByRole('article');
      await until(async () => (await cards.count()) >= 4);
      await until(async () => (await cards.locator(':is(.mini-lines, .bars)').count()) === (await cards.count()));
      await shows(cards, /behind[\s\S]*state[\s\S]*ms/);
      await changes(page.getByRole('article', { name: 'revenue_by_item' }));
      const views = page.getByRole('region', { name: 'Views', exact: true });
      await shows(views.getByRole('row'), /revenue_by_item/);
      const streams = page.getByRole('region', { name: 'Streams', exact: true }).last();
      for (const head of ['rows/s', 'behind', 'late', 'refused', ...(width > 600 ? ['watermark'] : [])]) {
        await streams.getByRole('columnheader', { name: head }).waitFor(SOON);
      }
      await shows(streams.getByRole('row'), /clicks/);
      await until(async () => /clicks[\s\S]*[1-9]/.test(await streams.innerText()));
      await keepPicture(page, `home-${width}-${colorScheme}`);
      await isSound(opened);
    });

    test('view: rows, living plan, change log, micro-batches, checkpoints, why', async () => {
      const opened = await open('#/view/revenue_by_item');
      const { page } = opened;
      const rows = page.getByRole('region', { name: 'Rows of revenue_by_item' }).first();
      await until(async () => (await shownRows(rows)).length === 6);
      const before = (await shownRows(rows)).join();
      await until(async () => (await shownRows(rows)).join() !== before);
      const plan = page.getByRole('region', { name: 'Plan of revenue_by_item' });
      await shows(plan.getByRole('button'), /\d\/s/);
      await shows(plan.getByRole('button'), /[1-9]\d* rows · [\d.]+ \w?B/);
      await plan
        .locator('svg text', { hasText: /[1-9][\d.]*\/s/ })
        .first()
        .waitFor(SOON);
      const log = page.getByRole('region', { name: 'Changes', exact: true });
      for (const head of ['seq', 'epoch']) await log.getByRole('columnheader', { name: head }).waitFor(SOON);
      await changes(log);
      await keepPicture(page, `view-${width}-${colorScheme}`);
      await isSound(opened);
      const batches = await openTab(page, /^Micro-batches/);
      await batches.getByRole('img', { name: /The last \d+ micro-batches/ }).waitFor(SOON);
      await shows(batches, /rows in[\s\S]*decode[\s\S]*compute[\s\S]*commit[\s\S]*publish/);
      const checkpoints = await openTab(page, /^Checkpoints/);
      await checkpoints.getByRole('img', { name: /Bytes of the last \d+ commits/ }).waitFor(SOON);
      await shows(checkpoints, /epoch \d+, [\d.]+ \w*B, [\d.]+ ms/);
      const why = await openTab(page, /^Why no output/);
      await shows(why.getByRole('listitem'), /\w.*\./);
      await shows(why.getByRole('row'), /sales/);
      await isSound(opened);
    });

    test('stream: what was late and what was refused, each with its reason; columns; newest rows', async () => {
      const name = `readings_${width}_${colorScheme}`;
      await makeStream(name);
      await served.client.rows(
        name,
        `{"sensor":"attic","celsius":27.5,"ts":"2026-01-31T10:01:00Z"}\n{"sensor":"cellar","celsius":12,"ts":"2026-01-31T10:00:00Z"}\n${BAD_ROW}`,
      );
      const opened = await open(`#/stream/${name}`);
      const { page } = opened;
      const rows = page.getByRole('region', { name: `Rows of ${name}` }).first();
      await until(async () => (await shownRows(rows)).length === 2);
      expect((await shownRows(rows)).join()).toMatch(/cellar\|12\|.*attic\|27.5\|/);
      const columns = page.getByRole('region', { name: 'Columns' }).last();
      await shows(columns.getByRole('row'), /celsius\s*DOUBLE/);
      const errors = await openTab(page, /^Refused/);
      await until(async () => (await shownRows(errors)).join().includes('WRONG_TYPE|celsius|"warm" is no DOUBLE'));
      const late = await openTab(page, /^Late/);
      await until(async () => /cellar\|12\|.*\|55000\|/.test((await shownRows(late)).join()));
      await keepPicture(page, `stream-${width}-${colorScheme}`);
      await isSound(opened);
    });
  });

  const DESKTOP = { width: 1280, colorScheme: 'light' } as const;

  test('rows refused while the page is open show under Refused, however often one looks elsewhere', async () => {
    await makeStream('refusing');
    const { page, faults } = await openPage(served.browser, `${served.url}/#/stream/refusing`, DESKTOP);
    await isLive(page);
    await shows(await openTab(page, /^Refused/), 'No row was refused');
    for (const count of [1, 2, 3]) {
      await served.client.rows('refusing', BAD_ROW);
      await until(async () => (await shownRows(page.getByRole('tabpanel'))).length === count);
      await openTab(page, /^Late/);
      await until(async () => (await shownRows(await openTab(page, /^Refused/))).length === count);
    }
    expect(faults).toEqual([]);
  });

  test.each(LOOKS)(
    'at %d pixels, %s, pasted JSON: accepted and refused per row; what is mended is sent again',
    async (width, colorScheme) => {
      const name = `pasted_${width}_${colorScheme}`;
      await makeStream(name);
      const { page, faults } = await openPage(served.browser, `${served.url}/#/stream/${name}`, { width, colorScheme });
      await isLive(page);
      const text = page.getByRole('textbox', { name: `Rows for ${name}` });
      await text.fill(`[{"sensor":"attic","celsius":20,"ts":"2026-01-31T10:02:00Z"},${BAD_ROW}]`);
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      const panel = page.getByRole('tabpanel');
      await shows(panel.getByRole('status'), '1 accepted, 1 refused');
      await shows(panel.getByRole('listitem'), /row 2[\s\S]*celsius[\s\S]*"warm" is no DOUBLE[\s\S]*WRONG_TYPE/);
      await page.getByRole('textbox', { name: 'Row 2, mended' }).fill(BAD_ROW.replace('"warm"', '21'));
      await page.getByRole('button', { name: 'Send again' }).click();
      await shows(panel.getByRole('status'), /2 accepted(?!,)/);
      const rows = page.getByRole('region', { name: `Rows of ${name}` }).first();
      await until(async () => (await shownRows(rows)).length === 2);
      expect(await seriousFaults(page)).toEqual([]);
      expect(faults).toEqual([]);
    },
  );

  const CSV =
    'sensor,celsius,ts\nattic,20,2026-01-31T10:02:00Z\nloft,warm,2026-01-31T10:02:01Z\nbarn,3,2026-01-31T10:02:02Z\n';

  test.each(LOOKS)(
    'at %d pixels, %s, CSV pasted or from a file: accepted and refused per row',
    async (width, colorScheme) => {
      const name = `filed_${width}_${colorScheme}`;
      await makeStream(name);
      const { page, faults } = await openPage(served.browser, `${served.url}/#/stream/${name}`, { width, colorScheme });
      await isLive(page);
      if (colorScheme === 'light') {
        const buffer = Buffer.from(CSV);
        await page.locator('input[type=file]').setInputFiles({ name: 'rows.csv', mimeType: 'text/csv', buffer });
      } else await page.getByRole('textbox', { name: `Rows for ${name}` }).fill(CSV);
      await shows(page.getByRole('status'), '3 rows, CSV');
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      const panel = page.getByRole('tabpanel');
      await shows(panel.getByRole('status'), '2 accepted, 1 refused');
      await shows(panel.getByRole('listitem'), /row 2[\s\S]*celsius/);
      await page.getByRole('textbox', { name: 'Row 2, mended' }).fill('loft,22,2026-01-31T10:02:01Z');
      await page.getByRole('button', { name: 'Send again' }).click();
      await shows(panel.getByRole('status'), /3 accepted(?!,)/);
      expect(await seriousFaults(page)).toEqual([]);
      expect(faults).toEqual([]);
    },
  );

  test('JSON from a file: all of it is sent', async () => {
    await makeStream('listed');
    const { page, faults } = await openPage(served.browser, `${served.url}/#/stream/listed`, DESKTOP);
    await isLive(page);
    const buffer = Buffer.from('{"sensor":"attic","celsius":1,"ts":0}\n{"sensor":"barn","celsius":2,"ts":1}\n');
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'rows.ndjson', mimeType: 'application/x-ndjson', buffer });
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await shows(page.getByRole('tabpanel').getByRole('status'), /2 accepted(?!,)/);
    const rows = page.getByRole('region', { name: 'Rows of listed' }).first();
    await until(async () => (await shownRows(rows)).length === 2);
    expect(faults).toEqual([]);
  });

  test('the plan of a windowed view tells its watermark, its late rows and its state, each operator all about itself', async () => {
    await makeStream('gauged');
    await served.client.sql(
      `CREATE MATERIALIZED VIEW gauges AS SELECT window_start, window_end, sensor, MAX(celsius) AS highest
       FROM TUMBLE(gauged, ts, INTERVAL '10' SECOND) GROUP BY window_start, window_end, sensor EMIT ON UPDATE`,
    );
    await served.client.rows(
      'gauged',
      `{"sensor":"attic","celsius":27.5,"ts":"2026-01-31T10:01:00Z"}\n{"sensor":"cellar","celsius":12,"ts":"2026-01-31T10:00:00Z"}`,
    );
    const { page, faults } = await openPage(served.browser, `${served.url}/#/view/gauges`, DESKTOP);
    await isLive(page);
    const plan = page.getByRole('region', { name: 'Plan of gauges' });
    const windowed = plan.locator('.operator', { hasText: /1 late/ });
    await windowed.waitFor(SOON);
    expect(await windowed.innerText()).toMatch(/1 rows? · [\d.]+ \w?B/);
    await windowed.click();
    await shows(page.locator('.operator-detail'), /watermark[\s\S]*10:00:55/);
    expect(await seriousFaults(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('a view that failed says why and what helps', async () => {
    await makeStream('flooding');
    await served.client.sql(
      `CREATE MATERIALIZED VIEW hoard WITH (state_limit = '64 KB') AS
       SELECT sensor, COUNT(*) AS n FROM flooding GROUP BY sensor`,
    );
    const { page, faults } = await openPage(served.browser, `${served.url}/#/view/hoard`, DESKTOP);
    await isLive(page);
    // State is measured now and then, before it grows further.
    for (const from of [0, 20_000, 40_000, 60_000]) {
      const row = (_: unknown, at: number) => `{"sensor":"s${from + at}","celsius":1,"ts":"2026-01-31T10:02:00Z"}`;
      await served.client.rows('flooding', Array.from({ length: 20_000 }, row).join('\n'));
    }
    await shows(page.getByRole('alert'), /STATE_LIMIT[\s\S]*state_limit/);
    await page.locator('.page-head .state.bad', { hasText: 'failed' }).waitFor(SOON);
    await keepPicture(page, 'view-failed');
    expect(await seriousFaults(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('home, when the demo has run for a while: every chart draws what it says', async () => {
    const { page, faults } = await openPage(served.browser, served.url, DESKTOP);
    await isLive(page);
    const cards = page.getByRole('region', { name: 'Live views' }).getByRole('article');
    const drawn = async (): Promise<(string | null)[]> =>
      cards
        .and(page.locator(':is([data-view=clicks_per_item], [data-view=cpu_by_core], [data-view=memory_used])'))
        .locator('.mini-lines .line:not(.open)')
        .evaluateAll((lines: { getAttribute(name: string): string | null }[]) =>
          lines.map((line) => line.getAttribute('d')),
        );
    await until(async () => {
      const lines = await drawn();
      return lines.length >= 6 + 1 + 1 && lines.every((path) => (path?.match(/L/g)?.length ?? 0) >= 3);
    }, 90_000);
    const bars = cards.filter({ has: page.locator('.bars') }).first();
    const shares = await bars
      .locator('.bars i')
      .evaluateAll((found: { getBoundingClientRect(): { width: number } }[]) =>
        found.map((bar) => bar.getBoundingClientRect().width),
      );
    expect(Math.max(...shares)).toBeGreaterThan(50);
    expect(shares.every((width) => width > 0)).toBe(true);
    await keepPicture(page, 'home');
    expect(faults).toEqual([]);
  });
});
