/** A worked example over the demo's streams; it runs as it stands. */
export interface Example {
  readonly title: string;
  readonly about: string;
  readonly sql: string;
}

/** From the simplest on. */
export const EXAMPLES: readonly Example[] = [
  {
    title: 'Watch a stream',
    about: 'A filter lets rows through as they come.',
    sql: `SELECT user_id, item, ts
FROM clicks
WHERE item IN ('lamp', 'chair') AND user_id <= 10`,
  },
  {
    title: 'Count by window',
    about: 'Windows of ten seconds, corrected with every batch.',
    sql: `SELECT window_start, window_end, item, COUNT(*) AS clicks
FROM TUMBLE(clicks, ts, INTERVAL '10' SECOND)
GROUP BY window_start, window_end, item
EMIT ON UPDATE`,
  },
  {
    title: 'Final windows only',
    about: 'One row per window, when the watermark proves that it is complete.',
    sql: `SELECT window_end, core, ROUND(AVG("user" + system), 1) AS busy_percent
FROM TUMBLE(host_cpu, ts, INTERVAL '5' SECOND)
GROUP BY window_start, window_end, core
EMIT FINAL`,
  },
  {
    title: 'Moving average',
    about: 'Windows of 30 seconds that begin every 5: each row counts in six.',
    sql: `SELECT window_start, window_end, ROUND(AVG(used) / 1048576, 1) AS used_mb
FROM HOP(host_memory, ts, INTERVAL '5' SECOND, INTERVAL '30' SECOND)
GROUP BY window_start, window_end
EMIT ON UPDATE`,
  },
  {
    title: 'Join two streams by window',
    about: 'What each user clicked and bought in the same ten seconds, also where one of the two is missing.',
    sql: `SELECT COALESCE(a.window_end, b.window_end) AS window_end,
       COALESCE(a.user_id, b.user_id) AS user_id, COALESCE(a.item, b.item) AS item,
       a.clicks, b.sales, b.revenue
FROM (SELECT window_start, window_end, user_id, item, COUNT(*) AS clicks
      FROM TUMBLE(clicks, ts, INTERVAL '10' SECOND)
      GROUP BY window_start, window_end, user_id, item) a
FULL OUTER JOIN
     (SELECT window_start, window_end, user_id, item, COUNT(*) AS sales, SUM(price) AS revenue
      FROM TUMBLE(sales, ts, INTERVAL '10' SECOND)
      GROUP BY window_start, window_end, user_id, item) b
ON a.window_start = b.window_start AND a.window_end = b.window_end
   AND a.user_id = b.user_id AND a.item = b.item
EMIT ON UPDATE`,
  },
  {
    title: 'Only the best',
    about: 'HAVING keeps the groups that qualify; one that no longer does is taken back.',
    sql: `SELECT user_id, COUNT(*) AS sales, SUM(price) AS spent, ROUND(AVG(price), 2) AS average
FROM sales
GROUP BY user_id
HAVING AVG(price) > 120`,
  },
  {
    title: 'Distinct users',
    about: 'COUNT(DISTINCT ...) and FILTER beside plain counts.',
    sql: `SELECT item, COUNT(*) AS clicks, COUNT(DISTINCT user_id) AS users,
       COUNT(*) FILTER (WHERE user_id <= 5) AS by_first_five
FROM clicks
GROUP BY item`,
  },
  {
    title: 'Price bands',
    about: 'CASE gives each sale a band, and the bands are summed up.',
    sql: `SELECT band, COUNT(*) AS sales, SUM(price) AS revenue
FROM (SELECT price,
             CASE WHEN price < 50 THEN '1 cheap'
                  WHEN price < 150 THEN '2 fair'
                  ELSE '3 dear' END AS band
      FROM sales) AS banded
GROUP BY band`,
  },
  {
    title: 'Traffic per second',
    about: 'Counters of this machine’s interfaces, turned into bytes per second.',
    sql: `SELECT window_end, interface,
       (MAX(rx_bytes) - MIN(rx_bytes)) / 10 AS received_per_second,
       (MAX(tx_bytes) - MIN(tx_bytes)) / 10 AS sent_per_second
FROM TUMBLE(host_network, ts, INTERVAL '10' SECOND)
GROUP BY window_start, window_end, interface
EMIT ON UPDATE`,
  },
  {
    title: 'Query a view',
    about: 'A view can be read like a stream: its changes flow on in the same epoch.',
    sql: `SELECT COUNT(*) AS items, SUM(sales) AS sales, SUM(revenue) AS revenue, MAX(dearest) AS dearest
FROM revenue_by_item`,
  },
  {
    title: 'Ask once',
    about: 'With LIMIT the rows that are there now are the answer: full SQL over views, at one epoch.',
    sql: `SELECT item, sales, revenue, ROUND(revenue / sales, 2) AS average
FROM revenue_by_item
ORDER BY revenue DESC
LIMIT 3`,
  },
  {
    title: 'Late rows',
    about: 'Rows behind the watermark are kept, with how late they were.',
    sql: `SELECT item, COUNT(*) AS late, MAX(late_by) AS worst_ms, MAX(ts) AS newest
FROM clicks$late
GROUP BY item`,
  },
  {
    title: 'Words and times',
    about: 'Functions over texts and times, row by row.',
    sql: `SELECT UPPER(item) AS item, CONCAT('user ', user_id) AS who,
       DATE_TRUNC('minute', ts) AS minute, EXTRACT(SECOND FROM ts) AS second,
       CHAR_LENGTH(item) AS letters
FROM clicks
WHERE item LIKE '%r'`,
  },
  {
    title: 'Patterns',
    about: 'Regular expressions, in time linear in the text whatever the pattern.',
    sql: `SELECT item, ts, REGEXP_REPLACE(item, '[aeiou]', '_', 'g') AS without_vowels,
       REGEXP_EXTRACT(item, '^[^aeiou]+') AS beginning
FROM clicks
WHERE item ~ '^(k|t).*e'`,
  },
  {
    title: 'Parts of JSON',
    about: 'Orders as JSON documents, taken apart into columns with types.',
    sql: `CREATE STREAM IF NOT EXISTS orders (
  id BIGINT, body JSON, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts);

CREATE MATERIALIZED VIEW IF NOT EXISTS order_parts AS
SELECT id, body ->> 'customer' AS customer, body #>> '{address,city}' AS city,
       CAST(body ->> 'total' AS DECIMAL(10,2)) AS total,
       body -> 'items' ->> 0 AS first_item, JSON_ARRAY_LENGTH(body -> 'items') AS items
FROM orders;

INSERT INTO orders VALUES
  (1, '{"customer": "Ada", "address": {"city": "London"}, "items": ["lamp", "rug"], "total": 89.5}',
   TIMESTAMP '2026-01-31 10:00:00'),
  (2, '{"customer": "Emmy", "address": {"city": "Erlangen"}, "items": ["chair"], "total": 45}',
   TIMESTAMP '2026-01-31 10:00:05')`,
  },
  {
    title: 'A view over a view',
    about: 'Two views, the second fed by the first.',
    sql: `CREATE MATERIALIZED VIEW IF NOT EXISTS item_minutes AS
SELECT window_start, window_end, item, COUNT(*) AS sales, SUM(price) AS revenue
FROM TUMBLE(sales, ts, INTERVAL '1' MINUTE)
GROUP BY window_start, window_end, item
EMIT ON UPDATE;

CREATE MATERIALIZED VIEW IF NOT EXISTS best_minutes AS
SELECT item, COUNT(*) AS minutes, MAX(revenue) AS best_minute, SUM(revenue) AS revenue
FROM item_minutes
GROUP BY item`,
  },
  {
    title: 'What cannot be computed',
    about: 'A division by zero leaves out its row and is kept beside the view.',
    sql: `CREATE MATERIALIZED VIEW IF NOT EXISTS shares AS
SELECT user_id, item, 100 / (user_id % 5) AS share
FROM clicks;

CREATE MATERIALIZED VIEW IF NOT EXISTS share_errors AS
SELECT code, COUNT(*) AS rows_left_out
FROM shares$errors
GROUP BY code`,
  },
  {
    title: 'A stream of your own',
    about: 'Declared, fed by INSERT or over HTTP, watched at once.',
    sql: `CREATE STREAM IF NOT EXISTS readings (
  sensor STRING, celsius DOUBLE, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);

CREATE MATERIALIZED VIEW IF NOT EXISTS warmest AS
SELECT sensor, COUNT(*) AS readings, MAX(celsius) AS highest
FROM readings
GROUP BY sensor;

INSERT INTO readings VALUES
  ('attic', 27.5, TIMESTAMP '2026-01-31 10:00:00'),
  ('cellar', 12.0, TIMESTAMP '2026-01-31 10:00:01'),
  ('attic', 29.0, TIMESTAMP '2026-01-31 10:00:02')`,
  },
];
