import { useMemo, useRef } from 'preact/hooks';
import type { ViewJson } from '../../server/protocol.ts';
import { BatchTimeline, Checkpoints } from '../parts/batch-timeline.tsx';
import { ChangeLog } from '../parts/change-log.tsx';
import { Figure } from '../parts/figure.tsx';
import { LiveResult } from '../parts/live-result.tsx';
import { OperatorTable } from '../parts/operator-table.tsx';
import { PinButton } from '../parts/pin-button.tsx';
import { PlanDrawing } from '../parts/plan-drawing.tsx';
import { Progress } from '../parts/progress.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { SqlText } from '../parts/sql-text.tsx';
import { StateDot } from '../parts/state-dot.tsx';
import { type Tab, Tabs } from '../parts/tabs.tsx';
import { ViewActions } from '../parts/view-actions.tsx';
import { WhyPanel } from '../parts/why-panel.tsx';
import { useServices } from '../services.ts';
import { bytesText, countText, lagText, rateText } from '../state/format.ts';
import { OperatorRates } from '../state/operator-rates.ts';
import { hrefOf } from '../state/route.ts';
import type { Rated } from '../state/status.ts';

/** One view: its rows as they stand, how it is made, and how it is doing. */
export function ViewPanel() {
  const { route, status } = useServices();
  const { name = '' } = route.value;
  const known = status.status.value;
  if (!known) return <Progress text="Waiting for the server" />;
  const rated = known.views.find(({ item }) => item.name === name);
  return rated ? <NamedView key={name} rated={rated} /> : <NoView name={name} />;
}

function NoView({ name }: { name: string }) {
  return (
    <p class="empty tall">
      There is no view called <b>{name}</b>, or no longer. <a href="#/">All views</a> are on the overview; the{' '}
      <a href="#/sql">workbench</a> makes new ones.
    </p>
  );
}

function NamedView({ rated }: { rated: Rated<ViewJson> }) {
  const { item } = rated;
  const { name, kind } = item;
  return (
    <article class="view-page" data-view={name}>
      <header class="page-head">
        <StateDot state={item.state} />
        <h1>{name}</h1>
        <span class="tag">{kind === 'sink' ? 'sink' : item.mode}</span>
        <PinButton name={name} />
        <span class="spacer" />
        <ViewActions view={item} />
      </header>
      {item.error && <Failure error={item.error} />}
      <ViewFigures {...rated} />
      <div class="view-columns">
        {kind === 'view' ? (
          <LiveResult subject={{ view: name }} label={`Rows of ${name}`} title={<h2 class="sr-only">Result</h2>} />
        ) : (
          <section class="panel">
            <p class="empty">A sink hands its rows on and keeps none: there is nothing to show but its plan.</p>
          </section>
        )}
        <section class="panel plan-panel" aria-label="Plan">
          <LivePlan view={item} />
        </section>
      </div>
      <Tabs label={`About ${name}`} tabs={tabsOf(rated)} />
    </article>
  );
}

function tabsOf({ item, rate }: Rated<ViewJson>): readonly Tab[] {
  const { name, counters, plan } = item;
  const changes: Tab = { id: 'changes', title: 'Changes', content: () => <ChangeLog view={name} rate={rate} /> };
  const errors: Tab = {
    id: 'errors',
    title: 'Errors',
    count: counters.errors,
    content: () => <ViewErrors name={name} errors={counters.errors} />,
  };
  const why: Tab = { id: 'why', title: 'Why no output?', content: () => <WhyPanel view={name} /> };
  const isSilent = counters.rowsOut === 0;
  return [
    ...(isSilent ? [why] : []),
    ...(item.kind === 'view' ? [changes] : []),
    ...(isSilent ? [] : [why]),
    { id: 'batches', title: 'Micro-batches', content: () => <BatchTimeline /> },
    { id: 'checkpoints', title: 'Checkpoints', content: () => <Checkpoints /> },
    { id: 'operators', title: 'Operators', content: () => <OperatorTable operators={plan.operators} /> },
    { id: 'sql', title: 'SQL', count: item.warnings.length, content: () => <Statement view={item} /> },
    ...(item.kind === 'view' ? [errors] : []),
  ];
}

function ViewFigures({ item: { watermark, counters }, rate, history }: Rated<ViewJson>) {
  const { rowsIn, rowsOut, late, errors, stateRows, stateBytes, batchMs } = counters;
  return (
    <dl class="view-figures">
      <Figure name="changes" value={rateText(rate)} unit="/s" note={`${countText(rowsOut)} in all`}>
        <Sparkline values={history} />
      </Figure>
      <Figure name="rows in" value={countText(rowsIn)} />
      <Figure name="behind" value={lagText(watermark, Date.now())} note={watermark === null ? 'no watermark' : ''} />
      <Figure name="state" value={bytesText(stateBytes)} note={`${countText(stateRows)} rows`} />
      <Figure name="last batch" value={batchMs.toFixed(1)} unit=" ms" />
      <Figure name="late" value={countText(late)} tone={late > 0 ? 'warn' : ''} />
      <Figure name="errors" value={countText(errors)} tone={errors > 0 ? 'bad' : ''} />
    </dl>
  );
}

function Failure({ error: { code, message, hint } }: { error: NonNullable<ViewJson['error']> }) {
  return (
    <p class="note bad" role="alert">
      <b>{code}</b> {message}
      <em>{hint ?? 'Its state is kept: mend the cause and resume it, or drop it and create it again.'}</em>
    </p>
  );
}

/** The plan with what flows through it at this moment. */
function LivePlan({ view }: { view: ViewJson }) {
  const rates = useRef(new OperatorRates());
  const numbers = useMemo(() => rates.current.read(view, Date.now()), [view]);
  return <PlanDrawing operators={view.plan.operators} numbers={numbers} label={`Plan of ${view.name}`} />;
}

function Statement({ view: { sql, warnings } }: { view: ViewJson }) {
  return (
    <>
      {warnings.map(({ code, message }) => (
        <p class="note" key={message}>
          <b>{code}</b> {message}
        </p>
      ))}
      <SqlText sql={sql} />
      <p class="log-bar">
        <a href={hrefOf({ page: 'sql', name: sql })}>Open in the workbench</a>
      </p>
    </>
  );
}

function ViewErrors({ name, errors }: { name: string; errors: number }) {
  if (errors === 0) {
    return (
      <p class="empty">
        No row failed. A division by nought, an overflow or a failed cast leaves its row out, and stands here with its
        reason.
      </p>
    );
  }
  const sql = `SELECT * FROM "${name.replaceAll('"', '""')}$errors"`;
  return <LiveResult subject={{ sql }} label={`Errors of ${name}`} title={<h2>Rows left out, and why</h2>} />;
}
