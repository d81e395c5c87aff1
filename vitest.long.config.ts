import { defineConfig } from 'vitest/config';

/** The long forms: simulations with many seeds, kill -9 in a loop, large inputs. `npm run test:long`. */
export default defineConfig({
  test: {
    name: 'long',
    include: ['test/long/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 120_000,
    passWithNoTests: true,
  },
});
