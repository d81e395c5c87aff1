import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseServeConfig, UsageError } from './config.ts';

const directory = mkdtempSync(join(tmpdir(), 'millrace-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

function configFile(content: string): string {
  const path = join(directory, 'config.json');
  writeFileSync(path, content);
  return path;
}

test('without options it is a local server with data beside', () => {
  expect(parseServeConfig([], {})).toEqual({
    host: '127.0.0.1',
    port: 7070,
    dataDirectory: './millrace-data',
    filesDirectory: 'millrace-data/files',
    demo: false,
    trigger: 'auto',
    token: null,
    allowHosts: [],
    bodyBytesMax: 16 << 20,
    stateLimit: 1 << 30,
    logLevel: 'warn',
  });
});

test('each flag has an environment twin that means the same', () => {
  const flags = ['--host', '::1', '--port', '0', '--data', 'd', '--files', 'f', '--demo', '--trigger', 'manual'];
  const more = ['--token', 't', '--allow-host', 'a', '--allow-host', 'b', '--body-limit', '2 MB', '--log', 'info'];
  const twins = {
    MILLRACE_HOST: '::1',
    MILLRACE_PORT: '0',
    MILLRACE_DATA: 'd',
    MILLRACE_FILES: 'f',
    MILLRACE_DEMO: '1',
    MILLRACE_TRIGGER: 'manual',
    MILLRACE_TOKEN: 't',
    MILLRACE_ALLOW_HOST: 'a, b',
    MILLRACE_BODY_LIMIT: '2097152',
    MILLRACE_LOG: 'info',
  };
  expect(parseServeConfig([...flags, ...more], {})).toEqual(parseServeConfig([], twins));
});

test('a flag wins over the environment, that over the file', () => {
  const config = configFile('{"port": 1, "data": "from-file", "demo": true, "allow-host": ["a", "b"]}');
  const found = parseServeConfig(['--port', '3', '--config', config], {
    MILLRACE_PORT: '2',
    MILLRACE_DATA: 'from-twin',
  });
  expect(found).toMatchObject({ port: 3, dataDirectory: 'from-twin', demo: true, allowHosts: ['a', 'b'] });
});

test('data that is not kept leaves the files where they are by default', () => {
  expect(parseServeConfig(['--data', ':memory:'], {}).filesDirectory).toBe('millrace-data/files');
});

describe('what is refused', () => {
  const refused: [args: string[], environment: NodeJS.ProcessEnv, message: RegExp][] = [
    [['--host', '0.0.0.0'], {}, /set a token too/],
    [['--host', 'box.example'], {}, /set a token too/],
    [['--port', '65536'], {}, /--port must be a port/],
    [['--port', '-1'], {}, /--port/],
    [[], { MILLRACE_PORT: 'x' }, /MILLRACE_PORT must be a port/],
    [[], { MILLRACE_DEMO: 'yes' }, /MILLRACE_DEMO must be true or false/],
    [['--trigger', 'hourly'], {}, /--trigger must be auto or manual/],
    [['--prot', '1'], {}, /--prot/],
    [['extra'], {}, /extra/],
    [['--token', ''], {}, /--token must be a text/],
    [['--config', '/nowhere/at/all.json'], {}, /cannot read the configuration file/],
    [[], { MILLRACE_LOG: 'loud' }, /MILLRACE_LOG must be one of/],
    [['--body-limit', '16 GB'], {}, /--body-limit must be a size/],
    [['--body-limit', '1'], {}, /--body-limit must be a size/],
    [['--state-limit', 'much'], {}, /--state-limit must be a size/],
  ];
  test.each(refused)('%j %j', (args, environment, message) => {
    expect(() => parseServeConfig(args, environment)).toThrow(UsageError);
    expect(() => parseServeConfig(args, environment)).toThrow(message);
  });

  const files: [content: string, message: RegExp][] = [
    ['{"prot": 1}', /there is no setting "prot" \(did you mean port\?\)/],
    ['{"colour": 1}', /there is no setting "colour" \(known: host, port/],
    ['{"config": "x"}', /there is no setting "config"/],
    ['{"__proto__": 1}', /there is no setting "__proto__"/],
    ['[1]', /must hold one JSON object/],
    ['{', /cannot read/],
    ['{"host": 1}', /"host" in .* must be a text/],
    ['{"allow-host": [1]}', /must be a name or a list of names/],
  ];
  test.each(files)('a file with %s', (content, message) => {
    expect(() => parseServeConfig(['--config', configFile(content)], {})).toThrow(message);
  });
});
