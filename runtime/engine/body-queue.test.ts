import { expect, test } from 'vitest';
import type { Relation } from '../intake/relation.ts';
import type { BodyReading } from '../intake/row-reader.ts';
import type { Clock } from '../time/clock.ts';
import { BodyQueue, type BodySource } from './body-queue.ts';

/** A clock on which every step of a reading takes 6 ms, so that two make a turn. */
class SlowClock implements Clock {
  #at = 0;
  turns = 0;
  now(): number {
    return this.#at;
  }
  monotonic(): number {
    return (this.#at += 6);
  }
  schedule(): () => void {
    return () => undefined;
  }
  async turn(): Promise<void> {
    this.turns++;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function bodyOf(steps: number): BodyReading {
  let left = steps;
  return {
    step: () => --left <= 0,
    finish: () => ({ rows: [], length: steps, accepted: steps, refused: [], rejected: 0 }),
  };
}

const FIRST = {} as Relation;

function source(steps: number): BodySource {
  return { ready: () => Promise.resolve(), admit: () => FIRST, begin: () => bodyOf(steps) };
}

test('a large body of one stream lets those of others pass, and its own stream wait', async () => {
  const clock = new SlowClock();
  const queue = new BodyQueue(clock);
  const order: string[] = [];
  const insert = (name: string, stream: string, steps: number): Promise<void> =>
    queue.run(stream, source(steps), () => void order.push(name));
  await Promise.all([insert('large', 's', 40), insert('behind', 's', 1), insert('other', 't', 1)]);
  expect(order).toEqual(['other', 'large', 'behind']);
  expect(clock.turns).toBeGreaterThan(10);
});

test('a body that fails lets the next of its stream follow', async () => {
  const queue = new BodyQueue(new SlowClock());
  const failing: BodySource = {
    ...source(1),
    begin: () => {
      throw new Error('refused');
    },
  };
  const failed = queue.run('s', failing, () => 'never');
  const next = queue.run('s', source(1), () => 'accepted');
  await expect(failed).rejects.toThrow('refused');
  expect(await next).toBe('accepted');
});

test('a relation that was made anew reads the body again', async () => {
  const queue = new BodyQueue(new SlowClock());
  const second = {} as Relation;
  let asked = 0;
  const began: Relation[] = [];
  const changing: BodySource = {
    ready: () => Promise.resolve(),
    admit: () => (asked++ < 3 ? FIRST : second),
    begin: (relation) => {
      began.push(relation);
      return bodyOf(10);
    },
  };
  const accepted = await queue.run('s', changing, (relation) => relation);
  expect(accepted).toBe(second);
  expect(began).toEqual([FIRST, second]);
});
