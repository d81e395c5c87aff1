import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Exit, MillraceProcess } from '../support/millrace-process.ts';

let server: MillraceProcess;
let url: string;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-cli-'));
  server = new MillraceProcess(['serve', '--port', '0', '--data', ':memory:', '--token', 't']);
  url = await server.listening();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function sql(...args: readonly string[]): Promise<Exit> {
  return new MillraceProcess(['sql', '--url', url, ...args], { MILLRACE_TOKEN: 't' }).exited;
}

describe('millrace sql', () => {
  test('runs a file, then statements; rows are objects in a pipe, everything else is told on stderr', async () => {
    const file = join(folder, 'a.sql');
    writeFileSync(file, "CREATE STREAM s (k STRING, n INT);\nINSERT INTO s VALUES ('a', 1), ('b', 2);");
    expect(await sql(file)).toMatchObject({ code: 0, stdout: '', stderr: 'CREATE STREAM s\nINSERT INTO 2\n' });
    const made = await sql('-e', 'CREATE MATERIALIZED VIEW v AS SELECT k, SUM(n) AS n FROM s GROUP BY k');
    expect(made.code).toBe(0);
    expect(await sql('--once', '-e', 'SELECT * FROM v ORDER BY k')).toMatchObject({
      code: 0,
      stdout: '{"k":"a","n":1}\n{"k":"b","n":2}\n',
    });
  });

  test('follows a query until it is interrupted', async () => {
    const following = new MillraceProcess(['sql', '--url', url, '-e', 'SELECT k, n FROM s WHERE n > 1'], {
      MILLRACE_TOKEN: 't',
    });
    while (!following.stdout.includes('\n')) await new Promise((resolve) => setTimeout(resolve, 20));
    await sql('-e', "INSERT INTO s VALUES ('c', 3)");
    while (!following.stdout.includes('"c"')) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await following.stop('SIGINT')).toMatchObject({ code: 0, stdout: '{"k":"b","n":2}\n{"k":"c","n":3}\n' });
  });

  test.each([
    [['-e', 'SELECT nothing FROM s'], 1, 'UNKNOWN_COLUMN at line 1, column 8'],
    [['-e', 'CREATE STREAM s (n INT); SELECT 1'], 1, 'ALREADY_EXISTS at line 1'],
    [['-e', 'SELECT (1'], 1, 'at line 1, column 8'],
    [['--nonsense'], 2, '--nonsense'],
    [['nothing.sql'], 2, 'nothing.sql cannot be read'],
    [['-e', 'SELECT 1', '--url', 'http://127.0.0.1:1'], 3, 'no server answers at http://127.0.0.1:1'],
    [['-e', 'SHOW STREAMS', '--url', 'http://127.0.0.1:1'], 3, 'millrace serve'],
    [['-e', 'SHOW STREAMS', '--token', 'wrong'], 1, 'UNAUTHORIZED'],
  ])('%j ends with %i and says why', async (args, code, message) => {
    const exit = await sql(...args);
    expect([exit.code, exit.stdout]).toEqual([code, '']);
    expect(exit.stderr).toContain(message);
  });

  test('--help says what there is', async () => {
    expect(await sql('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('Exit codes') });
  });
});
