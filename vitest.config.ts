import { defineConfig } from 'vitest/config';

const underCi = process.env['CI'] === 'true';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'forks',
    setupFiles: ['./test/property-seed.ts'],
    ...(underCi ? { maxWorkers: 2 } : {}),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    // A focused test left behind would hide every other one.
    allowOnly: !underCi,
    reporters: ['default', './test/reporter.ts'],
  },
});
