import * as z from 'zod/mini';
import type {
  BatchFrame,
  ColumnJson,
  EndFrame,
  ErrorFrame,
  ErrorJson,
  InsertedFrame,
  OperatorJson,
  OperatorTextJson,
  ProblemJson,
  ProgressFrame,
  ResetFrame,
  RowErrorJson,
  SchemaFrame,
  StreamJson,
  ValidationJson,
  ViewJson,
  WhyJson,
} from '../protocol.ts';

/**
 * What calls answer, for /openapi.json and the tests. The types of protocol.ts, which the console uses too, hold each
 * schema to its word; only whoever asks for the document loads this file.
 */
const count = z.int().check(z.minimum(0));
const watermark = z.nullable(
  z.string().check(z.describe('ISO text; null before the first row, `end` after the end of the stream')),
);
const mode = z.enum(['append', 'upsert', 'retract']);
const cells = z.array(z.unknown());
const warnings = z.array(z.object({ code: z.string(), message: z.string() }));

const Column = z.object({
  name: z.string(),
  type: z.string(),
  nullable: z.boolean(),
}) satisfies z.ZodMiniType<ColumnJson>;

const TextError = z.object({
  code: z.string(),
  message: z.string(),
  line: z.exactOptional(count),
  column: z.exactOptional(count),
  length: z.exactOptional(count),
  hint: z.exactOptional(z.string()),
  row: z.exactOptional(count),
  field: z.exactOptional(z.nullable(z.string())),
}) satisfies z.ZodMiniType<ErrorJson>;

const RowError = z.object({
  row: count.check(z.describe('Place of the row in the body, from 0')),
  code: z.string(),
  field: z.nullable(z.string()),
  message: z.string(),
}) satisfies z.ZodMiniType<RowErrorJson>;

const Stream = z.object({
  name: z.string(),
  kind: z.enum(['stream', 'table', 'bag']),
  columns: z.array(Column),
  key: z.array(z.string()),
  watermark,
  rowsIn: count,
  rowsLate: count,
  rowsRejected: count,
  bytes: count,
  connector: z.string(),
  retention: z.string(),
}) satisfies z.ZodMiniType<StreamJson>;

const OperatorText = z.object({
  id: count,
  kind: z.string(),
  inputs: z.array(count).check(z.describe('Ids of the operators that it reads')),
  text: z.string().check(z.describe('What it does, as EXPLAIN says it')),
  mode: mode.check(z.describe('How rows leave it')),
  key: z
    .nullable(z.array(z.string()))
    .check(z.describe('Columns that identify a row; null: none do, []: there is one')),
  watermarkColumn: z.nullable(z.string()).check(z.describe('The column that the watermark bounds')),
  state: z.nullable(z.string()).check(z.describe('What it keeps, in words; null: nothing')),
}) satisfies z.ZodMiniType<OperatorTextJson>;

const Operator = z.extend(OperatorText, {
  rowsIn: count,
  rowsOut: count,
  stateRows: count,
  stateBytes: count,
  ms: z.number(),
}) satisfies z.ZodMiniType<OperatorJson>;

const View = z.object({
  name: z.string(),
  kind: z.enum(['view', 'sink']),
  state: z.enum(['running', 'backfilling', 'paused', 'failed']),
  error: z.nullable(TextError),
  sql: z.string(),
  columns: z.array(Column),
  key: z.array(z.string()),
  mode,
  watermark,
  position: count,
  counters: z.object({
    rowsIn: count,
    rowsOut: count,
    late: count,
    errors: count,
    stateRows: count,
    stateBytes: count,
    batchMs: z.number(),
  }),
  warnings,
  plan: z.object({ operators: z.array(Operator) }),
}) satisfies z.ZodMiniType<ViewJson>;

const Validation = z.object({
  ok: z.boolean(),
  columns: z.array(Column),
  key: z.array(z.string()),
  mode: z.nullable(mode),
  plan: z.nullable(z.string()),
  operators: z.array(OperatorText).check(z.describe('The plan as data; empty where nothing would run')),
  warnings,
  errors: z.array(TextError),
}) satisfies z.ZodMiniType<ValidationJson>;

const inserted = {
  accepted: count,
  rejected: count,
  ordinal: z.nullable(count).check(z.describe('Of the last accepted row in the order over all streams')),
  epoch: z.nullable(count).check(z.describe('null while the rows are durable but not yet processed')),
  errors: z.array(RowError),
};

const rows = {
  columns: z.array(Column),
  rows: z.array(cells),
  epoch: z.nullable(count).check(z.describe('null for SHOW and DESCRIBE')),
};

const StatementResult = z.discriminatedUnion('kind', [
  z.object({ statement: z.string(), kind: z.literal('created'), name: z.string(), exists: z.boolean(), warnings }),
  z.object({ statement: z.string(), kind: z.literal('dropped'), name: z.string(), dropped: z.array(z.string()) }),
  z.object({ statement: z.string(), kind: z.literal('inserted'), ...inserted }),
  z.object({ statement: z.string(), kind: z.literal('explained'), plan: z.string() }),
  z.object({
    statement: z.string(),
    kind: z.literal('rows'),
    ...rows,
    warnings: z.optional(warnings).check(z.describe('What could not be computed, and is left out')),
  }),
]);

const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  errors: z.exactOptional(z.array(TextError)),
  results: z.exactOptional(z.array(StatementResult)).check(z.describe('Of /v1/sql: the statements that stand')),
}) satisfies z.ZodMiniType<ProblemJson>;

const id = z.string();
const change = z.array(z.unknown()).check(z.describe('`["+", ...values]` or `["-", ...values]`'));

const Frame = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('schema'),
    id,
    instance: z.string(),
    columns: z.array(Column),
    key: z.array(z.string()),
    mode,
  }) satisfies z.ZodMiniType<SchemaFrame>,
  z.object({
    type: z.literal('batch'),
    id,
    epoch: count,
    seq: z.exactOptional(count),
    watermark,
    rows: z.array(change),
    more: z.exactOptional(z.literal(true)),
    snapshot: z.exactOptional(z.literal(true)),
    snapshotEnd: z.exactOptional(z.literal(true)),
    fromSeq: z.exactOptional(count),
  }) satisfies z.ZodMiniType<Omit<BatchFrame, 'rows'>>,
  z.object({
    type: z.literal('progress'),
    id,
    epoch: count,
    watermark,
    seq: count,
  }) satisfies z.ZodMiniType<ProgressFrame>,
  z.object({
    type: z.literal('reset'),
    id,
    reason: z.string(),
    instance: z.string(),
  }) satisfies z.ZodMiniType<ResetFrame>,
  z.object({
    type: z.literal('error'),
    id: z.exactOptional(id),
    code: z.string(),
    message: z.string(),
    line: z.exactOptional(count),
    column: z.exactOptional(count),
    hint: z.exactOptional(z.string()),
  }) satisfies z.ZodMiniType<ErrorFrame>,
  z.object({
    type: z.literal('end'),
    id,
    reason: z.enum(['dropped', 'failed', 'shutdown']),
  }) satisfies z.ZodMiniType<EndFrame>,
]);

const InsertedFrameSchema = z.object({
  type: z.literal('inserted'),
  ref: z.exactOptional(z.union([z.string(), z.number()])),
  ...inserted,
}) satisfies z.ZodMiniType<InsertedFrame>;

const ms = z.number().check(z.minimum(0));

const Batch = z.object({
  epoch: count,
  at: z.string(),
  rowsIn: count,
  rowsOut: count,
  ms: z.object({ poll: ms, decode: ms, compute: ms, encode: ms, commit: ms, publish: ms }),
});

const Checkpoint = z.object({ epoch: count, at: z.string(), bytes: count, ms });

const Why = z.object({
  name: z.string(),
  state: z.enum(['running', 'backfilling', 'paused', 'failed']),
  sentences: z.array(z.string()),
  seq: count,
  watermark,
  heldBackBy: z.nullable(z.object({ relation: z.string(), partition: z.nullable(z.string()) })),
  nextWindow: z.nullable(z.object({ operator: count, end: watermark, missingMs: z.nullable(z.number()) })),
  inputs: z.array(
    z.object({
      relation: z.string(),
      kind: z.enum(['stream', 'table', 'view', 'errors']),
      timed: z.boolean(),
      watermark,
      rowsIn: count,
      rowsLate: count,
      rowsRejected: count,
      delayMs: z.number(),
      idleTimeoutMs: z.nullable(z.number()),
      partitions: z.array(
        z.object({ name: z.string(), watermark, lastRowAt: z.nullable(z.string()), idle: z.boolean() }),
      ),
    }),
  ),
  operators: z.array(
    z.object({
      id: count,
      kind: z.string(),
      text: z.string(),
      rowsIn: count,
      rowsOut: count,
      filtered: count,
      late: count,
      failed: count,
      waiting: count,
      unmatched: z.array(z.nullable(count)),
    }),
  ),
}) satisfies z.ZodMiniType<WhyJson>;

const TryResult = z.object({
  columns: z.array(Column),
  key: z.array(z.string()),
  mode,
  name: z.string(),
  warnings,
  steps: z.array(
    z.object({
      now: z.string(),
      watermark,
      inserted: z.record(z.string(), z.object({ accepted: count, rejected: count, errors: z.array(RowError) })),
      changes: z.array(cells),
    }),
  ),
  errors: z.array(cells).check(z.describe("Rows of the query's `$errors`")),
});

/** By their names in the document. */
export const answerSchemas = {
  Column,
  TextError,
  RowError,
  Problem,
  StatementResult,
  SqlResults: z.object({ results: z.array(StatementResult) }),
  OperatorText,
  Validation,
  Stream,
  StreamList: z.object({ streams: z.array(Stream) }),
  Inserted: z.object(inserted),
  WatermarkMoved: z.object({ watermark, epoch: z.nullable(count) }),
  Dropped: z.object({ dropped: z.array(z.string()) }),
  Operator,
  View,
  ViewList: z.object({ views: z.array(View) }),
  ViewRows: z.object({ ...rows, epoch: count, seq: count }),
  RowObject: z.record(z.string(), z.unknown()),
  Frame,
  InsertedFrame: InsertedFrameSchema,
  Stepped: z.object({ epoch: count, rowsIn: count, rowsOut: count }),
  TryResult,
  Why,
  Batch,
  BatchList: z.object({ batches: z.array(Batch) }),
  Checkpoint,
  CheckpointList: z.object({ checkpoints: z.array(Checkpoint) }),
  Liveness: z.object({ status: z.literal('ok') }),
  Readiness: z.object({ status: z.enum(['ready', 'not ready']) }),
} as const satisfies Record<string, z.ZodMiniType>;

export type AnswerName = keyof typeof answerSchemas;
