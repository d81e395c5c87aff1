import { expect, test } from 'vitest';
import { expectExactlyOnce } from '../support/expect-exactly-once.ts';
import { runKills } from '../support/kill-run.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** A new seed each day: `SEED=n` repeats one. */
const seed = Number(process.env['SEED'] ?? Math.floor(Date.now() / 86_400_000));

test(`25 kills under load lose, double and renumber nothing (seed ${seed})`, { timeout: 600_000 }, async () => {
  const outcome = await runKills(25, seededRandom(seed));
  expect(outcome.acknowledged.size).toBeGreaterThan(1000);
  expectExactlyOnce(outcome);
});
