/** Statements to begin with; they run against the demo as they stand. */
export const EXAMPLES: readonly { readonly title: string; readonly sql: string }[] = [
  {
    title: 'Watch a stream',
    sql: `SELECT user_id, item, ts
FROM clicks
WHERE item <> 'rug'`,
  },
  {
    title: 'Count by window',
    sql: `SELECT window_start, window_end, item, COUNT(*) AS clicks
FROM TUMBLE(clicks, ts, INTERVAL '10' SECOND)
GROUP BY window_start, window_end, item
EMIT ON UPDATE`,
  },
  {
    title: 'Register a view',
    sql: `CREATE MATERIALIZED VIEW best_buyers AS
SELECT user_id, COUNT(*) AS sales, SUM(price) AS spent
FROM sales
GROUP BY user_id`,
  },
  {
    title: 'Own stream',
    sql: `CREATE STREAM readings (
  sensor STRING, celsius DOUBLE, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);

CREATE MATERIALIZED VIEW warmest AS
SELECT sensor, COUNT(*) AS readings, MAX(celsius) AS highest
FROM readings
GROUP BY sensor;

INSERT INTO readings VALUES
  ('attic', 27.5, TIMESTAMP '2026-01-31 10:00:00'),
  ('cellar', 12.0, TIMESTAMP '2026-01-31 10:00:01')`,
  },
  {
    title: 'See a plan',
    sql: `EXPLAIN PHYSICAL
SELECT core, AVG("user" + system) AS busy
FROM host_cpu
GROUP BY core`,
  },
];
