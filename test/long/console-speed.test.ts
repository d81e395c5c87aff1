import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { isLive, openPage, shownRows, until } from '../support/console-pages.ts';
import { serveConsole } from '../support/served-console.ts';

const BUSY_SECONDS = 60;
const QUIET_SECONDS = 8;
const ROWS_PER_SECOND = 50_000;
const KEYS = 20_000;
const HEAP_SAMPLES = 4;

/** Frames that the page drew in each of the next seconds. */
async function framesPerSecond(page: Page, seconds: number): Promise<number[]> {
  return page.evaluate(
    `new Promise((resolve) => {
      const counts = [];
      const began = performance.now();
      const frame = (now) => {
        const second = Math.floor((now - began) / 1000);
        if (second >= ${seconds}) return resolve(Array.from({ length: ${seconds} }, (_, at) => counts[at] ?? 0));
        if (second >= 0) counts[second] = (counts[second] ?? 0) + 1;
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    })`,
  );
}

/** From a letter being typed into the filter to the next frame after it was taken, ms. */
async function inputMs(page: Page): Promise<number> {
  await page.evaluate(
    `void (window.answered = new Promise((resolve) => {
      addEventListener('input', ({ timeStamp }) =>
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - timeStamp))), { once: true, capture: true });
    }))`,
  );
  await page.keyboard.press('7');
  const ms = (await page.evaluate('window.answered')) as number;
  await page.keyboard.press('Backspace');
  return ms;
}

/** What the page holds while nothing arrives: the least of several samples, as a collection may leave something behind. */
async function heapBytes(page: Page): Promise<number> {
  const tools = await page.context().newCDPSession(page);
  const samples: number[] = [];
  for (let at = 0; at < HEAP_SAMPLES; at++) {
    await page.waitForTimeout(500);
    await tools.send('HeapProfiler.collectGarbage');
    samples.push((await tools.send('Runtime.getHeapUsage')).usedSize);
  }
  await tools.detach();
  return Math.min(...samples);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

describe('a view that changes 50,000 times a second, watched in Chromium', () => {
  const served = serveConsole();

  beforeAll(async () => {
    await served.client.sql(
      `CREATE STREAM events (k BIGINT, v DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
       WITH (connector = 'datagen', rows_per_second = ${ROWS_PER_SECOND}, seed = 1,
         fields.k.kind = 'random', fields.k.min = 1, fields.k.max = ${KEYS}, fields.ts.kind = 'time')`,
    );
    await served.client.sql(
      'CREATE MATERIALIZED VIEW busy AS SELECT k, COUNT(*) AS n, MAX(v) AS top FROM events GROUP BY k',
    );
  });

  test(`for ${BUSY_SECONDS} s the page keeps its frames, its heap and its answers to input`, async () => {
    const { page, faults } = await openPage(served.browser, `${served.url}/#/view/busy`, {
      width: 1280,
      colorScheme: 'light',
    });
    await isLive(page);
    const result = page.getByRole('region', { name: 'Rows of busy' }).first();
    await until(async () => new RegExp(`\\b${(KEYS / 1000).toFixed(0)},000\\b`).test(await result.innerText()));
    const before = await shownRows(result);
    const rapid = async () => /net: [\d.,]+ ?k? rows\/s in [\d.]+ frames/.test(await result.innerText());
    await until(rapid);
    await served.client.post('/v1/views/busy/pause', '');
    const heap = await heapBytes(page);
    await served.client.post('/v1/views/busy/resume', '');
    await until(rapid);

    const busy = await framesPerSecond(page, BUSY_SECONDS);
    const filter = page.getByRole('searchbox', { name: 'Filter rows' });
    await filter.focus();
    const input: number[] = [];
    for (let round = 0; round < 15; round++) input.push(await inputMs(page));
    expect(await shownRows(result)).not.toEqual(before);

    await served.client.post('/v1/views/busy/pause', '');
    const heapAfter = await heapBytes(page);
    const quiet = await framesPerSecond(page, QUIET_SECONDS);
    console.log(
      `frames per second: ${median(busy)} while rows come (least ${Math.min(...busy)}), ${median(quiet)} without; ` +
        `input ${median(input).toFixed(0)} ms; heap ${(heap / 1e6).toFixed(1)} MB before, ${(heapAfter / 1e6).toFixed(1)} after`,
    );
    expect(median(busy)).toBeGreaterThan(0.7 * median(quiet));
    expect(median(input)).toBeLessThan(100);
    // Nothing is kept of a change: not two bytes for each of them.
    expect((heapAfter - heap) / (BUSY_SECONDS * ROWS_PER_SECOND)).toBeLessThan(2);
    expect(faults).toEqual([]);
  });
});
