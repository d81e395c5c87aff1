import type {
  BatchJson,
  CheckpointJson,
  ErrorJson,
  ProblemJson,
  StreamJson,
  ValidationJson,
  ViewJson,
  InsertedFrame,
  WhyJson,
} from '../../server/protocol.ts';
import type { StatementResult } from './statement-result.ts';
import { trialBody, type TrialStep } from '../state/trial-steps.ts';
import type { Access } from './access.ts';
import { PLAN_AGAIN_MS, PLANNING_TRIES } from './planning-tries.ts';
import type { TrialJson } from './trial-json.ts';

/** What a call came to. Failures are values: a problem that the server tells, or no answer at all. */
export type Answer<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'problem'; readonly problem: ProblemJson; readonly results: readonly StatementResult[] }
  | { readonly kind: 'unreachable' };

/** The REST calls of the console. */
export class Api {
  readonly #base: string;
  readonly #access: Access;

  /** `base`: the URL under which `v1/` is. */
  constructor(base: string, access: Access) {
    this.#base = base;
    this.#access = access;
  }

  views(): Promise<Answer<{ readonly views: readonly ViewJson[] }>> {
    return this.#call('GET', 'v1/views');
  }

  streams(): Promise<Answer<{ readonly streams: readonly StreamJson[] }>> {
    return this.#call('GET', 'v1/streams');
  }

  batches(): Promise<Answer<{ readonly batches: readonly BatchJson[] }>> {
    return this.#call('GET', 'v1/batches');
  }

  checkpoints(): Promise<Answer<{ readonly checkpoints: readonly CheckpointJson[] }>> {
    return this.#call('GET', 'v1/checkpoints');
  }

  why(view: string): Promise<Answer<WhyJson>> {
    return this.#call('GET', `v1/views/${encodeURIComponent(view)}/why`);
  }

  run(sql: string): Promise<Answer<{ readonly results: readonly StatementResult[] }>> {
    return this.#call('POST', 'v1/sql', { sql });
  }

  validate(sql: string): Promise<Answer<ValidationJson>> {
    return this.#call('POST', 'v1/validate', { sql });
  }

  /** Runs a query over given rows, batch by batch; nothing is kept. */
  try(sql: string, steps: readonly TrialStep[]): Promise<Answer<TrialJson>> {
    return untilPlanned(() => this.#send('POST', 'v1/try', trialBody(sql, steps), 'application/json'));
  }

  functions(): Promise<Answer<{ readonly results: readonly StatementResult[] }>> {
    return untilPlanned(() => this.run('SHOW FUNCTIONS'));
  }

  dropStream(name: string): Promise<Answer<unknown>> {
    return this.#call('DELETE', `v1/streams/${encodeURIComponent(name)}`);
  }

  /** Rows as somebody wrote them, in the format that `type` names. */
  insertRows(stream: string, body: string, type: string): Promise<Answer<Omit<InsertedFrame, 'type' | 'ref'>>> {
    return this.#send('POST', `v1/streams/${encodeURIComponent(stream)}/rows`, body, type);
  }

  /** Stops a query where it is, or lets it go on from there. */
  setRunning(view: string, runs: boolean): Promise<Answer<unknown>> {
    return this.#call('POST', `v1/views/${encodeURIComponent(view)}/${runs ? 'resume' : 'pause'}`);
  }

  createView(name: string, sql: string): Promise<Answer<ViewJson>> {
    return this.#call('POST', 'v1/views', { name, sql });
  }

  dropView(name: string): Promise<Answer<unknown>> {
    return this.#call('DELETE', `v1/views/${encodeURIComponent(name)}`);
  }

  /** All current rows of a view, as CSV or NDJSON; null: they could not be had. */
  async rowsText(view: string, type: string): Promise<string | null> {
    const { token } = this.#access;
    const headers = { accept: type, ...(token !== null && { authorization: `Bearer ${token}` }) };
    try {
      const response = await fetch(new URL(`v1/views/${encodeURIComponent(view)}/rows`, this.#base), { headers });
      return response.ok ? await response.text() : null;
    } catch {
      return null;
    }
  }

  #call<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    return this.#send(method, path, body === undefined ? null : JSON.stringify(body), 'application/json');
  }

  async #send<T>(method: string, path: string, body: string | null, type: string): Promise<Answer<T>> {
    const { token } = this.#access;
    try {
      const response = await fetch(new URL(path, this.#base), {
        method,
        headers: {
          ...(body !== null && { 'content-type': type }),
          ...(token !== null && { authorization: `Bearer ${token}` }),
        },
        body,
      });
      if (response.status === 401) this.#access.refused(token);
      const text = await response.text();
      if (response.ok) return { kind: 'ok', value: (text === '' ? null : JSON.parse(text)) as T };
      return problemOf(response, text);
    } catch {
      return { kind: 'unreachable' };
    }
  }
}

/** A call that took longer came beyond planning. */
const PLANNING_MS = 3000;

/** A server that is busy may not come to planning within its deadline; nothing was done then, and it is asked again. */
async function untilPlanned<T>(call: () => Promise<Answer<T>>): Promise<Answer<T>> {
  for (let tries = 1; ; tries++) {
    const startedAt = performance.now();
    const answer = await call();
    const isBusy = answer.kind === 'problem' && answer.problem.code === 'STATEMENT_TIMEOUT';
    if (!isBusy || tries === PLANNING_TRIES || performance.now() - startedAt > PLANNING_MS) return answer;
    await new Promise((resolve) => setTimeout(resolve, PLAN_AGAIN_MS));
  }
}

/** A proxy in between may answer with a page of its own. */
function problemOf(response: Response, text: string): Answer<never> {
  if (response.headers.get('content-type')?.startsWith('application/problem+json')) {
    const { results = [], ...problem } = JSON.parse(text) as ProblemJson & { results?: readonly StatementResult[] };
    return { kind: 'problem', problem, results };
  }
  const { status, statusText: title } = response;
  const detail = `the answer was ${status} ${title} and says no more`;
  return { kind: 'problem', problem: { type: 'about:blank', title, status, code: 'HTTP', detail }, results: [] };
}

/** What went wrong, one entry per place. Nothing when it went well. */
export function errorsOf(answer: Answer<unknown>): readonly ErrorJson[] {
  switch (answer.kind) {
    case 'ok':
      return [];
    case 'problem': {
      const { code, detail, errors } = answer.problem;
      return errors && errors.length > 0 ? errors : [{ code, message: detail }];
    }
    case 'unreachable':
      return [{ code: 'UNREACHABLE', message: 'the server does not answer', hint: 'see whether it is running' }];
  }
}
