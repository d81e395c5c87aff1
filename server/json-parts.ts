import type { Response } from 'express';

/** JSON text in pieces: rows that the engine encoded go into an answer as they are. */
export type JsonParts = readonly (string | Uint8Array)[];

export function joinParts(parts: JsonParts): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part)));
}

export function sendJson(response: Response, parts: JsonParts): void {
  response.type('application/json').end(joinParts(parts));
}
