import { useMemo, useRef, useState } from 'preact/hooks';
import type { StreamJson } from '../../server/protocol.ts';
import { useServices } from '../services.ts';
import { countText } from '../state/format.ts';
import { inputRows } from '../state/input-rows.ts';
import { RowSender, type Sent } from '../state/row-sender.ts';
import { sampleRow } from '../state/sample-row.ts';
import { Icon } from './icon.tsx';

const FORMATS = { json: 'JSON array', ndjson: 'JSON lines', csv: 'CSV' };
/** The server takes 16 MB at once. */
const FILE_BYTES_MAX = 16 << 20;

/** Rows to send: pasted or from a file; what is refused stays with its reason, to be mended and sent again. */
export function RowInput({ stream }: { stream: StreamJson }) {
  const { api, status } = useServices();
  const { name, columns } = stream;
  const sender = useMemo(() => new RowSender(columns, (body, type) => api.insertRows(name, body, type)), [name]);
  const [text, setText] = useState('');
  const [complaint, setComplaint] = useState<string | null>(null);
  const rows = useMemo(() => inputRows(text), [text]);
  const example = sampleRow(columns, new Date().toISOString());
  const isSending = sender.sending.value;
  const send = async (): Promise<void> => {
    await sender.send(text);
    await status.read();
  };
  return (
    <div class="row-input">
      <textarea
        value={text}
        rows={7}
        aria-label={`Rows for ${name}`}
        placeholder={example}
        spellcheck={false}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <footer class="log-bar">
        <span class="dim" role="status">
          {complaint ?? (rows.rows.length > 0 ? `${countText(rows.rows.length)} rows, ${FORMATS[rows.format]}` : '')}
        </span>
        <span class="spacer" />
        <button type="button" class="quiet" onClick={() => setText(example)}>
          Example
        </button>
        <FileButton onText={setText} onComplaint={setComplaint} />
        <button
          type="button"
          class="primary"
          disabled={isSending || rows.rows.length === 0}
          onClick={() => void send()}
        >
          {isSending ? 'Sending…' : 'Send'}
        </button>
      </footer>
      {sender.sent.value && <Outcome sent={sender.sent.value} sender={sender} />}
    </div>
  );
}

interface FileButtonProps {
  readonly onText: (text: string) => void;
  readonly onComplaint: (complaint: string | null) => void;
}

function FileButton({ onText, onComplaint }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  const read = async (): Promise<void> => {
    const file = input.current?.files?.[0];
    if (!file) return;
    if (file.size > FILE_BYTES_MAX) {
      onComplaint(`${file.name} is larger than 16 MB: send it in parts, or let a file source read it`);
    } else {
      onComplaint(null);
      onText(await file.text());
    }
    input.current!.value = '';
  };
  return (
    <>
      <input ref={input} type="file" hidden accept=".json,.ndjson,.jsonl,.csv,.txt" onChange={() => void read()} />
      <button type="button" class="quiet" onClick={() => input.current?.click()}>
        Choose a file
      </button>
    </>
  );
}

/** What became of the rows, the refused ones in fields of their own. */
function Outcome({ sent, sender }: { sent: Sent; sender: RowSender }) {
  const { accepted, refused, errors, ordinal } = sent;
  return (
    <div class="outcome" role="status">
      {errors.map(({ code, message, hint }) => (
        <p class="note bad" key={message}>
          <b>{code}</b> {message}
          {hint !== undefined && <em>{hint}</em>}
        </p>
      ))}
      {errors.length === 0 && (
        <p class={`note ${refused.length > 0 ? '' : 'good'}`}>
          <b>{countText(accepted)} accepted</b>
          {refused.length > 0 && `, ${countText(refused.length)} refused`}
          {ordinal !== null && <span class="dim"> durable, up to place {ordinal}</span>}
        </p>
      )}
      {refused.length > 0 && <Refused sent={sent} sender={sender} />}
    </div>
  );
}

const SHOWN = 50;

function Refused({ sent: { refused }, sender }: { sent: Sent; sender: RowSender }) {
  return (
    <>
      <ul class="refused">
        {refused.slice(0, SHOWN).map(({ id, place, code, field, message, text }) => (
          <li key={id}>
            <label>
              <span>
                <span class="dim">row {place}</span> {field !== null && <b>{field}</b>} {message}{' '}
                <span class="tag">{code}</span>
              </span>
              <textarea
                value={text}
                rows={Math.min(4, Math.ceil(text.length / 60))}
                spellcheck={false}
                aria-label={`Row ${place}, mended`}
                onInput={(event) => sender.mend(id, event.currentTarget.value)}
              />
            </label>
          </li>
        ))}
      </ul>
      <footer class="log-bar">
        <span class="dim">{refused.length > SHOWN && `and ${countText(refused.length - SHOWN)} more`}</span>
        <button type="button" class="primary" disabled={sender.sending.value} onClick={() => void sender.sendAgain()}>
          <Icon name="play" /> Send again
        </button>
      </footer>
    </>
  );
}
