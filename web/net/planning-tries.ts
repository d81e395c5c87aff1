/** A busy server may not come to planning a statement within its deadline (STATEMENT_TIMEOUT): so often it is asked in all. */
export const PLANNING_TRIES = 4;
export const PLAN_AGAIN_MS = 700;
