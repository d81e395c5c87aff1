import { expect, test } from 'vitest';
import type { OperatorJson, ViewJson } from '../../server/protocol.ts';
import { OperatorRates } from './operator-rates.ts';

const operator = (id: number, kind: string, rows: number, ms: number): OperatorJson => ({
  id,
  kind,
  inputs: [],
  text: '',
  mode: 'append',
  key: null,
  watermarkColumn: null,
  state: null,
  rowsIn: 2 * rows,
  rowsOut: rows,
  stateRows: 3,
  stateBytes: 40,
  ms,
});

function view(rows: number, ms: number): ViewJson {
  const operators = [operator(0, 'scan', rows, 0), operator(1, 'window-aggregate', rows, ms)];
  return { plan: { operators }, counters: { late: 7 }, watermark: null } as unknown as ViewJson;
}

test('totals become rows per second and a share of a core; late rows stand where they are counted', () => {
  const rates = new OperatorRates();
  rates.read(view(0, 0), 0);
  const now = rates.read(view(500, 250), 1000);
  expect(now.get(1)).toEqual({
    rowsInPerSecond: 1000,
    rowsOutPerSecond: 500,
    stateRows: 3,
    stateBytes: 40,
    busy: 0.25,
    late: 7,
    watermark: null,
  });
  expect(now.get(0)).toMatchObject({ busy: 0, late: 0 });
});
