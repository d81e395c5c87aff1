import type { OperatorJson } from '../../server/protocol.ts';
import { bytesText, countText } from '../state/format.ts';

/** The operators of a query in the order in which rows pass them. */
export function OperatorTable({ operators }: { operators: readonly OperatorJson[] }) {
  return (
    <div class="grid-scroll" tabIndex={0} role="region" aria-label="Operators">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">operator</th>
            <th scope="col">from</th>
            <th scope="col" class="figure">
              rows in
            </th>
            <th scope="col" class="figure">
              rows out
            </th>
            <th scope="col" class="figure">
              state
            </th>
            <th scope="col" class="figure">
              time
            </th>
          </tr>
        </thead>
        <tbody>
          {operators.map(({ id, kind, inputs, rowsIn, rowsOut, stateRows, stateBytes, ms }) => (
            <tr key={id}>
              <th scope="row">
                <span class="dim">{id}</span> {kind}
              </th>
              <td class="dim">{inputs.join(', ')}</td>
              <td class="figure">{countText(rowsIn)}</td>
              <td class="figure">{countText(rowsOut)}</td>
              <td class="figure" title={`${countText(stateRows)} rows`}>
                {stateBytes > 0 ? bytesText(stateBytes) : '–'}
              </td>
              <td class="figure">{ms.toFixed(1)} ms</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
