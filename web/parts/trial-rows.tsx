import { useState } from 'preact/hooks';
import type { StreamJson } from '../../server/protocol.ts';
import { useServices } from '../services.ts';
import { countText } from '../state/format.ts';
import { inputRows } from '../state/input-rows.ts';
import { lastRows } from '../state/last-rows.ts';
import { sampleRow } from '../state/sample-row.ts';
import type { TrialBench } from '../state/trial-bench.ts';

const MOST = 200;

interface TrialRowsProps {
  readonly bench: TrialBench;
  readonly streams: readonly StreamJson[];
}

/** Rows to try with: one field for each stream, beside each other as far as there is room. */
export function TrialRows({ bench, streams }: TrialRowsProps) {
  return (
    <div class="trial-inputs">
      {streams.map((stream) => (
        <StreamInput key={stream.name} bench={bench} stream={stream} />
      ))}
    </div>
  );
}

function StreamInput({ bench, stream: { name, kind, columns } }: { bench: TrialBench; stream: StreamJson }) {
  const { link } = useServices();
  const [isReading, setReading] = useState(false);
  const [complaint, setComplaint] = useState('');
  const text = bench.texts.value[name] ?? '';
  const { rows } = inputRows(text);
  const example = inserted(kind, sampleRow(columns, new Date().toISOString()));
  const take = async (): Promise<void> => {
    setReading(true);
    const found = await lastRows(link, name, MOST);
    setReading(false);
    setComplaint(found === null ? 'They cannot be read now' : found === '' ? 'It has no rows yet' : '');
    if (found)
      bench.write(
        name,
        found.replaceAll(/.+/g, (row) => inserted(kind, row)),
      );
  };
  return (
    <div class="trial-input">
      <div class="log-bar">
        <b>{name}</b>
        <span class="dim" role="status">
          {complaint || (rows.length > 0 && `${countText(rows.length)} ${rows.length === 1 ? 'row' : 'rows'}`)}
        </span>
        <span class="spacer" />
        <button type="button" class="quiet" onClick={() => bench.write(name, example)}>
          Example
        </button>
        <button type="button" disabled={isReading} onClick={() => void take()}>
          {isReading ? 'Reading…' : `Take the last ${MOST}`}
        </button>
      </div>
      <textarea
        value={text}
        rows={6}
        wrap="off"
        aria-label={`Rows for ${name}`}
        placeholder={`${example}\n… or paste a JSON array, or CSV with a header`}
        spellcheck={false}
        onInput={(event) => bench.write(name, event.currentTarget.value)}
      />
    </div>
  );
}

/** A bag is fed with changes of a database. */
function inserted(kind: string, row: string): string {
  return kind === 'bag' ? `{"op": "c", "after": ${row}}` : row;
}
