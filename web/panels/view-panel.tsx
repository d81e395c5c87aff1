import { useState } from 'preact/hooks';
import type { ViewJson } from '../../server/protocol.ts';
import { Fact } from '../parts/fact.tsx';
import { LiveResult } from '../parts/live-result.tsx';
import { OperatorTable } from '../parts/operator-table.tsx';
import { PinButton } from '../parts/pin-button.tsx';
import { SqlText } from '../parts/sql-text.tsx';
import { StateDot } from '../parts/state-dot.tsx';
import { errorsOf } from '../net/api.ts';
import { useServices } from '../services.ts';
import { bytesText, countText, lagText, rateText } from '../state/format.ts';
import type { Rated } from '../state/status.ts';

/** One view: its rows as they stand, and how it is doing. */
export function ViewPanel() {
  const { route, status } = useServices();
  const { name = '' } = route.value;
  const rated = status.status.value?.views.find(({ item }) => item.name === name);
  if (!status.status.value) return <p class="empty tall">Waiting for the server…</p>;
  return <NamedView key={name} name={name} rated={rated} />;
}

function NamedView({ name, rated }: { name: string; rated: Rated<ViewJson> | undefined }) {
  return (
    <article class="view-page" data-view={name}>
      <header class="view-head">
        <a class="back" href="#/" aria-label="Back to the overview">
          ←
        </a>
        {rated && <StateDot state={rated.item.state} />}
        <h1>{name}</h1>
        <PinButton name={name} />
        <span class="spacer" />
        {rated && <DropButton name={name} />}
      </header>
      {rated?.item.error && <Failure error={rated.item.error} />}
      <div class="facts-row">{rated && <ViewFacts {...rated} />}</div>
      <LiveResult subject={{ view: name }} label={`Rows of ${name}`} title={<h2>Result</h2>} />
      {rated && <Making view={rated.item} />}
    </article>
  );
}

function ViewFacts({ item: { mode, watermark, counters }, rate }: Rated<ViewJson>) {
  return (
    <dl class="facts">
      <Fact name="mode" value={mode} />
      <Fact name="changes/s" value={rateText(rate)} />
      <Fact name="behind" value={lagText(watermark, Date.now())} />
      <Fact name="late" value={countText(counters.late)} />
      <Fact name="errors" value={countText(counters.errors)} />
      <Fact name="state" value={`${countText(counters.stateRows)} rows, ${bytesText(counters.stateBytes)}`} />
      <Fact name="batch" value={`${counters.batchMs.toFixed(1)} ms`} />
    </dl>
  );
}

function Failure({ error: { code, message, hint } }: { error: NonNullable<ViewJson['error']> }) {
  return (
    <p class="note bad" role="alert">
      <b>{code}</b> {message}. {hint ?? 'Its state is kept; mend the cause, or drop the view and create it again.'}
    </p>
  );
}

function Making({ view: { sql, warnings, plan } }: { view: ViewJson }) {
  return (
    <div class="lists">
      <section class="panel" aria-labelledby="sql-title">
        <header>
          <h2 id="sql-title">SQL</h2>
        </header>
        <SqlText sql={sql} />
        {warnings.map(({ code, message }) => (
          <p class="note" key={message}>
            <b>{code}</b> {message}
          </p>
        ))}
      </section>
      <section class="panel" aria-labelledby="plan-title">
        <header>
          <h2 id="plan-title">Operators</h2>
        </header>
        <OperatorTable operators={plan.operators} />
      </section>
    </div>
  );
}

/** Asks once more before it drops. */
function DropButton({ name }: { name: string }) {
  const { api, status } = useServices();
  const [asked, setAsked] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const drop = async (): Promise<void> => {
    if (!asked) return setAsked(true);
    const [error] = errorsOf(await api.dropView(name));
    setAsked(false);
    setRefusal(error ? error.message : null);
    await status.read();
    if (!error) location.hash = '#/';
  };
  return (
    <>
      {refusal !== null && <span class="bad">{refusal}</span>}
      <button
        type="button"
        class={asked ? 'danger' : 'quiet'}
        onClick={() => void drop()}
        onBlur={() => setAsked(false)}
      >
        {asked ? 'Really drop it?' : 'Drop'}
      </button>
    </>
  );
}
