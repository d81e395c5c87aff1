import type { ColumnJson } from '../../server/protocol.ts';
import type { Subject } from '../net/subscription.ts';

export interface SnippetSubject {
  readonly subject: Subject;
  /** URL under which `v1/` is. */
  readonly base: string;
  /** The server wants a token: the snippet takes it from the environment, never from the page. */
  readonly locked: boolean;
  readonly columns: readonly Pick<ColumnJson, 'name' | 'type'>[];
}

/** Follows a view's changes, or answers a query once over what is kept. */
export function curlSnippet({ subject, base, locked }: SnippetSubject): string {
  const auth = locked ? ` -H "authorization: Bearer $MILLRACE_TOKEN"` : '';
  if ('view' in subject) {
    const url = new URL(`v1/views/${encodeURIComponent(subject.view)}/changes`, base);
    return `curl -N${auth} -H 'accept: application/x-ndjson' ${shellQuoted(url.href)}`;
  }
  const url = new URL('v1/sql', base);
  const body = shellQuoted(JSON.stringify({ sql: subject.sql }));
  return `curl${auth} -H 'content-type: application/json' -d ${body} ${shellQuoted(url.href)}`;
}

export function wscatSnippet({ subject, base, locked }: SnippetSubject): string {
  const auth = locked ? ` -H "authorization: Bearer $MILLRACE_TOKEN"` : '';
  const frame = JSON.stringify({ type: 'subscribe', id: 'a', ...subject });
  return `npx wscat${auth} -c ${shellQuoted(socketUrl(base))} -w 3600 -x ${shellQuoted(frame)}`;
}

/** A client that resumes by seq after a lost connection. */
export function typescriptSnippet({ subject, base, locked, columns }: SnippetSubject): string {
  const members = columns.map(({ name, type }) => `${JSON.stringify(name)}: ${typescriptType(type)}`).join('; ');
  const auth = locked ? `\n    socket.send(JSON.stringify({ type: 'auth', token: process.env.MILLRACE_TOKEN }));` : '';
  return `type Row = { ${members} };

let place: { from?: number; instance?: string } = {};

function follow(): void {
  const socket = new WebSocket(${JSON.stringify(socketUrl(base))});
  let names: string[] = [];
  socket.onopen = () => {${auth}
    socket.send(JSON.stringify({ type: 'subscribe', id: 'a', ...${JSON.stringify(subject)}, ...place }));
  };
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(String(data));
    if (frame.type === 'schema') {
      names = frame.columns.map((column: { name: string }) => column.name);
      place.instance = frame.instance;
    }
    if (frame.type === 'reset') place = { instance: frame.instance };
    if (frame.type !== 'batch') return;
    for (const [op, ...values] of frame.rows) {
      const row = Object.fromEntries(names.map((name, at) => [name, values[at]])) as Row;
      console.log(op, row);
    }
    if (frame.seq !== undefined) place.from = frame.seq;
  };
  socket.onclose = () => setTimeout(follow, 1000);
}

follow();
`;
}

/** What JSON carries of a type: integers beyond 2^53 and exact decimals are texts. */
function typescriptType(type: string): string {
  if (type === 'BOOLEAN') return 'boolean | null';
  if (type === 'INT') return 'number | null';
  if (type === 'BIGINT' || type === 'DOUBLE') return 'number | string | null';
  return type === 'JSON' ? 'unknown' : 'string | null';
}

function socketUrl(base: string): string {
  return new URL('v1/ws', base).href.replace(/^http/, 'ws');
}

/** For a POSIX shell. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
