import type { ViewJson } from '../../server/protocol.ts';
import { PinButton } from '../parts/pin-button.tsx';
import { StateDot } from '../parts/state-dot.tsx';
import { bytesText, countText, lagText, rateText } from '../state/format.ts';
import { hrefOf } from '../state/route.ts';
import type { Rated } from '../state/status.ts';

/** Every continuous query: its state, how fast it changes, how far it is. */
export function ViewsList({ views }: { views: readonly Rated<ViewJson>[] }) {
  return (
    <section class="panel" aria-labelledby="views-title">
      <header>
        <h2 id="views-title">Views</h2>
        <a class="button" href="#/sql">
          New query
        </a>
      </header>
      {views.length === 0 ? (
        <p class="empty">
          No continuous query runs yet. <a href="#/sql">Write one</a>, or start the server with <code>--demo</code>.
        </p>
      ) : (
        <div class="grid-scroll" tabIndex={0} role="region" aria-label="Views">
          <table class="list">
            <thead>
              <tr>
                <th scope="col">view</th>
                <th scope="col" class="figure" title="changes per second">
                  changes/s
                </th>
                <th scope="col" class="figure" title="how far the watermark is behind the clock">
                  behind
                </th>
                <th scope="col" class="figure extra">
                  state
                </th>
                <th scope="col" class="figure extra" title="time of the last micro-batch">
                  batch
                </th>
                <th scope="col" />
              </tr>
            </thead>
            <tbody>
              {views.map((rated) => (
                <ViewLine key={rated.item.name} {...rated} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function ViewLine({ item, rate }: Rated<ViewJson>) {
  const { name, kind, state, counters, watermark } = item;
  return (
    <tr>
      <th scope="row">
        <StateDot state={state} />
        <a href={hrefOf({ page: 'view', name })}>{name}</a>
        {kind === 'sink' && <span class="tag">sink</span>}
      </th>
      <td class="figure">{rateText(rate)}</td>
      <td class="figure" title={watermark ?? 'no watermark'}>
        {lagText(watermark, Date.now())}
      </td>
      <td class="figure extra" title={`${countText(counters.stateRows)} rows of state`}>
        {bytesText(counters.stateBytes)}
      </td>
      <td class="figure extra">{counters.batchMs.toFixed(1)} ms</td>
      <td class="end">{kind === 'view' && <PinButton name={name} />}</td>
    </tr>
  );
}
