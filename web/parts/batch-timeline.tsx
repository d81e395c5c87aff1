import { useState } from 'preact/hooks';
import type { BatchJson, CheckpointJson } from '../../server/protocol.ts';
import { useServices } from '../services.ts';
import { bytesText, countText, rateText, timeText } from '../state/format.ts';
import { batchFigures, checkpointFigures, type Stage, STAGES, totalMs } from '../state/stage-figures.ts';
import { AnswerState } from './answer-state.tsx';
import { Fact } from './fact.tsx';
import { usePolled } from './use-polled.ts';

const READ_EVERY_MS = 1000;
const SHOWN = 96;
const HEIGHT = 120;
const SERIES: Readonly<Record<Stage, number>> = { poll: 8, decode: 2, compute: 1, encode: 6, commit: 3, publish: 7 };

/** The last micro-batches of the server, each a column of what its stages took. */
export function BatchTimeline() {
  const { api } = useServices();
  const answer = usePolled(() => api.batches(), READ_EVERY_MS, 'batches');
  if (answer?.kind !== 'ok') return <AnswerState answer={answer} what="its micro-batches" />;
  const { batches } = answer.value;
  if (batches.length === 0) return <p class="empty">No micro-batch has run yet: one runs as soon as a row comes.</p>;
  return <Timeline batches={batches} />;
}

function Timeline({ batches }: { batches: readonly BatchJson[] }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const shown = batches.slice(-SHOWN);
  const figures = batchFigures(batches);
  const top = Math.max(figures.p99, 0.5) * 1.1;
  const detail = shown.find(({ epoch }) => epoch === chosen) ?? shown.at(-1)!;
  return (
    <div class="timeline">
      <dl class="facts">
        <Fact name="batches/s" value={rateText(figures.perSecond)} />
        <Fact name="rows per batch" value={figures.rowsPerBatch.toFixed(1)} />
        <Fact name="half take at most" value={`${figures.p50.toFixed(1)} ms`} />
        <Fact name="99 % at most" value={`${figures.p99.toFixed(1)} ms`} />
      </dl>
      <div class="columns-of" role="img" aria-label={`The last ${shown.length} micro-batches, ms by stage`}>
        {shown.map((batch) => (
          <span
            key={batch.epoch}
            class={batch === detail ? 'chosen' : ''}
            style={{ height: `${HEIGHT}px` }}
            onPointerEnter={() => setChosen(batch.epoch)}
            onPointerLeave={() => setChosen(null)}
          >
            {STAGES.map((stage) => (
              <i
                key={stage}
                style={{
                  height: `${Math.min(1, batch.ms[stage] / top) * 100}%`,
                  background: `var(--series-${SERIES[stage]})`,
                }}
              />
            ))}
          </span>
        ))}
      </div>
      <BatchDetail batch={detail} isNewest={detail.epoch === shown.at(-1)!.epoch} />
      <p class="dim">
        All queries of the server together; a batch begins as soon as the one before is handed to the store.
      </p>
    </div>
  );
}

function BatchDetail({ batch, isNewest }: { batch: BatchJson; isNewest: boolean }) {
  return (
    <div class="legend">
      <b>
        {isNewest ? 'Newest: ' : ''}epoch {batch.epoch}
      </b>
      <span>{timeText(batch.at)}</span>
      <span>
        {countText(batch.rowsIn)} rows in, {countText(batch.rowsOut)} changes out, {totalMs(batch).toFixed(1)} ms
      </span>
      {STAGES.map((stage) => (
        <span key={stage}>
          <i style={{ background: `var(--series-${SERIES[stage]})` }} aria-hidden="true" />
          {stage} <b>{batch.ms[stage].toFixed(1)}</b>
        </span>
      ))}
    </div>
  );
}

/** The last commits: what each wrote, and how long that took. */
export function Checkpoints() {
  const { api } = useServices();
  const answer = usePolled(() => api.checkpoints(), READ_EVERY_MS, 'checkpoints');
  if (answer?.kind !== 'ok') return <AnswerState answer={answer} what="its checkpoints" />;
  const { checkpoints } = answer.value;
  if (checkpoints.length === 0) return <p class="empty">Nothing was committed yet.</p>;
  return <Commits checkpoints={checkpoints} />;
}

function Commits({ checkpoints }: { checkpoints: readonly CheckpointJson[] }) {
  const shown = checkpoints.slice(-SHOWN);
  const figures = checkpointFigures(checkpoints);
  const most = Math.max(...shown.map(({ bytes }) => bytes), 1);
  const newest = shown.at(-1)!;
  return (
    <div class="timeline">
      <dl class="facts">
        <Fact name="commits/s" value={rateText(figures.perSecond)} />
        <Fact name="written/s" value={bytesText(Math.round(figures.bytesPerSecond))} />
        <Fact name="half take at most" value={`${figures.p50.toFixed(1)} ms`} />
        <Fact name="99 % at most" value={`${figures.p99.toFixed(1)} ms`} />
        <Fact name="newest" value={`epoch ${newest.epoch}, ${bytesText(newest.bytes)}, ${newest.ms.toFixed(1)} ms`} />
      </dl>
      <div class="columns-of" role="img" aria-label={`Bytes of the last ${shown.length} commits`}>
        {shown.map(({ epoch, at, bytes, ms }) => (
          <span
            key={epoch}
            style={{ height: `${HEIGHT}px` }}
            title={`epoch ${epoch}, ${timeText(at)}: ${bytesText(bytes)} in ${ms.toFixed(1)} ms`}
          >
            <i style={{ height: `${(bytes / most) * 100}%`, background: 'var(--series-3)' }} />
          </span>
        ))}
      </div>
      <p class="dim">
        Every commit is a checkpoint: rows, state, positions and changes of one epoch in one transaction.
      </p>
    </div>
  );
}
