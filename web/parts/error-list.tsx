import type { ErrorJson } from '../../server/protocol.ts';
import { errorSpan } from '../sql/segments.ts';

interface ErrorListProps {
  readonly text: string;
  readonly errors: readonly ErrorJson[];
  /** Goes to the place of an error. */
  readonly onPlace: (start: number, end: number) => void;
}

/** Each error with its place, to click on, and what helps. */
export function ErrorList({ text, errors, onPlace }: ErrorListProps) {
  return (
    <div id="sql-errors" class="errors" role={errors.length > 0 ? 'alert' : undefined}>
      {errors.map((error) => (
        <ErrorLine key={`${error.line}:${error.column}:${error.message}`} error={error} text={text} onPlace={onPlace} />
      ))}
    </div>
  );
}

function ErrorLine({ error, text, onPlace }: Omit<ErrorListProps, 'errors'> & { error: ErrorJson }) {
  const { code, message, hint, line, column } = error;
  const span = errorSpan(text, error);
  return (
    <div class="error" data-code={code}>
      {span && (
        <button type="button" class="place" title="Go there" onClick={() => onPlace(span.start, span.end)}>
          {line}:{column}
        </button>
      )}
      <p>
        <b>{code}</b> {message}
        {hint !== undefined && <em>{hint}</em>}
      </p>
    </div>
  );
}
