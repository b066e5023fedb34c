/**
 * Four projects. `unit` and `processes` run on both cores: the first stays in its own process, so
 * that a check before each commit is short; the second starts hosts with their workers. `compute`
 * trains with TensorFlow, which takes all cores by itself, and `e2e` drives the whole product, so
 * their files run one at a time. `npm run e2e:electron` has a fifth, `electron`, whose window
 * takes the place of the browser's.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import { NOT_IN_ELECTRON, ONLY_IN_ELECTRON } from './scripts/testing/electron-suite.mjs';

const COMPUTE = ['tests/compute/**/*.test.ts', 'tests/oracle/**/*.test.ts'];
const END_TO_END = [
  ...['tests/e2e/**/*.test.ts', 'tests/faults/**/*.test.ts', 'tests/ray/**/*.test.ts'],
  // They run the programs as processes of their own: too slow for a check before each commit.
  ...[
    'tests/cli/**/*.test.ts',
    'tests/web/web-shell.test.ts',
    'tests/main/electron-*.test.ts',
    'tests/package/**/*.test.ts',
  ],
];
/** `npm run e2e:electron` asks for it. */
const isForElectron = process.env['TRADE_E2E_SHELL'] === 'electron';
/** What a test imports that starts processes of the program. */
const STARTS_PROCESSES = /support\/(?:fake-host|hostile-archives|store-processes)\.ts'|node:child_process'/;
const PROCESSES = globSync('tests/**/*.test.ts', {
  cwd: import.meta.dirname,
  exclude: [...END_TO_END, ...COMPUTE],
}).filter((file) => STARTS_PROCESSES.test(readFileSync(join(import.meta.dirname, file), 'utf8')));
const NOT_TESTS = ['**/node_modules/**', '**/.cache/**', 'out/**'];

const inElectron = {
  extends: true as const,
  test: {
    name: 'electron',
    include: ['tests/e2e/**/*.test.ts'],
    exclude: Object.keys(NOT_IN_ELECTRON),
    pool: 'forks' as const,
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 120_000,
    sequence: { groupOrder: 4 },
  },
};

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
          exclude: [...NOT_TESTS, ...COMPUTE, ...END_TO_END, ...PROCESSES],
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: PROCESSES,
          exclude: NOT_TESTS,
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
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
          exclude: [...NOT_TESTS, ...ONLY_IN_ELECTRON],
          pool: 'forks',
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 3 },
        },
      },
      ...(isForElectron ? [inElectron] : []),
    ],
  },
});
