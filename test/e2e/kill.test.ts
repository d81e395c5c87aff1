import { expect, test } from 'vitest';
import { expectExactlyOnce } from '../support/expect-exactly-once.ts';
import { runKills } from '../support/kill-run.ts';
import { seededRandom } from '../support/seeded-random.ts';

test('five kills under load lose, double and renumber nothing', { timeout: 120_000 }, async () => {
  const outcome = await runKills(5, seededRandom(20_260_101));
  expect(outcome.acknowledged.size).toBeGreaterThan(20);
  expectExactlyOnce(outcome);
});
