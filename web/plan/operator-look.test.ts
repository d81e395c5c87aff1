import { expect, test } from 'vitest';
import type { OperatorTextJson } from '../../server/protocol.ts';
import { operatorLook } from './operator-look.ts';

const plain = { id: 0, inputs: [], mode: 'append', key: null, watermarkColumn: null, state: null } as const;
const operator = (kind: string, text: string, more: Partial<OperatorTextJson> = {}): OperatorTextJson => ({
  ...plain,
  kind,
  text,
  ...more,
});

test.each([
  [operator('scan', 'clicks (ts, item)'), 'clicks', 'source', ['ts, item']],
  [operator('scan', 'table items (id) ordered'), 'table items', 'source', ['id']],
  [operator('segment', 'project a, b'), 'Project', 'plain', ['a, b']],
  [
    operator('segment', "filter a > 3 AND b = ', project ', project a"),
    'Filter',
    'plain',
    ["a > 3 AND b = ', project '", '→ a'],
  ],
  [operator('join', 'full: a = b emit final'), 'Join, full', 'keeps', ['a = b emit final']],
  [
    operator('group-aggregate', 'key item, count(*)', { state: 'rows' }),
    'Group aggregate',
    'keeps',
    ['key item, count(*)'],
  ],
  [operator('union', ''), 'Union', 'plain', ['']],
  [operator('output', 'upsert key (item)', { mode: 'upsert', key: ['item'] }), 'Output', 'out', ['upsert by item']],
  [operator('output', 'upsert key ()', { mode: 'upsert', key: [] }), 'Output', 'out', ['upsert, one row']],
  [operator('output', 'append'), 'Output', 'out', ['append']],
] as const)('%o', (given, title, role, lines) => expect(operatorLook(given)).toEqual({ title, role, lines }));
