import type { ViewJson } from '../../server/protocol.ts';
import { countText, rateText } from '../state/format.ts';
import type { Status } from '../state/status.ts';
import { Sparkline } from './sparkline.tsx';

/** The whole server in five figures. */
export function FigureStrip({ status: { views, streams, intake, output } }: { status: Status }) {
  const late = streams.reduce((sum, { item }) => sum + item.rowsLate, 0);
  const refused = streams.reduce((sum, { item }) => sum + item.rowsRejected, 0);
  const running = count(views, 'running');
  const failed = count(views, 'failed');
  return (
    <section class="figures" aria-label="Server">
      <Figure name="rows in" value={rateText(intake.rate)} unit="/s" history={intake.history} />
      <Figure name="changes out" value={rateText(output.rate)} unit="/s" history={output.history} />
      <Figure name="queries running" value={countText(running)} unit={`of ${views.length}`} />
      <Figure name="failed" value={countText(failed)} tone={failed > 0 ? 'bad' : ''} />
      <Figure name="late rows" value={countText(late)} />
      <Figure name="refused rows" value={countText(refused)} tone={refused > 0 ? 'warn' : ''} />
    </section>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly unit?: string;
  readonly tone?: string;
  readonly history?: readonly number[];
}

function Figure({ name, value, unit = '', tone = '', history }: FigureProps) {
  return (
    <div class={`figure-box ${tone}`}>
      <span class="name">{name}</span>
      <span class="value">
        {value}
        <small>{unit}</small>
      </span>
      {history && <Sparkline values={history} />}
    </div>
  );
}

function count(views: Status['views'], state: ViewJson['state']): number {
  return views.filter(({ item }) => item.state === state).length;
}
