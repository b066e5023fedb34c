/**
 * Mutation run (Stryker): changes the rooms that guard, one small change at a time, and counts the
 * changes that no test notices. The exit code is 1 where a room's score is under 80 %. At the
 * lowest priority; what was tried already is not tried again, and a run that is interrupted
 * (Ctrl+C) goes on where it was. Needs Node 24.
 *
 *   npm run mutate -- [--rooms store,web,numbers,archive] [--files src/store/lock.ts,...] [--fresh]
 *       [--survivors] [--json]
 *
 * `--files` narrows a room, `--fresh` forgets earlier runs, `--survivors` prints what no test
 * noticed, and with `--json` the last line of stdout is the table. Left out: migrations, and the
 * words of errors (scripts/mutate/ignore-words.mjs).
 */
import { mkdirSync, rmSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { LogLevel } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import { ROOMS, isRoom } from './mutate/rooms.ts';
import type { Room, RoomName } from './mutate/rooms.ts';
import { isEnough, survivors, tally, tableOf } from './mutate/score.ts';
import type { Score } from './mutate/score.ts';

const ROOT = resolve(import.meta.dirname, '..');
/** Everything that a test of the rooms does not read. */
const NOT_COPIED = [
  '/.cache',
  '/out',
  '/docs',
  '/benchmarks',
  '/release',
  '/coverage',
  '/tests/renderer',
  '/tests/e2e',
  '/W*',
];

const { values } = parseArgs({
  options: {
    rooms: { type: 'string', default: Object.keys(ROOMS).join(',') },
    files: { type: 'string' },
    concurrency: { type: 'string', default: '2' },
    fresh: { type: 'boolean', default: false },
    survivors: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const asked = values.rooms.split(',');
const rooms = asked.filter(isRoom);
if (rooms.length < asked.length) {
  process.stderr.write(`--rooms: there are ${Object.keys(ROOMS).join(', ')}.\n`);
  process.exit(2);
}

setPriority(constants.priority.PRIORITY_LOW);
process.chdir(ROOT);
const cache = join(ROOT, '.cache/mutation');
mkdirSync(cache, { recursive: true });
const scores: Partial<Record<RoomName, Score>> = {};
for (const name of rooms) {
  const started = performance.now();
  const results = await mutate(name, ROOMS[name]);
  scores[name] = tally(results, (performance.now() - started) / 60_000);
  if (values.survivors) for (const line of survivors(results, ROOT)) process.stdout.write(`${line}\n`);
}
process.stdout.write(values.json ? `${JSON.stringify(scores)}\n` : tableOf(scores));
process.exit(Object.values(scores).every(isEnough) ? 0 : 1);

async function mutate(name: RoomName, { mutate, tests }: Room) {
  const incrementalFile = join(cache, `${name}.json`);
  const sandbox = join(cache, `sandbox-${name}`);
  // One that was interrupted leaves its copy of the tree behind.
  rmSync(sandbox, { recursive: true, force: true });
  if (values.fresh) rmSync(incrementalFile, { force: true });
  const chosen = values.files?.split(',');
  // Not Stryker's `testFiles`: with it, what is read while a module loads is switched too late (its
  // issue 6144).
  process.env['MUTATION_TESTS'] = tests.join(' ');
  const stryker = new Stryker({
    mutate: [...(chosen ?? mutate)],
    testRunner: 'vitest',
    vitest: { configFile: 'scripts/mutate/vitest.config.ts', related: true, pool: 'threads' },
    plugins: ['@stryker-mutator/vitest-runner', join(ROOT, 'scripts/mutate/ignore-words.mjs')],
    ignorers: ['words'],
    coverageAnalysis: 'perTest',
    incremental: true,
    incrementalFile,
    concurrency: Number(values.concurrency),
    // Beside others a test takes longer than alone; a mutant that never ends is still noticed.
    timeoutMS: 20_000,
    timeoutFactor: 4,
    dryRunTimeoutMinutes: 15,
    tempDirName: sandbox,
    cleanTempDir: 'always',
    ignorePatterns: NOT_COPIED,
    reporters: ['progress-append-only'],
    // Sound: one of its values; the enumeration itself exists in its types alone.
    logLevel: 'warn' as LogLevel,
    allowConsoleColors: false,
  });
  const results = await stryker.runMutationTest();
  return results.filter(({ fileName }) => chosen === undefined || chosen.some((file) => fileName.endsWith(file)));
}
