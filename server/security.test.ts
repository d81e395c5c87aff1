import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { isLoopback, Security } from './security.ts';

function request(headers: Record<string, string>, localAddress = '127.0.0.1'): IncomingMessage {
  return { headers, socket: { localAddress } } as unknown as IncomingMessage;
}

const open = new Security({ host: '127.0.0.1', allowHosts: ['box.example'], token: null });
const locked = new Security({ host: '0.0.0.0', allowHosts: [], token: 'secret' });

describe('the Host of a request', () => {
  const ours = [
    'localhost',
    'LOCALHOST:7070',
    '127.0.0.1:7070',
    '127.9.9.9',
    '[::1]:80',
    'box.example:1',
    'localhost.',
  ];
  test.each(ours)('%s is ours', (host) => expect(open.check(request({ host }))).toBeNull());

  const foreign = [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.5',
    '',
    'a b',
    'u@localhost',
  ];
  test.each(foreign)('%j is refused', (host) => {
    expect(open.check(request({ host }))?.problems[0].code).toBe('FORBIDDEN_HOST');
  });

  test('none is refused', () => expect(open.check(request({}))?.problems[0].code).toBe('FORBIDDEN_HOST'));

  test('the address that the client reached us by is ours, another one is not', () => {
    expect(locked.check(request({ host: '192.168.1.7:7070' }, '192.168.1.7'))).toBeNull();
    expect(locked.check(request({ host: '192.168.1.7:7070' }, '::ffff:192.168.1.7'))).toBeNull();
    expect(locked.check(request({ host: '192.168.1.8:7070' }, '192.168.1.7'))).not.toBeNull();
  });
});

describe('a target in absolute form', () => {
  const targets: [target: string, ok: boolean][] = [
    ['/v1/views', true],
    ['*', true],
    ['http://localhost:7070/v1/views', true],
    ['http://LOCALHOST:7070/', true],
    ['http://localhost/v1/views', false],
    ['http://evil.example/v1/views', false],
    ['http://evil.example@localhost:7071/', false],
    ['ftp://localhost:7070/', false],
    ['localhost:7070', false],
  ];
  test.each(targets)('%s names the same host: %s', (url, ok) => {
    const asked = Object.assign(request({ host: 'localhost:7070' }), { url });
    expect(open.check(asked)?.problems[0].code ?? null).toBe(ok ? null : 'FORBIDDEN_HOST');
  });
});

describe('the Origin of a request', () => {
  const host = 'localhost:7070';
  const same = ['http://localhost:7070', 'HTTP://LOCALHOST:7070', 'https://localhost:7070'];
  test.each(same)('%s is the same', (origin) => expect(open.check(request({ host, origin }))).toBeNull());

  test('a default port may be left out', () => {
    expect(open.check(request({ host: 'localhost:80', origin: 'http://localhost' }))).toBeNull();
  });

  const foreign = [
    'http://localhost:3000',
    'http://127.0.0.1:7070',
    'https://evil.example',
    'null',
    'file://',
    'x',
    '',
  ];
  test.each(foreign)('%j is refused', (origin) => {
    expect(open.check(request({ host, origin }))?.problems[0].code).toBe('FORBIDDEN_ORIGIN');
  });
});

describe('the token', () => {
  test('is wanted only where one is set', () => {
    expect(open.isAuthorized(request({}))).toBe(true);
    expect(locked.isAuthorized(request({}))).toBe(false);
  });

  test.each([
    ['Bearer secret', true],
    ['bearer  secret', true],
    ['Bearer secre', false],
    ['Bearer secret2', false],
    ['Basic secret', false],
    ['secret', false],
    ['Bearer', false],
  ])('%j: %s', (authorization, expected) => {
    expect(locked.isAuthorized(request({ authorization }))).toBe(expected);
  });

  test('an upgrade without it is let in to send it, with a wrong one refused', () => {
    const host = 'localhost';
    expect(locked.checkUpgrade(request({ host }))).toEqual({ kind: 'accepted', authorized: false });
    expect(locked.checkUpgrade(request({ host, authorization: 'Bearer secret' }))).toMatchObject({ authorized: true });
    expect(locked.checkUpgrade(request({ host, authorization: 'Bearer no' }))).toMatchObject({ status: 401 });
    expect(locked.checkUpgrade(request({ host, origin: 'http://evil.example' }))).toMatchObject({ status: 403 });
  });
});

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['[::1]', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.0.1', false],
  ['127.evil.example', false],
])('%s is loopback: %s', (host, expected) => expect(isLoopback(host)).toBe(expected));
