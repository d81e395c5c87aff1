import { expect, test } from 'vitest';
import { ScriptServer } from '../sql/support/script-server.ts';

const ROW_BYTES_MAX = 1 << 20;

test('a late row of the greatest length is accepted and kept in $late like any other', async () => {
  const server = await ScriptServer.open(':memory:', '.');
  try {
    await server.sql(`CREATE STREAM s (k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts);
      CREATE MATERIALIZED VIEW late AS SELECT LENGTH(k) AS n, late_by FROM s$late`);
    const empty = '{"k":"","ts":1}';
    const k = 'y'.repeat(ROW_BYTES_MAX - empty.length);
    expect(await server.insert('s', `{"ts":5}\n${empty.replace('""', `"${k}"`)}`, 'upsert')).toEqual([]);
    expect(await server.step(null)).toEqual([`late ["+",${k.length},4]`]);
  } finally {
    await server.close();
  }
});
