import type { Catalog } from '../runtime/catalog/catalog.ts';
import { catalogAfter } from './statements/catalog-after.ts';
import type { Planner } from './statement-plan.ts';

/** One of each shape, so that the first statement of a user does not pay for the compiler of the machine below. */
const SAMPLE = `
  CREATE STREAM s (k BIGINT, v DECIMAL(10, 2), w STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
  CREATE TABLE t (k BIGINT PRIMARY KEY, w STRING);
  CREATE VIEW a AS SELECT * FROM s WHERE w LIKE 'a%' AND k IN (1, 2);
  CREATE MATERIALIZED VIEW b AS
    SELECT window_start, window_end, k, COUNT(*) AS n, SUM(v + 1) AS total
    FROM TUMBLE(a, ts, INTERVAL '1' MINUTE) GROUP BY window_start, window_end, k HAVING COUNT(*) > 1 EMIT FINAL;
  CREATE MATERIALIZED VIEW c AS
    SELECT s.k, CASE WHEN t.w IS NULL THEN UPPER(s.w) ELSE t.w END AS w FROM s LEFT JOIN t ON s.k = t.k;
  INSERT INTO t VALUES (1, 'a'), (2, 'b');
  SELECT k, SUM(n) AS n FROM b GROUP BY k ORDER BY n DESC LIMIT 10;
  SELECT x FROM s`;
const ROUNDS = 5;

/** Plans the sample a few times and forgets it. */
export function warmPlanner(planner: Planner): void {
  for (let round = 0; round < ROUNDS; round++) {
    const statements = planner.split(SAMPLE);
    if (!statements.ok) return;
    let catalog: Catalog = { relations: [] };
    for (const statement of statements.value) {
      const planned = planner.plan(statement, catalog);
      if (planned.ok) catalog = catalogAfter(catalog, planned.value);
    }
  }
}
