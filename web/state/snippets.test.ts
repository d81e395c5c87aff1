import { describe, expect, test } from 'vitest';
import { curlSnippet, type SnippetSubject, typescriptSnippet, wscatSnippet } from './snippets.ts';

const view: SnippetSubject = {
  subject: { view: "it's mine" },
  base: 'http://127.0.0.1:7070/',
  locked: false,
  columns: [
    { name: 'item', type: 'STRING' },
    { name: 'n', type: 'BIGINT' },
  ],
};
const query: SnippetSubject = { ...view, subject: { sql: "SELECT 'a' AS x" }, locked: true };

describe('a copied command', () => {
  test('curl follows a view, whatever its name, in a shell', () => {
    expect(curlSnippet(view)).toBe(
      "curl -N -H 'accept: application/x-ndjson' 'http://127.0.0.1:7070/v1/views/it'\\''s%20mine/changes'",
    );
  });

  test('curl asks a query, with the token of the environment', () => {
    expect(curlSnippet(query)).toBe(
      `curl -H "authorization: Bearer $MILLRACE_TOKEN" -H 'content-type: application/json' ` +
        `-d '{"sql":"SELECT '\\''a'\\'' AS x"}' 'http://127.0.0.1:7070/v1/sql'`,
    );
  });

  test('wscat sends a subscription', () => {
    expect(wscatSnippet(view)).toBe(
      `npx wscat -c 'ws://127.0.0.1:7070/v1/ws' -w 3600 -x '{"type":"subscribe","id":"a","view":"it'\\''s mine"}'`,
    );
  });

  test('TypeScript names the columns with the types that JSON gives them', () => {
    expect(typescriptSnippet(view)).toContain('type Row = { "item": string | null; "n": number | string | null };');
    expect(typescriptSnippet(query)).toContain('process.env.MILLRACE_TOKEN');
  });
});
