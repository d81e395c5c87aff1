import { ProblemError, type Problem } from '../errors/problem.ts';
import { StoreError } from '../store/store.ts';
import type { Engine, EngineEvent } from './engine.ts';

/** The methods that cross the thread border as request and response. */
export type EngineMethod = Exclude<keyof Engine, 'onEvent'>;

export interface EngineRequest {
  readonly id: number;
  readonly method: EngineMethod;
  readonly args: readonly unknown[];
}

export type EngineResponse =
  | { readonly kind: 'value'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'problem'; readonly id: number; readonly problems: readonly [Problem, ...Problem[]] }
  | { readonly kind: 'event'; readonly event: EngineEvent };

/** What the engine's thread is started with. */
export interface EngineWorkerData {
  readonly dataDirectory: string;
  readonly filesDirectory: string;
  readonly trigger: 'auto' | 'manual';
  readonly hashSeed: number;
  /** Bytes of state of a query that says nothing of its own. */
  readonly stateLimit: number;
  /** Random id for a database that is made now. */
  readonly instance: string;
}

/** Any failure as problems: those of users as they are, everything else as INTERNAL without a stack. */
export function problemsOf(error: unknown): readonly [Problem, ...Problem[]] {
  if (error instanceof ProblemError) return error.problems;
  if (error instanceof StoreError) {
    // Asked while the server ends, and too late.
    if (error.code === 'CLOSED') return [{ code: 'SHUTTING_DOWN', message: 'the server is shutting down' }];
    return [{ code: error.code, message: error.message }];
  }
  const message = error instanceof Error ? error.message : String(error);
  return [{ code: 'INTERNAL', message }];
}
