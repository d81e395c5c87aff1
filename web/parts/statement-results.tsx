import type { StatementResult } from '../net/statement-result.ts';
import { countText } from '../state/format.ts';
import type { LiveRow } from '../state/live-row.ts';
import { hrefOf } from '../state/route.ts';
import type { Outcome } from '../state/workbench.ts';
import { RowGrid } from './row-grid.tsx';

const ROWS_MAX = 500;

/** What each statement of the last run did. */
export function StatementResults({ outcome: { results, errors } }: { outcome: Outcome }) {
  return (
    <section class="outcomes" aria-label="Results">
      {results.map((result, index) => (
        <div key={index} class="outcome" data-kind={result.kind}>
          <Result result={result} />
        </div>
      ))}
      {errors.length > 0 && results.length > 0 && (
        <p class="note bad">
          The statement after {results.length === 1 ? 'this' : 'these'} failed; what is above stands.
        </p>
      )}
    </section>
  );
}

function Result({ result }: { result: StatementResult }) {
  switch (result.kind) {
    case 'created':
      return <Created {...result} />;
    case 'dropped':
      return (
        <p>{result.dropped.length > 0 ? `Dropped ${result.dropped.join(', ')}` : `There was no ${result.name}`}</p>
      );
    case 'inserted':
      return <Inserted {...result} />;
    case 'explained':
      return <pre class="code plan">{result.plan}</pre>;
    case 'rows':
      return <Rows {...result} />;
  }
}

function Created({ name, statement, exists, warnings }: Extract<StatementResult, { kind: 'created' }>) {
  const isView = statement === 'CREATE MATERIALIZED VIEW';
  return (
    <>
      <p>
        {exists ? 'There was already ' : 'Created '}
        {isView ? <a href={hrefOf({ page: 'view', name })}>{name}</a> : <b>{name}</b>}
      </p>
      {warnings.map(({ code, message }) => (
        <p class="note" key={message}>
          <b>{code}</b> {message}
        </p>
      ))}
    </>
  );
}

function Inserted({ accepted, rejected, errors }: Extract<StatementResult, { kind: 'inserted' }>) {
  return (
    <>
      <p>
        {countText(accepted)} rows accepted
        {rejected > 0 && `, ${countText(rejected)} refused`}
      </p>
      {errors.map(({ row, code, field, message }) => (
        <p class="note bad" key={row}>
          row {row + 1}
          {field !== null && `, ${field}`}: <b>{code}</b> {message}
        </p>
      ))}
    </>
  );
}

function Rows({ columns, rows, epoch }: Extract<StatementResult, { kind: 'rows' }>) {
  const shown = rows.slice(0, ROWS_MAX).map((values, id): LiveRow => ({ id, values, touched: [] }));
  return (
    <>
      <p class="dim">
        {countText(rows.length)} rows{epoch !== null && ` at epoch ${epoch}`}
        {rows.length > ROWS_MAX && `; the first ${ROWS_MAX} are shown`}
      </p>
      {shown.length > 0 && <RowGrid columns={columns} key_={[]} rows={shown} label="Rows of the answer" />}
    </>
  );
}
