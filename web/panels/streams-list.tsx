import type { StreamJson } from '../../server/protocol.ts';
import { Sparkline } from '../parts/sparkline.tsx';
import { countText, lagText, rateText, timeText } from '../state/format.ts';
import { hrefOf } from '../state/route.ts';
import type { Rated } from '../state/status.ts';

/** Every stream and table: how fast rows come, how far it is, how many came late or were refused. */
export function StreamsList({ streams }: { streams: readonly Rated<StreamJson>[] }) {
  return (
    <section class="panel" aria-labelledby="streams-title">
      <header>
        <h2 id="streams-title">Streams</h2>
      </header>
      {streams.length === 0 ? (
        <p class="empty">
          No stream is declared yet. <a href="#/sql">CREATE STREAM</a> makes one that takes rows over HTTP.
        </p>
      ) : (
        <div class="grid-scroll" tabIndex={0} role="region" aria-label="Streams">
          <table class="list">
            <thead>
              <tr>
                <th scope="col">stream</th>
                <th scope="col" class="extra roomy" />
                <th scope="col" class="figure">
                  rows/s
                </th>
                <th scope="col" class="figure extra">
                  watermark
                </th>
                <th scope="col" class="figure" title="how far the watermark is behind the clock">
                  behind
                </th>
                <th scope="col" class="figure">
                  late
                </th>
                <th scope="col" class="figure">
                  refused
                </th>
              </tr>
            </thead>
            <tbody>
              {streams.map((rated) => (
                <StreamLine key={rated.item.name} {...rated} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function StreamLine({ item, rate, history }: Rated<StreamJson>) {
  const { name, kind, connector, rowsIn, rowsLate, rowsRejected, watermark } = item;
  return (
    <tr data-stream={name}>
      <th scope="row">
        <a href={hrefOf({ page: 'stream', name })}>{name}</a>{' '}
        <span class="tag">{kind === 'stream' ? connector : kind}</span>
      </th>
      <td class="extra roomy">
        <Sparkline values={history} />
      </td>
      <td class="figure" title={`${countText(rowsIn)} rows in all`}>
        {rateText(rate)}
      </td>
      <td class="figure extra">{watermark === null ? '–' : timeText(watermark.replace(/\.\d+Z$/, 'Z'))}</td>
      <td class="figure" title={watermark ?? 'no watermark'}>
        {lagText(watermark, Date.now())}
      </td>
      <td class="figure">{countText(rowsLate)}</td>
      <td class={`figure ${rowsRejected > 0 ? 'warn' : ''}`}>{countText(rowsRejected)}</td>
    </tr>
  );
}
