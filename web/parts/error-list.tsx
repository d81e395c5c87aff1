import type { ErrorJson } from '../../server/protocol.ts';
import { errorSpan } from '../sql/segments.ts';

/** Each error under the line that it is in, with a caret at its place. */
export function ErrorList({ text, errors }: { text: string; errors: readonly ErrorJson[] }) {
  return (
    <div id="sql-errors" class="errors" role={errors.length > 0 ? 'alert' : undefined}>
      {errors.map((error) => (
        <div key={`${error.line}:${error.column}:${error.message}`} class="error" data-code={error.code}>
          <Excerpt text={text} error={error} />
          <p>
            <b>{error.code}</b> {error.message}
            {error.hint !== undefined && <em>{error.hint}</em>}
          </p>
        </div>
      ))}
    </div>
  );
}

function Excerpt({ text, error }: { text: string; error: ErrorJson }) {
  const span = errorSpan(text, error);
  if (!span || error.line === undefined || error.column === undefined) return null;
  const line = text.split('\n')[error.line - 1]!;
  const number = `${error.line}`;
  const length = Math.max(1, Math.min(span.end - span.start, line.length - error.column + 1));
  return (
    <pre>
      <span class="dim">{`${number} │ `}</span>
      {line}
      {'\n'}
      <span class="dim">{`${' '.repeat(number.length)} │ `}</span>
      {' '.repeat(error.column - 1)}
      <span class="bad">{'^'.repeat(length)}</span>
    </pre>
  );
}
