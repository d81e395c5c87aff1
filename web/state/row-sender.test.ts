import { expect, test } from 'vitest';
import type { Answer } from '../net/api.ts';
import { type Inserted, RowSender } from './row-sender.ts';

const columns = [{ name: 'n', type: 'BIGINT' }];

/** A server that refuses rows with an `x` in them. */
function server(readsCsv = true) {
  const bodies: [body: string, type: string][] = [];
  const insert = (body: string, type: string): Promise<Answer<Inserted>> => {
    bodies.push([body, type]);
    if (type === 'text/csv' && !readsCsv) {
      const problem = { type: '', title: '', status: 415, code: 'UNSUPPORTED_MEDIA_TYPE', detail: 'no CSV' };
      return Promise.resolve({ kind: 'problem', problem, results: [] });
    }
    const rows = body
      .trim()
      .split(/\r?\n/)
      .slice(type === 'text/csv' ? 1 : 0);
    const errors = rows.flatMap((text, row) =>
      text.includes('x') ? [{ row, code: 'WRONG_TYPE', field: 'n', message: 'not a number' }] : [],
    );
    const accepted = rows.length - errors.length;
    return Promise.resolve({
      kind: 'ok',
      value: { accepted, rejected: errors.length, ordinal: 9, epoch: null, errors },
    });
  };
  return { bodies, sender: new RowSender(columns, insert) };
}

test('what was refused keeps its text and is sent again when it is mended', async () => {
  const { bodies, sender } = server();
  await sender.send('[{"n":1}, {"n":"x"}, {"n":3}]');
  expect(sender.sent.value).toMatchObject({ accepted: 2, ordinal: 9 });
  const [refused] = sender.sent.value!.refused;
  expect(refused).toMatchObject({ place: 2, text: '{"n":"x"}', code: 'WRONG_TYPE', field: 'n' });
  sender.mend(refused!.id, '{"n":2}');
  await sender.sendAgain();
  expect(sender.sent.value).toMatchObject({ accepted: 3, refused: [] });
  expect(bodies.at(-1)).toEqual(['{"n":2}\n', 'application/x-ndjson']);
});

test('rows of CSV are sent again with their header', async () => {
  const { bodies, sender } = server();
  await sender.send('n\n1\nx');
  await sender.sendAgain();
  expect(bodies.at(-1)).toEqual(['n\r\nx\r\n', 'text/csv']);
});

test('a server that does not read CSV gets objects', async () => {
  const { bodies, sender } = server(false);
  await sender.send('n\n1\nx');
  expect(bodies.at(-1)).toEqual(['{"n":"1"}\n{"n":"x"}\n', 'application/x-ndjson']);
  expect(sender.sent.value!.refused[0]!.text).toBe('{"n":"x"}');
});

test('a server that is away refuses nothing and takes nothing', async () => {
  const sender = new RowSender(columns, () => Promise.resolve({ kind: 'unreachable' }));
  await sender.send('{"n":1}');
  expect(sender.sent.value).toMatchObject({ accepted: 0, refused: [], errors: [{ code: 'UNREACHABLE' }] });
});
