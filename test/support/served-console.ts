import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { launchChromium } from './console-pages.ts';
import { MillraceProcess } from './millrace-process.ts';
import { RestClient } from './rest-client.ts';

/** The real program with Chromium beside it. */
export interface ServedConsole {
  readonly browser: Browser;
  readonly url: string;
  readonly client: RestClient;
}

/** For the tests of the describe that it is called in: its parts are there when they run, pages are closed after each. */
export function serveConsole(...args: readonly string[]): ServedConsole {
  const served = {} as { -readonly [part in keyof ServedConsole]: ServedConsole[part] };
  const data = mkdtempSync(join(tmpdir(), 'millrace-console-'));
  let server: MillraceProcess;
  beforeAll(async () => {
    server = new MillraceProcess(['serve', ...args, '--port', '0', '--data', data]);
    served.browser = await launchChromium();
    served.url = await server.listening();
    served.client = new RestClient(served.url);
  });
  afterEach(async () => {
    for (const context of served.browser.contexts()) await context.close();
  });
  afterAll(async () => {
    await served.browser.close();
    await server.stop('SIGKILL');
    rmSync(data, { recursive: true, force: true });
  });
  return served;
}

/** Until the views of the demo stand. */
export async function demoStands({ client }: ServedConsole): Promise<boolean> {
  return (await client.get('/v1/views')).text.match(/"counters"/g)?.length === 7;
}
