import type { CellJson, RowErrorJson, StreamJson } from '../../server/protocol.ts';
import { plainText } from '../state/cell-order.ts';
import { cellFormat, cellText, timeText } from '../state/format.ts';
import type { LateRows, TriedStep } from '../state/trial-bench.ts';

interface TrialStepRowsProps {
  readonly step: TriedStep;
  readonly streams: readonly StreamJson[];
}

/** What went into a batch: refused rows with the reason beside them, late ones with how late they were. */
export function TrialStepRows({ step, streams }: TrialStepRowsProps) {
  const given = streams.filter(({ name }) => step.rows[name]);
  return (
    <section class="step-side" aria-label="Rows in">
      <h3>Rows in</h3>
      {given.length === 0 && (
        <p class="empty">{step.end ? 'All streams end here: every window closes.' : 'No row came with this batch.'}</p>
      )}
      {given.map((stream) => (
        <Given key={stream.name} stream={stream} step={step} />
      ))}
    </section>
  );
}

function Given({ stream: { name, columns }, step }: { stream: StreamJson; step: TriedStep }) {
  const rows = step.rows[name] ?? [];
  const { rejected = 0, errors = [] } = step.inserted[name] ?? {};
  const late = step.late[name];
  const formats = columns.map((column) => cellFormat(column, []));
  return (
    <>
      <p class="step-stream">
        <b>{name}</b> <span class="dim">{rows.length} given</span>
        {rejected > 0 && <span class="bad"> {rejected} refused</span>}
        {late && <span class="warn"> {late.rows.length} late</span>}
      </p>
      <div class="grid-scroll log" tabIndex={0} role="region" aria-label={`Rows into ${name}`}>
        <table>
          <thead>
            <tr>
              {columns.map(({ name: column, type }, at) => (
                <th key={column} scope="col" title={type} class={formats[at]!.numeric ? 'figure' : ''}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, place) => (
              <GivenRow
                key={place}
                row={row.value}
                columns={columns}
                error={errors.find((error) => error.row === place)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {late && <Late late={late} />}
    </>
  );
}

interface GivenRowProps {
  readonly row: unknown;
  readonly columns: StreamJson['columns'];
  readonly error: RowErrorJson | undefined;
}

function GivenRow({ row, columns, error }: GivenRowProps) {
  const values = valuesOf(row);
  return (
    <>
      <tr class={error ? 'refused-row' : ''}>
        {values ? (
          columns.map((column) => {
            const format = cellFormat(column, []);
            const value = values[column.name] ?? null;
            // What is no time of this type is shown as it was written.
            const text = format.time && typeof value !== 'string' ? plainText(value) : cellText(value, format);
            return (
              <td key={column.name} class={format.numeric ? 'figure' : ''}>
                {value === null ? <span class="dim">null</span> : text}
              </td>
            );
          })
        ) : (
          <td colSpan={columns.length}>{typeof row === 'string' ? row : JSON.stringify(row)}</td>
        )}
      </tr>
      {error && (
        <tr class="reason">
          <td colSpan={columns.length}>
            {error.field !== null && <b>{error.field}</b>} {error.message} <span class="tag">{error.code}</span>
          </td>
        </tr>
      )}
    </>
  );
}

/** The row itself, or the one behind a change of a database. */
function valuesOf(row: unknown): Readonly<Record<string, CellJson>> | null {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return null;
  const { op, after, before } = row as Readonly<Record<string, unknown>>;
  if (typeof op === 'string' && (after ?? before)) return valuesOf(after ?? before);
  return row as Readonly<Record<string, CellJson>>;
}

function Late({ late: { columns, rows } }: { late: LateRows }) {
  const at = (name: string): number => columns.findIndex((column) => column.name === name);
  const [by, mark] = [at('late_by'), at('watermark')];
  return (
    <ul class="late-rows">
      {rows.map((row, place) => (
        <li class="note" key={place}>
          <b>LATE</b> by {Number(row[by]) / 1000} s: the watermark stood at {timeText(plainText(row[mark] ?? ''))}{' '}
          <code>
            {row
              .slice(0, Math.min(by, mark))
              .map((value) => plainText(value))
              .join(' · ')}
          </code>
        </li>
      ))}
    </ul>
  );
}
