import { expect, test } from 'vitest';
import { type Command, matching } from './palette.ts';

const command = (title: string, kind: string): Command => ({ icon: 'view', title, kind, run: () => {} });
const all = [command('per_click', 'view'), command('clicks', 'stream'), command('Workbench', 'page')];
const found = (text: string): readonly string[] => matching(all, text).map(({ title }) => title);

test.each([
  ['', ['per_click', 'clicks', 'Workbench']],
  ['CLICK', ['clicks', 'per_click']],
  ['click view', ['per_click']],
  ['page', ['Workbench']],
  ['nothing', []],
])('%j finds %j', (text, titles) => expect(found(text)).toEqual(titles));
