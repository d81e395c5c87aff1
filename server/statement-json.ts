import type { RowsAnswer } from '../runtime/engine/engine.ts';
import { unreachable } from '../runtime/errors/assert.ts';
import { columnsJson } from './column-json.ts';
import type { JsonParts } from './json-parts.ts';
import type { StatementResult } from './sql-service.ts';

/** `"results":[...]`, a member of the answer to `/v1/sql`. */
export function resultsMember(results: readonly StatementResult[]): JsonParts {
  return ['"results":[', ...results.flatMap((result, index) => [index === 0 ? '' : ',', ...resultParts(result)]), ']'];
}

function resultParts(result: StatementResult): JsonParts {
  const { statement } = result;
  switch (result.kind) {
    case 'created': {
      const { kind, name, exists, warnings } = result;
      return [JSON.stringify({ statement, kind, name, exists, warnings })];
    }
    case 'dropped':
      return [JSON.stringify({ statement, kind: result.kind, name: result.name, dropped: result.dropped })];
    case 'inserted':
      return [JSON.stringify({ statement, kind: result.kind, ...result.answer })];
    case 'explained':
      return [JSON.stringify({ statement, kind: result.kind, plan: result.plan })];
    case 'rows':
      return [`${JSON.stringify({ statement, kind: result.kind }).slice(0, -1)},`, ...rowsMembers(result.answer), '}'];
    case 'listed': {
      const columns = result.columns.map((name) => ({ name, type: 'STRING', nullable: true }));
      return [JSON.stringify({ statement, kind: 'rows', columns, rows: result.rows, epoch: null })];
    }
    default:
      return unreachable(result);
  }
}

/** `"columns":...,"rows":...,"epoch":...`; the rows are the engine's text. */
export function rowsMembers({ columns, rows, epoch, warnings }: RowsAnswer): JsonParts {
  const after = warnings ? `,"warnings":${JSON.stringify(warnings)}` : '';
  return [`"columns":${JSON.stringify(columnsJson(columns))},"rows":[`, rows, `],"epoch":${epoch}${after}`];
}
