import type { StreamJson } from '../../server/protocol.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { Figure } from '../parts/figure.tsx';
import { Icon } from '../parts/icon.tsx';
import { Progress } from '../parts/progress.tsx';
import { RowInput } from '../parts/row-input.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { AsideRows, StreamRows } from '../parts/stream-rows.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { useServices } from '../services.ts';
import { bytesText, countText, lagText, rateText } from '../state/format.ts';
import { goTo } from '../state/route.ts';
import type { Rated } from '../state/status.ts';

/** One stream: what comes in, what it is made of, what was late or refused, and rows to send. */
export function StreamPanel() {
  const { route, status } = useServices();
  const { name = '' } = route.value;
  const known = status.status.value;
  if (!known) return <Progress text="Waiting for the server" />;
  const rated = known.streams.find(({ item }) => item.name === name);
  if (rated) return <NamedStream key={name} rated={rated} />;
  return (
    <p class="empty tall">
      There is no stream called <b>{name}</b>, or no longer. <a href="#/">All streams</a> are on the overview; CREATE
      STREAM in the <a href="#/sql">workbench</a> makes new ones.
    </p>
  );
}

function NamedStream({ rated }: { rated: Rated<StreamJson> }) {
  const { item } = rated;
  const { name, kind, connector, rowsLate, rowsRejected } = item;
  return (
    <article class="stream-page" data-stream={name}>
      <header class="page-head">
        <Icon name={kind === 'stream' ? 'stream' : 'table'} />
        <h1>{name}</h1>
        <span class="tag">{kind}</span>
        <span class="tag">{connector}</span>
        <span class="spacer" />
        <DropStream name={name} />
      </header>
      <StreamFigures {...rated} />
      <div class="view-columns">
        <StreamRows stream={item} />
        <section class="panel schema-panel" aria-labelledby="schema-title">
          <header>
            <h2 id="schema-title">Columns</h2>
          </header>
          <Schema stream={item} />
        </section>
      </div>
      <Tabs
        label={`About ${name}`}
        tabs={[
          { id: 'send', title: 'Send rows', content: () => <Send stream={item} /> },
          {
            id: 'late',
            title: 'Late',
            count: rowsLate,
            content: () => <AsideRows stream={name} kind="late" count={rowsLate} />,
          },
          {
            id: 'errors',
            title: 'Refused',
            count: rowsRejected,
            content: () => <AsideRows stream={name} kind="errors" count={rowsRejected} />,
          },
        ]}
      />
    </article>
  );
}

function StreamFigures({ item, rate, history }: Rated<StreamJson>) {
  const { rowsIn, rowsLate, rowsRejected, watermark, bytes, retention } = item;
  return (
    <dl class="view-figures">
      <Figure name="rows" value={rateText(rate)} unit="/s" note={`${countText(rowsIn)} in all`}>
        <Sparkline values={history} />
      </Figure>
      <Figure name="behind" value={lagText(watermark, Date.now())} note={watermark === null ? 'no watermark' : ''} />
      <Figure name="late" value={countText(rowsLate)} tone={rowsLate > 0 ? 'warn' : ''} />
      <Figure name="refused" value={countText(rowsRejected)} tone={rowsRejected > 0 ? 'bad' : ''} />
      <Figure name="stored" value={bytesText(bytes)} note={`kept ${retention}`} />
    </dl>
  );
}

function Schema({ stream: { columns, key } }: { stream: StreamJson }) {
  return (
    <div class="grid-scroll" tabIndex={0} role="region" aria-label="Columns">
      <table class="list">
        <tbody>
          {columns.map(({ name, type, nullable }) => (
            <tr key={name}>
              <th scope="row">
                {key.includes(name) && (
                  <span class="key" aria-label="key">
                    ◆{' '}
                  </span>
                )}
                {name}
              </th>
              <td class="mono dim">
                {type}
                {nullable ? '' : ' NOT NULL'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Send({ stream }: { stream: StreamJson }) {
  if (stream.connector === 'http') return <RowInput stream={stream} />;
  return (
    <p class="empty">
      The rows of this {stream.kind} come from <b>{stream.connector}</b>: none can be sent to it. A stream with{' '}
      <code>connector = 'http'</code>, which is the default, takes rows here.
    </p>
  );
}

function DropStream({ name }: { name: string }) {
  const { api, status } = useServices();
  return (
    <ConfirmButton
      label="Drop stream"
      icon="drop"
      danger
      question={`Drop ${name}?`}
      act={() => api.dropStream(name)}
      done={() => {
        void status.read();
        goTo({ page: 'home' });
      }}
    >
      <p>Its rows go for ever. While a view reads it, it cannot be dropped.</p>
    </ConfirmButton>
  );
}
