import { createView } from './create-view.ts';
import { dropStream } from './drop-stream.ts';
import { dropView } from './drop-view.ts';
import { endStream } from './end-stream.ts';
import { getMetrics } from './get-metrics.ts';
import { getOpenApi } from './get-openapi.ts';
import { getStream } from './get-stream.ts';
import { getView } from './get-view.ts';
import { insertRows } from './insert-rows.ts';
import { listBatches } from './list-batches.ts';
import { listCheckpoints } from './list-checkpoints.ts';
import { listStreams } from './list-streams.ts';
import { listViews } from './list-views.ts';
import { moveWatermark } from './move-watermark.ts';
import { pauseView } from './pause-view.ts';
import { resumeView } from './resume-view.ts';
import type { Route } from './route.ts';
import { runSql } from './run-sql.ts';
import { stepOnce } from './step-once.ts';
import { tryQuery } from './try-query.ts';
import { validateSql } from './validate-sql.ts';
import { viewChanges } from './view-changes.ts';
import { viewRows } from './view-rows.ts';
import { viewWhy } from './view-why.ts';

/** The whole REST interface; adding a call is a file beside this one and a line here. */
export const routes: readonly Route[] = [
  runSql,
  validateSql,
  tryQuery,
  listStreams,
  getStream,
  dropStream,
  insertRows,
  moveWatermark,
  endStream,
  listViews,
  createView,
  getView,
  dropView,
  pauseView,
  resumeView,
  viewRows,
  viewChanges,
  viewWhy,
  stepOnce,
  listBatches,
  listCheckpoints,
  getMetrics,
  getOpenApi,
];
