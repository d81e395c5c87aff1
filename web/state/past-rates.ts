import type { BatchJson } from '../../server/protocol.ts';

export interface PastRates {
  /** Rows per second, oldest first. */
  readonly rowsIn: readonly number[];
  readonly rowsOut: readonly number[];
}

/** The last micro-batches as rates of each whole second before `now`. */
export function pastRates(batches: readonly BatchJson[], now: number): PastRates {
  const first = batches[0];
  const seconds = first ? Math.max(0, Math.floor((now - Date.parse(first.at)) / 1000)) : 0;
  const rowsIn = Array.from({ length: seconds }, () => 0);
  const rowsOut = [...rowsIn];
  for (const batch of batches) {
    const at = seconds - 1 - Math.floor((now - Date.parse(batch.at)) / 1000);
    if (at < 0 || at >= seconds) continue;
    rowsIn[at]! += batch.rowsIn;
    rowsOut[at]! += batch.rowsOut;
  }
  return { rowsIn, rowsOut };
}
