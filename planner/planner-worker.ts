import { parentPort } from 'node:worker_threads';
import { planner } from './planner.ts';
import { answerRequest, type PlannerRequest, type PlannerResponse } from './planner-messages.ts';
import { warmPlanner } from './warm-planner.ts';

/** The planner in a thread of its own: the client ends the thread when a statement takes too long. */
const port = parentPort;
if (port === null) throw new Error('planner-worker runs only as a worker thread');

const respond = (response: PlannerResponse): void => port.postMessage(response);

port.on('message', (request: PlannerRequest) => {
  try {
    respond({ kind: 'answer', value: answerRequest(planner, request) });
  } catch (error) {
    respond({ kind: 'broken', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});

warmPlanner(planner);
respond({ kind: 'ready' });
