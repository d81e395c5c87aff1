import { allocateBytes, allocateInts } from '../columns/allocator.ts';
import { type Batch, EMPTY_BATCH } from '../columns/batch.ts';
import type { Column, Validity } from '../columns/column.ts';
import { columnFromBigints } from '../columns/column-builder.ts';
import { gather, gatherHidden } from '../columns/gather.ts';
import { borrowNumbers } from '../columns/slice-pool.ts';
import { unreachable } from '../errors/assert.ts';
import type { EvaluationErrorCode } from '../functions/scalar-function.ts';
import type { DataType } from '../types/data-type.ts';
import { FAILURE_CODES, isExactInteger, LEAVE_NARROW, type Width } from './code-writer.ts';
import { type CompiledFunction, compileFunction } from './compile-function.ts';
import { type Expression, partsOf, typeOf } from './expression.ts';
import { type GeneratedSegment, generateSegment, type InputShape } from './generate.ts';
import { runPlain } from './plain-segment.ts';
import { type FailedRows, type InputColumn, type LoopResult, NO_FAILURES } from './segment-loop.ts';

/**
 * A fused stateless piece of a dataflow: keeps the rows whose filter is TRUE and computes columns. A row that cannot
 * be computed (division by zero, overflow, failed cast) is left out and counted; whether it can depends on the row's
 * values alone, so its later deletion is left out equally.
 */
export interface Segment {
  run(batch: Batch): SegmentResult;
}

export interface SegmentResult {
  /** The kept rows with the projected columns, and with their weights, ordinals and watermarks. */
  readonly batch: Batch;
  readonly failed: FailedRows;
  /** Positions in the batch of the rows that failed, ascending. */
  readonly failedRows: Int32Array;
}

const NO_ROWS = allocateInts(0);
const EMPTY_RESULT: SegmentResult = { batch: EMPTY_BATCH, failed: NO_FAILURES, failedRows: NO_ROWS };

export interface SegmentOptions {
  /** `plain`: row by row without generated code, as where the process forbids code generation. Default: `generated`. */
  readonly mode?: 'generated' | 'plain';
}

/** Columns the segment computes; a bare column of the input is passed on instead. */
export function openSegment(
  filter: Expression | null,
  project: readonly Expression[],
  options: SegmentOptions = {},
): Segment {
  if (filter === null && project.every(({ kind }) => kind === 'column')) return new PassThroughSegment(project);
  return new ComputingSegment(filter, project, options);
}

class PassThroughSegment implements Segment {
  readonly #indexes: readonly number[];

  constructor(project: readonly Expression[]) {
    this.#indexes = project.flatMap((each) => (each.kind === 'column' ? [each.index] : []));
  }

  run(batch: Batch): SegmentResult {
    if (batch.length === 0 && batch.columns.length === 0) return EMPTY_RESULT;
    const columns = this.#indexes.map((index) => batch.columns[index]!);
    return { batch: { ...batch, columns }, failed: NO_FAILURES, failedRows: NO_ROWS };
  }
}

/** After a batch that had to leave the narrow variant, so many go to the wide one at once. */
const WIDE_BATCHES = 16;

class ComputingSegment implements Segment {
  readonly #filter: Expression | null;
  readonly #project: readonly Expression[];
  readonly #computed: readonly Expression[];
  /** Bare columns of the projection, where rows are filtered. */
  readonly #passed: readonly InputColumn[];
  readonly #inputs: readonly InputColumn[];
  readonly #variants = new Map<string, Variant | null>();
  #mode: 'generated' | 'plain';
  #selection = allocateInts(0);
  #wideBatches = 0;

  constructor(filter: Expression | null, project: readonly Expression[], options: SegmentOptions) {
    this.#filter = filter;
    this.#project = project;
    this.#computed = project.filter(({ kind }) => kind !== 'column');
    this.#passed = filter === null ? [] : inputColumns(project.filter(({ kind }) => kind === 'column'));
    this.#inputs = inputColumns(filter === null ? this.#computed : [filter, ...this.#computed]);
    this.#mode = options.mode ?? 'generated';
  }

  run(batch: Batch): SegmentResult {
    // EMPTY_BATCH has no columns to look at.
    if (batch.length === 0 && batch.columns.length === 0) return EMPTY_RESULT;
    const { kept, selection, computed, copied, failed } = this.#loop(batch);
    const all = kept === batch.length;
    let next = 0;
    const columns = this.#project.map((each) => {
      if (each.kind !== 'column') return computed[next++]!;
      const column = batch.columns[each.index]!;
      return all ? column : (copied.get(each.index) ?? gather(column, selection, kept));
    });
    const { weights, ordinals, watermarks } = all ? batch : gatherHidden(batch, selection, kept);
    const failedRows =
      failed.count === 0 ? NO_ROWS : selection.slice(batch.length - failed.count, batch.length).reverse();
    return { batch: { length: kept, columns, weights, ordinals, watermarks }, failed, failedRows };
  }

  #loop(batch: Batch): LoopResult {
    if (this.#selection.length < batch.length) this.#selection = allocateInts(batch.length);
    if (this.#mode === 'plain') return this.#plain(batch);
    const narrow = this.#mayBeNarrow(batch) ? this.#generated(batch, 'narrow') : null;
    return narrow ?? this.#wide(batch);
  }

  #plain(batch: Batch): LoopResult {
    return runPlain(this.#filter, this.#computed, this.#inputs, batch, this.#selection);
  }

  #mayBeNarrow(batch: Batch): boolean {
    if (this.#wideBatches > 0) {
      this.#wideBatches--;
      return false;
    }
    return this.#inputs.every(({ index }) => batch.columns[index]!.rep !== 'wide');
  }

  #wide(batch: Batch): LoopResult {
    return this.#generated(batch, 'wide') ?? this.#plain(batch);
  }

  /** null: the batch does not fit the narrow variant, or no code may be generated here. */
  #generated(batch: Batch, width: Width): LoopResult | null {
    const variant = this.#variant(batch, width);
    const result = variant?.run(batch, this.#selection) ?? null;
    if (variant !== null && result === null) this.#wideBatches = WIDE_BATCHES;
    return result;
  }

  #variant(batch: Batch, width: Width): Variant | null {
    let key: string = width;
    for (const { index } of this.#inputs) key += shapeKey(batch.columns[index]!);
    for (const { index } of this.#passed) key += shapeKey(batch.columns[index]!);
    const known = this.#variants.get(key);
    if (known !== undefined) return known;
    const fresh = this.#open(batch, width);
    this.#variants.set(key, fresh);
    return fresh;
  }

  #open(batch: Batch, width: Width): Variant | null {
    const copied = width === 'narrow' ? this.#passed.filter(({ index }) => isPlainNumbers(batch.columns[index]!)) : [];
    const copies = copied.map(({ index, type }): Expression => ({ kind: 'column', index, type, nullable: false }));
    const outputs = [...this.#computed, ...copies];
    const inputs = inputColumns([...(this.#filter === null ? [] : [this.#filter]), ...outputs]);
    const shapes = inputs.map(({ index }) => shapeOf(batch.columns[index]!, index));
    const generated = generateSegment(this.#filter, outputs, shapes, width);
    if (generated === null) return null;
    try {
      return new Variant(generated, shapes, outputs, copied, width);
    } catch (error) {
      // The process forbids code from text (--disallow-code-generation-from-strings).
      if (!(error instanceof EvalError)) throw error;
      this.#mode = 'plain';
      return null;
    }
  }
}

/** The columns that the expressions read, each once. */
export function inputColumns(expressions: readonly Expression[]): readonly InputColumn[] {
  const found = new Map<number, InputColumn>();
  for (const expression of expressions) collectColumns(expression, found);
  return [...found.values()];
}

function collectColumns(expression: Expression, found: Map<number, InputColumn>): void {
  if (expression.kind === 'column') found.set(expression.index, { index: expression.index, type: expression.type });
  for (const part of partsOf(expression)) collectColumns(part, found);
}

/** What the loop copies along with what it computes: that is cheaper than gathering by the selection afterwards. */
function isPlainNumbers(column: Column): boolean {
  return column.rep === 'number' && column.valid === null;
}

function shapeOf(column: Column, index: number): InputShape {
  return { index, rep: column.rep, nulls: column.valid !== null };
}

function shapeKey(column: Column): string {
  return column.valid === null ? `|${column.rep}` : `|${column.rep}?`;
}

/** Generated functions by their text: queries of one shape share them. */
const compiled = new Map<string, CompiledFunction>();
/** Beyond this the oldest texts are forgotten (and made again if they come back). */
const COMPILED_MAX = 2000;

function compileOnce({ parameters, body }: GeneratedSegment): CompiledFunction {
  const key = `${parameters.join()}\n${body}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const fresh = compileFunction(parameters, body);
  if (compiled.size >= COMPILED_MAX) compiled.delete(compiled.keys().next().value!);
  compiled.set(key, fresh);
  return fresh;
}

/** The generated loop for one shape of batches. */
class Variant {
  readonly #function: CompiledFunction;
  readonly #generated: GeneratedSegment;
  readonly #shapes: readonly InputShape[];
  readonly #types: readonly DataType[];
  /** The columns that the last outputs are copies of. */
  readonly #copied: readonly InputColumn[];
  readonly #width: Width;
  readonly #counters: Int32Array;

  constructor(
    generated: GeneratedSegment,
    shapes: readonly InputShape[],
    outputs: readonly Expression[],
    copied: readonly InputColumn[],
    width: Width,
  ) {
    this.#function = compileOnce(generated);
    this.#generated = generated;
    this.#shapes = shapes;
    this.#types = outputs.map(typeOf);
    this.#copied = copied;
    this.#width = width;
    this.#counters = allocateInts(FAILURE_CODES.length + outputs.length);
  }

  /** null: an exact result is no safe integer. */
  run(batch: Batch, selection: Int32Array): LoopResult | null {
    const counters = this.#counters.fill(0);
    const args: unknown[] = [batch.length, counters, selection];
    for (const { index } of this.#shapes) pushCells(args, batch.columns[index]!);
    const outputs = this.#types.map((type, position) => {
      return outputCells(type, this.#generated.nullable[position]!, this.#width, batch.length);
    });
    for (const { cells, valid } of outputs) args.push(...(valid === null ? [cells] : [cells, valid]));
    const kept = this.#function(...args, ...this.#generated.constants) as number;
    if (kept === LEAVE_NARROW) return null;
    const finished = outputs.map((output, position) => {
      return finishOutput(output, kept, counters[FAILURE_CODES.length + position]! > 0);
    });
    const computed = finished.length - this.#copied.length;
    const copied = new Map(this.#copied.map(({ index }, at) => [index, finished[computed + at]!]));
    return { kept, selection, computed: finished.slice(0, computed), copied, failed: failures(counters) };
  }
}

function pushCells(args: unknown[], column: Column): void {
  if (column.rep === 'utf8') args.push(column.bytes, column.starts, column.lengths);
  else args.push(column.values);
  if (column.valid !== null) args.push(column.valid);
}

interface Output {
  readonly kind: 'boolean' | 'number' | 'bigint' | 'string';
  readonly cells: Uint8Array | Float64Array | bigint[] | string[];
  readonly valid: Validity;
}

function outputCells(type: DataType, nullable: boolean, width: Width, length: number): Output {
  const valid = nullable ? allocateBytes(length) : null;
  if (type.kind === 'boolean') return { kind: 'boolean', cells: allocateBytes(length), valid };
  if (type.kind === 'string' || type.kind === 'json')
    return { kind: 'string', cells: new Array<string>(length), valid };
  if (isExactInteger(type) && width === 'wide') return { kind: 'bigint', cells: new Array<bigint>(length), valid };
  return { kind: 'number', cells: borrowNumbers(length), valid };
}

function finishOutput({ kind, cells, valid }: Output, kept: number, nulls: boolean): Column {
  const validity = nulls ? valid : null;
  switch (kind) {
    case 'boolean':
      return { rep: 'boolean', values: cells as Uint8Array, valid: validity };
    case 'number':
      return { rep: 'number', values: cells as Float64Array, valid: validity };
    case 'string':
      return { rep: 'string', values: (cells as string[]).slice(0, kept), valid: validity };
    case 'bigint':
      return columnFromBigints((cells as bigint[]).slice(0, kept), validity);
    default:
      return unreachable(kind);
  }
}

function failures(counters: Int32Array): FailedRows {
  let count = 0;
  const byCode: Partial<Record<EvaluationErrorCode, number>> = {};
  FAILURE_CODES.forEach((code, index) => {
    if (counters[index]! === 0) return;
    byCode[code] = counters[index]!;
    count += counters[index]!;
  });
  return count === 0 ? NO_FAILURES : { count, byCode };
}
