import { fieldPlaces } from '../json-places.ts';
import type { SubscriptionId } from './frames.ts';
import type { Subject } from './hub.ts';
import type { StartAt } from './subscription.ts';

/** A frame from a client, narrowed. */
export type ClientRequest =
  | {
      readonly type: 'subscribe';
      readonly id: SubscriptionId;
      readonly subject: Subject;
      readonly at: StartAt;
      readonly maxRate: number | null;
    }
  | { readonly type: 'unsubscribe'; readonly id: SubscriptionId }
  /** `rows`: the JSON text of the array, as it came. */
  | { readonly type: 'insert'; readonly stream: string; readonly rows: Buffer; readonly ref: unknown }
  | { readonly type: 'auth'; readonly token: string }
  | { readonly type: 'ping' };

/** What is wrong with a frame; `id` where it named one. */
export interface BadFrame {
  readonly type: 'bad';
  readonly id: SubscriptionId | undefined;
  /** Of an insert. */
  readonly ref?: unknown;
  readonly message: string;
}

export function readClientFrame(text: Buffer): ClientRequest | BadFrame {
  const fields = fieldPlaces(text);
  if (!fields) return bad('a frame is a JSON object');
  const values = new Map<string, unknown>();
  for (const [name, { start, end }] of fields) {
    if (name === 'rows') continue;
    try {
      values.set(name, JSON.parse(text.toString('utf8', start, end)));
    } catch {
      return bad(`the value of ${JSON.stringify(name.slice(0, 40))} is no JSON`);
    }
  }
  const rows = fields.get('rows');
  return narrow(values, rows ? text.subarray(rows.start, rows.end) : null);
}

function narrow(values: ReadonlyMap<string, unknown>, rows: Buffer | null): ClientRequest | BadFrame {
  const type = values.get('type');
  switch (type) {
    case 'subscribe':
      return subscribe(values);
    case 'unsubscribe': {
      const id = idOf(values);
      return id === undefined ? bad('unsubscribe needs an id') : { type, id };
    }
    case 'insert': {
      const stream = values.get('stream');
      const ref = values.get('ref');
      if (typeof stream !== 'string') return { ...bad('insert needs a stream'), ref };
      if (!rows || rows[0] !== 0x5b) return { ...bad('insert needs rows: an array of objects'), ref };
      return { type, stream, rows, ref };
    }
    case 'auth': {
      const token = values.get('token');
      return typeof token === 'string' ? { type, token } : bad('auth needs a token');
    }
    case 'ping':
      return { type };
    default:
      return bad(`unknown frame type ${JSON.stringify(type)?.slice(0, 80) ?? '(none)'}`, idOf(values));
  }
}

function subscribe(values: ReadonlyMap<string, unknown>): ClientRequest | BadFrame {
  const id = idOf(values);
  if (id === undefined) return bad('subscribe needs an id of your own choice');
  const view = values.get('view');
  const sql = values.get('sql');
  if ((typeof view === 'string') === (typeof sql === 'string')) return bad('subscribe needs either view or sql', id);
  const at = startAt(values.get('from'), values.get('instance'));
  if (typeof at === 'string') return bad(at, id);
  const maxRate = values.get('maxRate');
  if (maxRate !== undefined && !(typeof maxRate === 'number' && maxRate > 0))
    return bad('maxRate is frames per second', id);
  const subject: Subject = typeof view === 'string' ? { kind: 'view', name: view } : { kind: 'sql', sql: String(sql) };
  return { type: 'subscribe', id, subject, at, maxRate: maxRate ?? null };
}

/** Or what is wrong with it. */
function startAt(from: unknown, instance: unknown): StartAt | string {
  if (from === undefined || from === 'snapshot') return { kind: 'snapshot' };
  if (from === 'now') return { kind: 'now' };
  if (typeof from !== 'number' || !Number.isSafeInteger(from) || from < 0) return 'from is "snapshot", "now" or a seq';
  if (instance !== undefined && typeof instance !== 'string') return 'instance is a text';
  return { kind: 'seq', seq: from, instance: instance ?? null };
}

function idOf(values: ReadonlyMap<string, unknown>): SubscriptionId | undefined {
  const id = values.get('id');
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}

function bad(message: string, id?: SubscriptionId): BadFrame {
  return { type: 'bad', id, message };
}
