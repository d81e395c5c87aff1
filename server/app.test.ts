import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from './app.ts';
import { Lifecycle } from './lifecycle.ts';
import { Security } from './security.ts';

const lifecycle = new Lifecycle();
let http: Server;
let url: string;

beforeAll(async () => {
  const security = new Security({ host: '127.0.0.1', allowHosts: [], token: null });
  http = createServer(createApp({ lifecycle, security, webDirectory: '/nowhere', log: pino({ level: 'silent' }) }));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => http.close(resolve)));

test('before the engine is there calls are put off, and the probes say so', async () => {
  const call = await fetch(`${url}/v1/views`);
  expect([call.status, call.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await call.json()).toMatchObject({ status: 503, code: 'OVERLOADED', detail: 'the server is starting' });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
});

test('once it closes calls are refused', async () => {
  lifecycle.close();
  const call = await fetch(`${url}/v1/sql`, { method: 'POST' });
  expect([call.status, call.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await call.json()).toMatchObject({ code: 'SHUTTING_DOWN' });
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
});
