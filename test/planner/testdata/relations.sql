CREATE STREAM clicks (user_id BIGINT, item STRING, url STRING, ts TIMESTAMP(3), at TIMESTAMP(3), day DATE, ok BOOLEAN,
  price DECIMAL(10, 2), weight DOUBLE, "Group" INT, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM sales (user_id BIGINT NOT NULL, item STRING NOT NULL, amount DECIMAL(10, 2), ts TIMESTAMP(3) NOT NULL,
  WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE);
CREATE STREAM notes (id INT, body STRING);
CREATE TABLE items (id STRING PRIMARY KEY, title STRING, price DOUBLE);
CREATE TABLE stock (item STRING, shop INT, amount BIGINT, PRIMARY KEY (item, shop));
CREATE VIEW dear AS SELECT * FROM sales WHERE amount > 100;
CREATE VIEW live_totals AS SELECT item, COUNT(*) AS n FROM clicks GROUP BY item EMIT ON UPDATE;
CREATE MATERIALIZED VIEW per_minute AS
  SELECT window_start, window_end, item, COUNT(*) AS n FROM TUMBLE(clicks, ts, INTERVAL '1' MINUTE)
  GROUP BY window_start, window_end, item EMIT FINAL;
CREATE MATERIALIZED VIEW per_minute_live AS
  SELECT window_start, window_end, item, COUNT(*) AS n FROM TUMBLE(clicks, ts, INTERVAL '1' MINUTE)
  GROUP BY window_start, window_end, item EMIT ON UPDATE;
CREATE MATERIALIZED VIEW totals AS SELECT item, SUM(amount) AS amount FROM sales GROUP BY item;
CREATE MATERIALIZED VIEW big_clicks AS SELECT user_id, item, ts FROM clicks WHERE user_id > 1000;
CREATE SINK gone FROM totals WITH (connector = 'blackhole');
