import { countText, rateText } from '../state/format.ts';
import { healthOf } from '../state/health.ts';
import { hrefOf } from '../state/route.ts';
import type { Status } from '../state/status.ts';
import { SlidingArea } from './sliding-area.tsx';

/** The whole server at a glance: what comes in, what goes out, whether all is well. */
export function FigureStrip({ status }: { status: Status }) {
  const { streams, views, intake, output } = status;
  const late = streams.reduce((sum, { item }) => sum + item.rowsLate, 0);
  const refused = streams.reduce((sum, { item }) => sum + item.rowsRejected, 0);
  const errors = views.reduce((sum, { item }) => sum + item.counters.errors, 0);
  return (
    <section class="figures" aria-label="Server">
      <Flow
        name="Rows in"
        rate={intake.rate}
        history={intake.history}
        total={sum(streams.map(({ item }) => item.rowsIn))}
      />
      <Flow
        name="Changes out"
        rate={output.rate}
        history={output.history}
        total={sum(views.map(({ item }) => item.counters.rowsOut))}
      />
      <div class="figure-list">
        <HealthLine status={status} />
        <dl>
          <Count name="queries" value={countText(views.length)} />
          <Count name="streams" value={countText(streams.length)} />
          <Count name="late" value={countText(late)} />
          <Count name="refused" value={countText(refused)} tone={refused > 0 ? 'warn' : ''} />
          <Count name="errors" value={countText(errors)} tone={errors > 0 ? 'bad' : ''} />
        </dl>
      </div>
    </section>
  );
}

interface FlowProps {
  readonly name: string;
  readonly rate: number;
  readonly history: readonly number[];
  readonly total: number;
}

function Flow({ name, rate, history, total }: FlowProps) {
  return (
    <div class="figure-flow">
      <SlidingArea values={history} />
      <span class="name">{name}</span>
      <span class="value">
        {rateText(rate)}
        <small>/s</small>
      </span>
      <span class="total">{countText(total)} in all</span>
    </div>
  );
}

function HealthLine({ status }: { status: Status }) {
  const { tone, sentence, view } = healthOf(status, Date.now());
  return (
    <p class={`health ${tone}`} role="status">
      <i aria-hidden="true" />
      {view === null ? sentence : <a href={hrefOf({ page: 'view', name: view })}>{sentence}</a>}
    </p>
  );
}

function Count({ name, value, tone = '' }: { name: string; value: string; tone?: string }) {
  return (
    <div class={tone}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
