import type { Column } from '../columns/column.ts';
import { valueAt } from '../columns/value-at.ts';
import { assert } from '../errors/assert.ts';
import { CLOCK_FIELD } from '../expressions/clock-column.ts';
import { diagnose } from '../expressions/diagnose.ts';
import type { Expression } from '../expressions/expression.ts';
import { rowJson } from '../formats/row-json.ts';
import { describeExpression } from '../plan/describe-expression.ts';
import type { Field } from '../types/schema.ts';
import type { Failure } from './failure-log.ts';

/** Says why a row that a segment left out cannot be computed. `fields`: of the segment's input. */
export class SegmentFailures {
  readonly #expressions: readonly Expression[];
  readonly #fields: readonly Field[];
  readonly #names: readonly string[];
  /** What came in: the clock is no part of the row. */
  readonly #rowFields: readonly Field[];

  constructor(filter: Expression | null, project: readonly Expression[], fields: readonly Field[]) {
    this.#expressions = filter === null ? project : [filter, ...project];
    this.#fields = fields;
    this.#names = fields.map(({ name }) => name);
    this.#rowFields = fields.filter((field) => field !== CLOCK_FIELD);
  }

  of(columns: readonly Column[], row: number): Failure {
    const values = this.#fields.map(({ type }, column) => valueAt(columns[column]!, type, row));
    const found = diagnose(this.#expressions, values);
    assert(found !== null, 'a row that a segment left out can be computed');
    const message = `${found.error.message} in ${describeExpression(found.culprit, this.#names)}`;
    return { code: found.error.code, message, row: rowJson(this.#rowFields, columns, row) };
  }
}
