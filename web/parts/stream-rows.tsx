import { useState } from 'preact/hooks';
import type { StreamJson } from '../../server/protocol.ts';
import { countText } from '../state/format.ts';
import { LiveResult } from './live-result.tsx';

/** Reading so many rows again to show the last few is asked for first. */
const UNASKED_ROWS = 300_000;

/** Rows of a stream as they come: the newest first. */
export function StreamRows({ stream: { name, rowsIn, kind } }: { stream: StreamJson }) {
  const [isAsked, setAsked] = useState(rowsIn <= UNASKED_ROWS);
  if (!isAsked) {
    return (
      <section class="panel">
        <p class="empty">
          To show the newest rows the server reads what the stream keeps once, up to {countText(rowsIn)} rows.{' '}
          <button type="button" onClick={() => setAsked(true)}>
            Read them
          </button>
        </p>
      </section>
    );
  }
  const what = kind === 'stream' ? 'Newest rows' : 'Current rows';
  return (
    <LiveResult subject={{ sql: `SELECT * FROM ${quoted(name)}` }} label={`Rows of ${name}`} title={<h2>{what}</h2>} />
  );
}

interface AsideRowsProps {
  readonly stream: string;
  readonly kind: 'late' | 'errors';
  readonly count: number;
}

/** Rows that came late, or were refused, with what was wrong with them. */
export function AsideRows({ stream, kind, count }: AsideRowsProps) {
  if (count === 0) {
    return (
      <p class="empty">
        {kind === 'late'
          ? 'No row came late: each was at or above the watermark that the rows before it made.'
          : 'No row was refused: each had the declared columns in their types.'}
      </p>
    );
  }
  const sql = `SELECT * FROM ${quoted(`${stream}$${kind}`)}`;
  const title = kind === 'late' ? 'Rows behind the watermark' : 'Rows refused, and why';
  return <LiveResult subject={{ sql }} label={`${title} of ${stream}`} title={<h2>{title}</h2>} />;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
