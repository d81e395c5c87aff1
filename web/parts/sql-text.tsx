import type { ErrorJson } from '../../server/protocol.ts';
import { type Segment, segments } from '../sql/segments.ts';

/** SQL to look at. */
export function SqlText({ sql }: { sql: string }) {
  return (
    <pre class="code">
      <SqlSegments sql={withoutIndent(sql)} errors={[]} />
    </pre>
  );
}

/** SQL in its colours, errors underlined at their place. */
export function SqlSegments({ sql, errors }: { sql: string; errors: readonly ErrorJson[] }) {
  return (
    <>
      {segments(sql, errors).map((segment, index) => (
        <span key={index} class={classOf(segment)}>
          {segment.text}
        </span>
      ))}
    </>
  );
}

function classOf({ kind, wrong }: Segment): string {
  return `sql-${kind}${wrong ? ' wrong' : ''}`;
}

/** Statements written inside a program bring its indentation along. */
function withoutIndent(sql: string): string {
  const lines = sql
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '');
  const indent = Math.min(...lines.map((line) => /^ */.exec(line)![0].length));
  return Number.isFinite(indent) ? sql.replaceAll(`\n${' '.repeat(indent)}`, '\n') : sql;
}
