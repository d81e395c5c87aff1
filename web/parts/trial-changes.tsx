import type { ChangeRow, ColumnJson } from '../../server/protocol.ts';
import { cellFormat, cellText, countText } from '../state/format.ts';

const SHOWN = 500;

interface TrialChangesProps {
  readonly changes: readonly ChangeRow[];
  readonly columns: readonly ColumnJson[];
}

/** What a batch changed in the result. */
export function TrialChanges({ changes, columns }: TrialChangesProps) {
  const shown = changes.slice(0, SHOWN);
  const formats = columns.map((column, at) =>
    cellFormat(
      column,
      shown.map((change) => change[at + 1] ?? null),
    ),
  );
  const added = changes.filter(([op]) => op === '+').length;
  return (
    <section class="step-side" aria-label="Changes out">
      <h3>
        Changes out
        {added > 0 && <span class="good"> +{countText(added)}</span>}
        {changes.length > added && <span class="bad"> −{countText(changes.length - added)}</span>}
      </h3>
      {changes.length === 0 ? (
        <p class="empty">This batch changed nothing.</p>
      ) : (
        <div class="grid-scroll log" tabIndex={0} role="region" aria-label="Changes of this batch">
          <table>
            <thead>
              <tr>
                <th scope="col">
                  <span class="sr-only">inserted or deleted</span>
                </th>
                {columns.map(({ name, type }, at) => (
                  <th key={name} scope="col" title={type} class={formats[at]!.numeric ? 'figure' : ''}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map(([op, ...values], place) => (
                <tr key={place}>
                  <td>
                    <span class={`op ${op === '+' ? 'good' : 'bad'}`}>{op === '+' ? '+' : '−'}</span>
                  </td>
                  {values.map((value, at) => (
                    <td key={at} class={formats[at]!.numeric ? 'figure' : ''}>
                      {cellText(value, formats[at]!)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {changes.length > SHOWN && <p class="dim step-more">and {countText(changes.length - SHOWN)} more</p>}
    </section>
  );
}
