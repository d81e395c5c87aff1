import type { Logger } from 'pino';
import type { ProblemError } from '../runtime/errors/problem.ts';
import type { SqlService } from './sql-service.ts';

/** Long enough to look back at, short enough for a server that is left running for weeks. */
const STREAM_RETENTION = `retention = '1 hour'`;
const VIEW_OPTIONS = `WITH (retention = '15 minutes')`;

/** Streams of this machine's own metrics, of generated clicks and sales, and views over them that move all the time. */
const STATEMENTS: readonly string[] = [
  `CREATE STREAM IF NOT EXISTS host_cpu (
     ts TIMESTAMP(3), core INT, "user" DOUBLE, system DOUBLE, idle DOUBLE,
     WATERMARK FOR ts AS ts)
   WITH (connector = 'host', metric = 'cpu', interval = '1 second', ${STREAM_RETENTION})`,
  `CREATE STREAM IF NOT EXISTS host_memory (
     ts TIMESTAMP(3), total BIGINT, free BIGINT, used BIGINT,
     WATERMARK FOR ts AS ts)
   WITH (connector = 'host', metric = 'memory', interval = '1 second', ${STREAM_RETENTION})`,
  `CREATE STREAM IF NOT EXISTS host_network (
     ts TIMESTAMP(3), interface STRING, rx_bytes BIGINT, tx_bytes BIGINT,
     WATERMARK FOR ts AS ts)
   WITH (connector = 'host', metric = 'network', interval = '1 second', ${STREAM_RETENTION})`,
  `CREATE STREAM IF NOT EXISTS clicks (
     user_id BIGINT, item STRING, ts TIMESTAMP(3),
     WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
   WITH (connector = 'datagen', rows_per_second = 20, seed = 1, idle_timeout = '5 seconds', ${STREAM_RETENTION},
     fields.user_id.kind = 'random', fields.user_id.min = 1, fields.user_id.max = 20,
     fields.item.kind = 'pick', fields.item.values = 'lamp,chair,table,kettle,mirror,rug',
     fields.ts.kind = 'time', fields.ts.jitter = 1200)`,
  `CREATE STREAM IF NOT EXISTS sales (
     user_id BIGINT, item STRING, price DECIMAL(10,2), ts TIMESTAMP(3),
     WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
   WITH (connector = 'datagen', rows_per_second = 5, seed = 2, idle_timeout = '5 seconds', ${STREAM_RETENTION},
     fields.user_id.kind = 'random', fields.user_id.min = 1, fields.user_id.max = 20,
     fields.item.kind = 'pick', fields.item.values = 'lamp,chair,table,kettle,mirror,rug',
     fields.price.kind = 'random', fields.price.min = 5, fields.price.max = 250,
     fields.ts.kind = 'time', fields.ts.jitter = 800)`,
  `CREATE MATERIALIZED VIEW IF NOT EXISTS cpu_by_core ${VIEW_OPTIONS} AS
     SELECT window_start, window_end, core,
            ROUND(AVG("user" + system), 1) AS busy_percent, ROUND(MAX("user" + system), 1) AS peak_percent
     FROM TUMBLE(host_cpu, ts, INTERVAL '5' SECOND)
     GROUP BY window_start, window_end, core
     EMIT FINAL`,
  `CREATE MATERIALIZED VIEW IF NOT EXISTS memory_used ${VIEW_OPTIONS} AS
     SELECT window_start, window_end,
            ROUND(AVG(used) / 1048576, 1) AS used_mb, ROUND(100.0 * AVG(used) / MAX(total), 1) AS used_percent
     FROM HOP(host_memory, ts, INTERVAL '2' SECOND, INTERVAL '10' SECOND)
     GROUP BY window_start, window_end
     EMIT FINAL`,
  `CREATE MATERIALIZED VIEW IF NOT EXISTS network_traffic ${VIEW_OPTIONS} AS
     SELECT window_start, window_end, interface,
            MAX(rx_bytes) - MIN(rx_bytes) AS received_bytes, MAX(tx_bytes) - MIN(tx_bytes) AS sent_bytes
     FROM TUMBLE(host_network, ts, INTERVAL '10' SECOND)
     GROUP BY window_start, window_end, interface
     EMIT FINAL`,
  `CREATE MATERIALIZED VIEW IF NOT EXISTS revenue_by_item AS
     SELECT item, COUNT(*) AS sales, SUM(price) AS revenue, MAX(price) AS dearest
     FROM sales
     GROUP BY item`,
  `CREATE MATERIALIZED VIEW IF NOT EXISTS clicks_per_item ${VIEW_OPTIONS} AS
     SELECT window_start, window_end, item, COUNT(*) AS clicks, COUNT(DISTINCT user_id) AS users
     FROM TUMBLE(clicks, ts, INTERVAL '10' SECOND)
     GROUP BY window_start, window_end, item
     EMIT ON UPDATE`,
  clicksAndSales('clicks_and_sales', 'FINAL'),
  clicksAndSales('clicks_and_sales_live', 'ON UPDATE'),
];

/** What each user clicked and bought in a window; NULL where one of the two has nothing. */
function clicksAndSales(name: string, emit: 'FINAL' | 'ON UPDATE'): string {
  return `CREATE MATERIALIZED VIEW IF NOT EXISTS ${name} ${VIEW_OPTIONS} AS
     SELECT COALESCE(a.window_start, b.window_start) AS window_start, COALESCE(a.window_end, b.window_end) AS window_end,
            COALESCE(a.user_id, b.user_id) AS user_id, COALESCE(a.item, b.item) AS item, a.clicks, b.sales, b.revenue
     FROM (SELECT window_start, window_end, user_id, item, COUNT(*) AS clicks
           FROM TUMBLE(clicks, ts, INTERVAL '10' SECOND)
           GROUP BY window_start, window_end, user_id, item) a
     FULL OUTER JOIN
          (SELECT window_start, window_end, user_id, item, COUNT(*) AS sales, SUM(price) AS revenue
           FROM TUMBLE(sales, ts, INTERVAL '10' SECOND)
           GROUP BY window_start, window_end, user_id, item) b
     ON a.window_start = b.window_start AND a.window_end = b.window_end AND a.user_id = b.user_id AND a.item = b.item
     EMIT ${emit}`;
}

/** A busy machine may not come to planning a statement within its deadline: that says nothing of the statement. */
const TRIES = 5;

/** Creates what is not there yet. A statement that fails is logged and leaves the others alone. */
export async function createDemo(sql: Pick<SqlService, 'run'>, log: Pick<Logger, 'warn'>): Promise<void> {
  for (const statement of STATEMENTS) {
    const problems = await create(sql, withoutIndent(statement));
    if (problems?.[0].code === 'SHUTTING_DOWN') return;
    if (problems) log.warn({ problems, statement }, 'a statement of the demo failed');
  }
}

async function create(sql: Pick<SqlService, 'run'>, statement: string): Promise<ProblemError['problems'] | null> {
  for (let left = TRIES - 1; ; left--) {
    const { failure } = await sql.run(statement);
    if (failure?.problems[0].code !== 'STATEMENT_TIMEOUT' || left === 0) return failure?.problems ?? null;
  }
}

/** As a person would have typed it: the text is shown beside its view. */
function withoutIndent(statement: string): string {
  return statement.replaceAll('\n   ', '\n');
}
