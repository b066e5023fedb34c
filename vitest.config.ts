/**
 * Three projects, one after the other. `unit` runs on both cores; `compute` trains with TensorFlow, which takes all
 * cores by itself, and `e2e` drives the whole product, so their files run one at a time.
 */
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

const COMPUTE = ['tests/compute/**/*.test.ts', 'tests/oracle/**/*.test.ts'];
const END_TO_END = [
  ...['tests/e2e/**/*.test.ts', 'tests/faults/**/*.test.ts'],
  // They run the programs as processes of their own: too slow for a check before each commit.
  ...[
    'tests/cli/**/*.test.ts',
    'tests/web/web-shell.test.ts',
    'tests/main/electron-shell.test.ts',
    'tests/package/**/*.test.ts',
  ],
];
const NOT_TESTS = ['**/node_modules/**', '**/.cache/**', 'out/**'];

export default defineConfig({
  plugins: [vue()],
  cacheDir: '.cache/vite',
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: [...NOT_TESTS, ...COMPUTE, ...END_TO_END],
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 30_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'compute',
          include: COMPUTE,
          exclude: NOT_TESTS,
          pool: 'forks',
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: END_TO_END,
          exclude: NOT_TESTS,
          pool: 'forks',
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
