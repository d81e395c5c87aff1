import { expect, test } from 'vitest';
import type { ViewJson } from '../../server/protocol.ts';
import { healthOf } from './health.ts';

const NOW = Date.parse('2026-01-01T00:10:00.000Z');

function view(name: string, more: Partial<ViewJson> = {}): ViewJson {
  const counters = { rowsIn: 0, rowsOut: 0, late: 0, errors: 0, stateRows: 0, stateBytes: 0, batchMs: 0 };
  return {
    name,
    kind: 'view',
    state: 'running',
    error: null,
    sql: '',
    columns: [],
    key: [],
    mode: 'append',
    watermark: '2026-01-01T00:09:58.000Z',
    position: 0,
    counters,
    warnings: [],
    plan: { operators: [] },
    ...more,
  };
}

const sentence = (...views: ViewJson[]) => {
  const { tone, sentence: said } = healthOf({ views: views.map((item) => ({ item, rate: 0, history: [] })) }, NOW);
  return `${tone}: ${said}`;
};

test('says the worst first', () => {
  const failed = view('a', { state: 'failed', error: { code: 'STATE_LIMIT', message: 'state is full' } });
  const paused = view('b', { state: 'paused' });
  const behind = view('c', { watermark: '2026-01-01T00:00:00.000Z' });
  const young = view('d', { watermark: null });
  expect(sentence(behind, paused, failed)).toBe('bad: a failed: state is full');
  expect(sentence(behind, paused)).toBe('warn: b is paused');
  expect(sentence(view('e'), behind)).toBe('warn: c is 10 min behind');
  expect(sentence(view('e'), young)).toBe('good: All 2 queries run, none more than 2.0 s behind');
  expect(sentence(young)).toBe('good: The only query runs');
  expect(sentence()).toBe('good: No continuous query runs yet');
});
