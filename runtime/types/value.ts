/**
 * One cell outside of columns: in literals, in the plain evaluator, at the edges.
 *
 * | type            | value                                      |
 * |-----------------|--------------------------------------------|
 * | BOOLEAN         | boolean                                    |
 * | INT             | number, -2^31 .. 2^31-1                    |
 * | BIGINT          | bigint, -2^63 .. 2^63-1                    |
 * | DOUBLE          | number; NaN and infinities are values      |
 * | DECIMAL(p,s)    | bigint, the value times 10^s               |
 * | STRING, JSON    | string (JSON: its text)                    |
 * | TIMESTAMP       | number, ms since 1970-01-01T00:00:00Z      |
 * | DATE            | number, days since 1970-01-01              |
 * | INTERVAL        | number, ms                                 |
 * | NULL            | null                                       |
 */
export type Value = null | boolean | number | bigint | string;

export const BIGINT_MAX = 2n ** 63n - 1n;
export const BIGINT_MIN = -(2n ** 63n);
export const INT_MAX = 2 ** 31 - 1;
export const INT_MIN = -(2 ** 31);
