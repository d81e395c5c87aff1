import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SqlClient } from '../../server/cli/sql-client.ts';
import { SqlSession } from '../../server/cli/sql-session.ts';
import { type InlineServer, startInlineServer } from '../support/inline-server.ts';

const CTRL_C = '\x03';
const CTRL_D = '\x04';

/** Somebody at a terminal: what he types, and all that he was shown. */
class Person {
  readonly #input = new PassThrough();
  readonly ended: Promise<void>;
  shown = '';

  constructor(url: string) {
    const output = new PassThrough();
    output.on('data', (chunk: Buffer) => (this.shown += chunk.toString()));
    const terminal = {
      live: true,
      write: (text: string) => void (this.shown += text),
      error: (line: string) => void (this.shown += `${line}\n`),
      drained: () => Promise.resolve(),
      size: () => ({ rows: 20, columns: 80 }),
    };
    const session = new SqlSession(new SqlClient(url, null), terminal, false);
    this.ended = session.interact({ input: this.#input, output });
  }

  /** Types, and waits until what was shown since says so. */
  async type(keys: string, until: string): Promise<string> {
    const before = this.shown.length;
    this.#input.write(keys);
    await expect.poll(() => this.shown.slice(before), { timeout: 20_000 }).toContain(until);
    return this.shown.slice(before);
  }

  press(keys: string): void {
    this.#input.write(keys);
  }
}

let server: InlineServer;
let person: Person;
beforeEach(async () => {
  server = await startInlineServer();
  person = new Person(server.url);
});
afterEach(async () => {
  person.press(`\r${CTRL_C}${CTRL_D}`);
  await person.ended;
  await server.close();
});

describe('statements that are typed', () => {
  test('run at their ; over several lines, with what they did and where they are wrong', async () => {
    await person.type('CREATE STREAM s (n BIGINT);\r', 'CREATE STREAM s\n');
    expect(await person.type('INSERT INTO s VALUES (1),\r', '-> ')).not.toContain('ERROR');
    await person.type('(2);\r', 'INSERT INTO 2\n');
    await person.type('SELEC 1;\r', 'SYNTAX_ERROR at line 1, column 1');
    await person.type('SHOW STREAMS;\r', '(1 row)\n');
  });

  test('a ; in a string that is not closed does not end the statement', async () => {
    await person.type("SELECT 'a;\r", '-> ');
    expect(await person.type("b' AS text;\r", '1 row, ')).toContain('a;');
    await person.type(CTRL_C, 'millrace> ');
  });

  test('a query stays as a live table until Ctrl-C, which ends only it', async () => {
    await person.type('CREATE STREAM s (k STRING);\r', 'CREATE STREAM s\n');
    await person.type('SELECT k, COUNT(*) AS n FROM s GROUP BY k;\r', '0 rows');
    const other = new SqlClient(server.url, null);
    await other.run("INSERT INTO s VALUES ('a'), ('a')");
    await expect.poll(() => person.shown, { timeout: 20_000 }).toMatch(/a +2/);
    await person.type(CTRL_C, 'millrace> ');
    await person.type('SHOW VIEWS;\r', '(0 rows)');
  });

  test('Ctrl-C gives up what was typed, and never the session', async () => {
    await person.type('DROP STREAM\r', '-> ');
    await person.type(`s${CTRL_C}`, 'millrace> ');
    await person.type(CTRL_C, '\\q or Ctrl-D ends');
    await person.type('SHOW STREAMS;\r', '(0 rows)');
  });

  test('a server that is away ends nothing', async () => {
    await server.close();
    await person.type('SHOW STREAMS;\r', 'no server answers at');
    await person.type('SELECT 1;\r', 'no server answers at');
  });

  test.each(['\\q\r', 'quit;\r', 'EXIT\r', CTRL_D])('%j ends the session', async (keys) => {
    await person.type('SHOW STREAMS;\r', '(0 rows)');
    person.press(keys);
    await person.ended;
  });
});
