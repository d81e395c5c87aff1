const FIRST_MS = 250;
const LONGEST_MS = 5000;

/** How long to wait before attempt `attempt` (from 0), spread by a fifth so that many pages do not come at once. */
export function backoffMs(attempt: number, random: number): number {
  const base = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(base * (0.9 + 0.2 * random));
}
