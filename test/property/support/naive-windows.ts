import type { Event, Row } from './history.ts';

export interface NaiveWindow {
  readonly size: number;
  readonly slide: number;
  readonly offset: number;
}

/** A row with the ends of the windows in which it counts. */
export interface WindowedRow {
  readonly row: Row;
  readonly ends: readonly number[];
}

export interface Windowed {
  readonly rows: readonly WindowedRow[];
  readonly watermark: number;
}

/**
 * Promise 5 of the contract, naively: W(r) is the largest event time before the row minus the delay, and of the
 * /watermark commands before it; the row counts in those of its windows whose end is above W(r).
 */
export function windowed(events: readonly Event[], stream: string, delay: number, window: NaiveWindow): Windowed {
  const rows: WindowedRow[] = [];
  let watermark = -Infinity;
  for (const event of events) {
    if (event.kind === 'cut' || event.stream !== stream) continue;
    if (event.kind === 'watermark') watermark = Math.max(watermark, event.to);
    if (event.kind !== 'row') continue;
    const time = event.row['ts'] as number;
    const bound = watermark;
    rows.push({ row: event.row, ends: endsOver(time, window).filter((end) => end > bound) });
    watermark = Math.max(watermark, time - delay);
  }
  return { rows, watermark };
}

/** Ends of all windows [k * slide + offset, + size) that hold the time, found by trying. */
function endsOver(time: number, { size, slide, offset }: NaiveWindow): number[] {
  const ends: number[] = [];
  const near = Math.round((time - offset) / slide);
  const reach = Math.ceil(size / slide) + 2;
  for (let k = near - reach; k <= near + reach; k++) {
    const start = k * slide + offset;
    if (start <= time && time < start + size) ends.push(start + size);
  }
  return ends;
}

/** Rows by window end and the values of the key columns. */
export function groupsOf(
  rows: readonly WindowedRow[],
  key: readonly string[],
): Map<string, { end: number; rows: Row[] }> {
  const groups = new Map<string, { end: number; rows: Row[] }>();
  for (const { row, ends } of rows) {
    for (const end of ends) {
      const name = JSON.stringify([end, ...key.map((column) => row[column])]);
      const group = groups.get(name) ?? { end, rows: [] };
      group.rows.push(row);
      groups.set(name, group);
    }
  }
  return groups;
}

export function numbersOf(rows: readonly Row[], column: string): number[] {
  return rows.map((row) => row[column]).filter((value) => typeof value === 'number');
}
