import type { StreamJson } from '../../server/protocol.ts';
import { Sparkline } from '../parts/sparkline.tsx';
import { bytesText, countText, lagText, rateText } from '../state/format.ts';
import type { Rated } from '../state/status.ts';

/** Every stream and table: how fast rows come, how many came late or were refused. */
export function StreamsList({ streams }: { streams: readonly Rated<StreamJson>[] }) {
  return (
    <section class="panel" aria-labelledby="streams-title">
      <header>
        <h2 id="streams-title">Streams</h2>
      </header>
      {streams.length === 0 && (
        <p class="empty">
          No stream is declared yet. <a href="#/sql">CREATE STREAM</a> makes one that takes rows over HTTP.
        </p>
      )}
      <ul class="streams">
        {streams.map((rated) => (
          <StreamLine key={rated.item.name} {...rated} />
        ))}
      </ul>
    </section>
  );
}

function StreamLine({ item, rate, history }: Rated<StreamJson>) {
  const { name, kind, connector, rowsIn, rowsLate, rowsRejected, watermark, bytes, retention } = item;
  return (
    <li data-stream={name}>
      <details>
        <summary>
          <span class="stream-name">
            {name}
            <span class="tag">{kind === 'stream' ? connector : kind}</span>
          </span>
          <Sparkline values={history} />
          <span class="rate">
            {rateText(rate)}
            <small>/s</small>
          </span>
          <span class="counts">
            <Count name="rows" value={rowsIn} />
            <Count name="late" value={rowsLate} />
            <Count name="refused" value={rowsRejected} />
            <span title={watermark ?? 'no watermark'}>behind {lagText(watermark, Date.now())}</span>
          </span>
        </summary>
        <p class="columns">
          {item.columns.map((column) => (
            <span key={column.name}>
              <b>{column.name}</b> {column.type}
            </span>
          ))}
        </p>
        <p class="dim">
          {bytesText(bytes)} stored, kept {retention}
        </p>
        {connector === 'http' && <HowToSend stream={item} />}
      </details>
    </li>
  );
}

function Count({ name, value }: { name: string; value: number }) {
  return (
    <span class={value > 0 && name === 'refused' ? 'warn' : ''}>
      {countText(value)} {name}
    </span>
  );
}

function HowToSend({ stream: { name, columns } }: { stream: StreamJson }) {
  const row = Object.fromEntries(columns.map((column) => [column.name, sample(column.type)]));
  const url = new URL(`v1/streams/${encodeURIComponent(name)}/rows`, document.baseURI);
  return (
    <pre class="code">
      {`curl -H 'content-type: application/json' \\\n  -d '${JSON.stringify(row).replaceAll("'", "'\\''")}' \\\n  '${url.href}'`}
    </pre>
  );
}

function sample(type: string): string | number | boolean {
  if (type.startsWith('TIMESTAMP')) return new Date().toISOString();
  if (type === 'DATE') return new Date().toISOString().slice(0, 10);
  if (type === 'BOOLEAN') return true;
  return /^(?:INT|BIGINT|DOUBLE|DECIMAL)/.test(type) ? 1 : 'text';
}
