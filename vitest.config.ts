import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Unit tests sit beside their file; test/e2e starts real servers from dist, one file at a time; test/long runs in CI only. */
export default defineConfig({
  test: {
    pool: 'forks',
    // One core is left free by default, which of two is half of the machine.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{runtime,planner,server,web,bench,test}/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', 'dist/**', 'test/e2e/**', 'test/long/**'],
          // Only what hangs is stopped: a busy machine takes its time.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Files share what they import, which takes as long as the tests do; a file leaves nothing behind for the next.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
