import type { Batch } from '../columns/batch.ts';
import type { Column } from '../columns/column.ts';
import { columnBuilder } from '../columns/column-builder.ts';
import { valueAt } from '../columns/value-at.ts';
import { EvaluationError, type EvaluationErrorCode } from '../functions/scalar-function.ts';
import type { Value } from '../types/value.ts';
import { evaluate } from './evaluate.ts';
import { type Expression, typeOf } from './expression.ts';
import type { InputColumn, LoopResult } from './segment-loop.ts';

const NONE: ReadonlyMap<number, Column> = new Map();

/** The segment's loop by the plain evaluator: what the generated loop must agree with. */
export function runPlain(
  filter: Expression | null,
  outputs: readonly Expression[],
  inputs: readonly InputColumn[],
  batch: Batch,
  selection: Int32Array,
): LoopResult {
  const builders = outputs.map((output) => columnBuilder(typeOf(output), batch.length));
  const byCode: Partial<Record<EvaluationErrorCode, number>> = {};
  const values: Value[] = [];
  let kept = 0;
  let count = 0;
  for (let row = 0; row < batch.length; row++) {
    for (const { index, type } of inputs) values[index] = valueAt(batch.columns[index]!, type, row);
    const result = computeRow(filter, outputs, values);
    if (result === null) continue;
    if (typeof result === 'string') {
      byCode[result] = (byCode[result] ?? 0) + 1;
      selection[batch.length - ++count] = row;
      continue;
    }
    builders.forEach((builder, position) => builder.append(result[position]!));
    selection[kept++] = row;
  }
  const computed = builders.map((builder) => builder.finish());
  return { kept, selection, computed, copied: NONE, failed: { count, byCode } };
}

/** The outputs' values; null: filtered out; a code: failed. */
function computeRow(
  filter: Expression | null,
  outputs: readonly Expression[],
  row: readonly Value[],
): readonly Value[] | EvaluationErrorCode | null {
  try {
    if (filter !== null && evaluate(filter, row) !== true) return null;
    return outputs.map((output) => evaluate(output, row));
  } catch (error) {
    if (error instanceof EvaluationError) return error.code;
    throw error;
  }
}
