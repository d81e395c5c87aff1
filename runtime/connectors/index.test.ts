import { expect, test } from 'vitest';
import { connector, connectorNames } from './index.ts';

test('every connector is found by its name and by no other', () => {
  expect(connectorNames()).toEqual(['http', 'file', 'host', 'datagen', 'nexmark', 'blackhole']);
  for (const name of connectorNames()) expect(connector(name)!.name).toBe(name);
  expect(connector('HTTP')).toBeUndefined();
  expect(connector('__proto__')).toBeUndefined();
});

test('rows can be written to http alone, and into files and blackhole', () => {
  expect(connectorNames().filter((name) => connector(name)!.writable)).toEqual(['http']);
  expect(connectorNames().filter((name) => connector(name)!.sink !== null)).toEqual(['file', 'blackhole']);
});

test('blackhole discards and has no options', () => {
  const sink = connector('blackhole')!.sink!;
  expect(sink({ name: 's', columns: [], mode: 'append', options: new Map([['state_limit', '1 GB']]) })).toEqual({
    kind: 'discard',
  });
  expect(() => sink({ name: 's', columns: [], mode: 'append', options: new Map([['path', 'x']]) })).toThrow(
    /^UNKNOWN_OPTION: .*path/,
  );
});
