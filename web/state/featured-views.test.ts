import { expect, test } from 'vitest';
import type { StreamJson, ViewJson } from '../../server/protocol.ts';
import { featuredViews } from './featured-views.ts';

const streams = ['clicks', 'sales', 'host_cpu'].map((name) => ({ name }) as StreamJson);

function view(name: string, sql: string, columns: readonly string[] = [], kind: ViewJson['kind'] = 'view'): ViewJson {
  return { name, kind, sql, columns: columns.map((each) => ({ name: each })) } as unknown as ViewJson;
}

const views = [
  view('final_cpu', 'SELECT 1 FROM host_cpu', ['window_end']),
  view('final_clicks', 'SELECT 1 FROM clicks', ['window_end']),
  view('live_clicks', 'SELECT 1 FROM clicks EMIT ON UPDATE', ['window_end']),
  view('revenue', 'SELECT 1 FROM sales'),
  view('joined', 'SELECT 1 FROM clicks JOIN sales ON true'),
  view('out', 'SELECT 1 FROM clicks JOIN sales ON true', [], 'sink'),
];
const names = (pinned: readonly string[], most: number): readonly string[] =>
  featuredViews(views, streams, pinned, most).map(({ name }) => name);

test('joins first, then what moves with every batch, each over other streams', () => {
  expect(names([], 4)).toEqual(['joined', 'live_clicks', 'revenue', 'final_cpu']);
});

test('pinned views come first, in their order; those that are gone are passed over', () => {
  expect(names(['final_clicks', 'gone', 'final_cpu'], 3)).toEqual(['final_clicks', 'final_cpu', 'joined']);
});

test('there are never sinks among them, and never more than there are views', () => {
  expect(names([], 10)).toHaveLength(5);
});
