import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { assert } from '../errors/assert.ts';
import { AheadFile } from './ahead-file.ts';
import { AWAKE, ASLEEP, type AheadRequest, type AheadWorkerData } from './read-ahead.ts';

/**
 * The thread that reads files ahead of the engine. To wake a thread takes whoever does it longer than reading itself would,
 * at times: so this one looks by itself whether slots are empty, and sleeps only when none were for some time.
 */
const LOOK_MS = 1;
const SLEEP_AFTER = 100;

assert(parentPort !== null, 'read-ahead-worker runs as a worker thread');
const port = parentPort;
const { state } = workerData as AheadWorkerData;
const files = new Map<number, AheadFile>();
const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

function handle(request: AheadRequest): void {
  if (request.kind === 'wake') return;
  files.get(request.lane)?.close();
  files.delete(request.lane);
  if (request.kind === 'open') files.set(request.lane, new AheadFile(request.file, request.memory));
}

/** One slot of each file; answers whether there was an empty one. */
function fillSlots(): boolean {
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
    handle(next.message as AheadRequest);
  }
  let filled = false;
  for (const file of files.values()) filled = file.fill() || filled;
  return filled;
}

function work(): void {
  for (let rounds = 0; rounds < SLEEP_AFTER; ) {
    if (fillSlots()) rounds = 0;
    else {
      rounds++;
      Atomics.wait(never, 0, 0, LOOK_MS);
    }
  }
}

port.on('message', (request: AheadRequest) => {
  handle(request);
  do {
    Atomics.store(state, 0, AWAKE);
    work();
    Atomics.store(state, 0, ASLEEP);
    // What was emptied before the engine could see that it has to wake this thread.
  } while (fillSlots());
});

Atomics.store(state, 0, ASLEEP);
