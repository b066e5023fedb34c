/**
 * Four projects. `unit` and `processes` run on both cores: the first stays in its own process, so
 * that a check before each commit is short; the second starts hosts with their workers. `compute`
 * trains with TensorFlow, which takes all cores by itself, and `e2e` drives the whole product, so
 * their files run one at a time. Where Electron's binary is there a fifth, `electron`, drives it
 * the same way; where it is not, `tests/e2e/electron.test.ts` says so.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import { findElectron, whyNoWindow } from './scripts/setup/shells.mjs';

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
/** They go the same way in both shells. */
const IN_BOTH_SHELLS = [
  ...['all-front', 'axe', 'claim', 'experiments', 'export', 'import', 'keyboard', 'open-archive', 'sample'],
  ...['import-teacher', 'teachers-datasets'],
].map((name) => `tests/e2e/${name}.test.ts`);
const hasElectron =
  findElectron(import.meta.dirname, process.env) !== undefined && !whyNoWindow(process.env, process.platform);
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
    include: IN_BOTH_SHELLS,
    env: { TRADE_E2E_SHELL: 'electron' },
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
          exclude: NOT_TESTS,
          pool: 'forks',
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 3 },
        },
      },
      ...(hasElectron ? [inElectron] : []),
    ],
  },
});
