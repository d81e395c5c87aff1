import { webcrypto } from 'node:crypto';
import type { Request } from 'express';
import * as z from 'zod/mini';
import type { InsertOptions } from '../../runtime/engine/engine.ts';
import { problem } from '../../runtime/errors/problem.ts';
import { toLines } from '../../runtime/formats/json/json-array.ts';
import { mediaType } from '../request-body.ts';
import { flag, word } from '../request-schemas.ts';
import { json, route } from './route.ts';

export const insertRows = route({
  method: 'POST',
  path: '/v1/streams/:name/rows',
  id: 'insertRows',
  summary: 'Rows into a stream or table; answered when they are durable. Good rows are kept when others are refused',
  query: z.strictObject({
    op: z.optional(word(['upsert', 'delete'], 'On a keyed table: replaces (default), or deletes by key')),
    strict: z.optional(flag('All rows or none')),
    wait: z.optional(
      word(['durable', 'applied'], '`applied`: answers once every running, caught-up query has absorbed the rows'),
    ),
  }),
  headers: [
    {
      name: 'Idempotency-Key',
      summary: 'Sent again within 24 hours, the body gets the first answer and adds nothing; another body gets 422',
    },
  ],
  rows: ['application/json', 'application/x-ndjson', 'text/csv'],
  answers: [json('Inserted', 'Durable, also where rows were refused')],
  problems: [
    'STREAM_NOT_FOUND',
    'NOT_WRITABLE',
    'STREAM_ENDED',
    'MALFORMED_JSON',
    'CSV_HEADER',
    'ROWS_REFUSED',
    'IDEMPOTENCY_KEY_REUSED',
    'MANUAL_TRIGGER',
  ],
  async handle({ name, query, request, response }, { engine, bodies }) {
    const key = idempotencyKey(request);
    const { toBody, format } = bodyReader(request);
    const { op = 'upsert', strict = false, wait = 'durable' } = query;
    const options: InsertOptions = { op, strict, wait, ...format };
    const body = await bodies.read(request);
    const once = key === null ? {} : { request: { key, fingerprint: await fingerprint(body, options) } };
    response.json(await engine.insert(name, toBody(body), { ...options, ...once }));
  },
});

function idempotencyKey(request: Request): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw problem('BAD_REQUEST', 'Idempotency-Key must be 1 to 255 ASCII characters without spaces');
}

/** Off this thread, since a body may be large. */
async function fingerprint(body: Buffer, { op, strict, format }: InsertOptions): Promise<string> {
  const digest = await webcrypto.subtle.digest('SHA-256', body);
  return `${op} ${strict} ${format ?? 'lines'} ${Buffer.from(digest).toString('base64')}`;
}

interface BodyReader {
  /** What the engine gets of a body. */
  readonly toBody: (body: Buffer) => Uint8Array;
  readonly format: Pick<InsertOptions, 'format'>;
}

/** How the body is read, by its media type: whatever the format of the stream. */
function bodyReader(request: Request): BodyReader {
  const type = mediaType(request);
  switch (type) {
    case 'application/json':
      return { toBody: toLines, format: {} };
    case 'application/x-ndjson':
      return { toBody: (body) => body, format: {} };
    case 'text/csv':
      refuseWithoutHeader(request);
      return { toBody: (body) => body, format: { format: 'csv' } };
    default:
      throw problem(
        'UNSUPPORTED_MEDIA_TYPE',
        type === '' ? 'the request has no Content-Type' : `rows as ${type} are not read`,
        undefined,
        'send them as application/json, application/x-ndjson or text/csv',
      );
  }
}

/** `text/csv; header=absent` (RFC 4180) would lose its first row. */
function refuseWithoutHeader(request: Request): void {
  if (!/;\s*header\s*=\s*"?absent\b/i.test(request.headers['content-type'] ?? '')) return;
  throw problem('UNSUPPORTED_MEDIA_TYPE', 'CSV without a header line is not read: name the columns in the first line');
}
