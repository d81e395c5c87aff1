import type { Connector } from './connector.ts';

/** Rows come from outside: REST, INSERT, WebSocket. */
export const http: Connector = {
  name: 'http',
  summary: 'rows that clients send: POST /v1/streams/{name}/rows, INSERT, WebSocket insert',
  options: [],
  writable: true,
  source: null,
  sink: null,
};
