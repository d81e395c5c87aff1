SELECT a.window_start, a.window_end, b.window_end AS b_end, a.user_id, b.user_id AS b_user, a.item, b.item AS b_item, a.n, b.revenue
  FROM (SELECT window_start, window_end, user_id, item, COUNT(*) AS n FROM TUMBLE(clicks, ts, INTERVAL '1' MINUTE) GROUP BY window_start, window_end, user_id, item) a
  FULL OUTER JOIN (SELECT window_start, window_end, user_id, item, SUM(amount) AS revenue FROM TUMBLE(sales, ts, INTERVAL '1' MINUTE) GROUP BY window_start, window_end, user_id, item) b
  ON a.window_start = b.window_start AND a.window_end = b.window_end AND a.user_id = b.user_id AND a.item = b.item;
SELECT window_start, user_id, item, n, m
  FROM (SELECT window_start, user_id, item, COUNT(*) AS n FROM TUMBLE(dear, ts, INTERVAL '1' MINUTE) GROUP BY window_start, user_id, item) a
  FULL JOIN (SELECT window_start, user_id, item, COUNT(*) AS m FROM TUMBLE(sales, ts, INTERVAL '1' MINUTE) GROUP BY window_start, user_id, item) b
  USING (window_start, user_id, item) EMIT ON UPDATE;
SELECT COUNT(*) AS n, e FROM (SELECT COALESCE(a.window_end, b.window_end) AS e FROM TUMBLE(clicks, ts, INTERVAL '1' MINUTE) a FULL JOIN TUMBLE(sales, ts, INTERVAL '1' MINUTE) b ON a.window_end = b.window_end AND a.item = b.item) GROUP BY e;
SELECT a.item, b.amount FROM TUMBLE(clicks, ts, INTERVAL '1' MINUTE) a LEFT JOIN TUMBLE(sales, ts, INTERVAL '1' MINUTE) b ON a.window_end = b.window_end AND a.user_id = b.user_id AND b.amount > a.price AND b.item = 'x';
SELECT a.item FROM TUMBLE(clicks, ts, INTERVAL '1' MINUTE) a JOIN TUMBLE(sales, ts, INTERVAL '2' MINUTE) b ON a.window_start = b.window_start AND a.item = b.item;
SELECT c.item, i.title FROM clicks c LEFT JOIN items i ON c.item = i.id;
SELECT c.item, i.title FROM clicks c, items i WHERE c.item = i.id AND i.price > 2 AND c.ok;
SELECT c.item, i.title FROM clicks c LEFT JOIN items i ON c.item = i.id WHERE i.price > 2 AND c.ok;
SELECT i.id, i.title, s.shop, s.amount FROM items i JOIN stock s ON s.item = i.id;
SELECT id, title, shop, amount FROM items i LEFT JOIN stock s ON s.item = i.id;
SELECT s.item, s.shop, i.id FROM items i RIGHT JOIN stock s ON s.item = i.id;
SELECT n.id, s.amount FROM notes n JOIN sales s ON n.id = s.user_id;
SELECT n.id, s.amount FROM notes n JOIN sales s ON n.id = s.amount + 1;
SELECT a.item, a.n, b.amount FROM per_minute a JOIN totals b ON a.item = b.item;
SELECT a.window_end, a.item, a.n, b.n AS live FROM per_minute a JOIN per_minute_live b ON a.window_end = b.window_end AND a.item = b.item;
SELECT x.item FROM clicks x, sales y, items z WHERE x.item = y.item AND y.item = z.id;
SELECT * FROM notes NATURAL JOIN items;
SELECT * FROM notes JOIN (SELECT id + 0 AS id, title FROM (VALUES (1, 'a')) AS v (id, title)) t USING (id);
