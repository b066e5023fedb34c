/**
 * How fast the workbench answers with many trials: the web shell over a generated workspace, driven
 * in Chromium. Times end when the answer's pixels are painted (benchmarks/ui/page-clock.ts); each
 * figure is the median of its repeats. Needs Node 24.
 *
 *   npm run bench:ui [-- --json] [--workspace DIR] [--repeats 5]
 *
 * Without --workspace it makes one (scripts/make-workspace.ts) in .cache/, once. The last line is
 * JSON.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromiumPath } from '../tests/e2e/chromium.ts';
import { generateWorkspace } from '../scripts/make-workspace/generate.ts';
import { setUpOrExit } from '../scripts/setup.mjs';
import { openReadable } from '../src/store/workspace.ts';
import { measureWorkbench } from './ui/measure.ts';
import type { UiFigures } from './ui/measure.ts';

const MADE = Object.freeze({ runs: 200, trials: 50_000, epochs: 30, large: 10_000, seed: 1 });

const GOALS: Readonly<Record<keyof UiFigures, { readonly words: string; readonly goal: string }>> = {
  listFirstPaintMs: { words: 'Run list, from the navigation to its first paint', goal: '< 500' },
  tableFirstPaintMs: { words: 'Table of the largest run, from the list to its first paint', goal: '< 500' },
  filterMs: { words: 'Filter (the slower of table and list), from the key to the paint', goal: '< 150' },
  sortMs: { words: 'Sort of the table, from the click to the paint', goal: '< 150' },
  front10kMs: { words: 'Front of the largest run against another cost', goal: '< 200' },
  front50kMs: { words: 'Front of all runs, from the click to its last pixel', goal: '< 1000' },
  runTableMs: { words: 'Table of all runs, from the list to its first paint', goal: '< 300' },
  runTableFilterMs: { words: 'Filter of the table of runs, from the key to the paint', goal: '< 100' },
  scrollFps: { words: 'Frames a second while the table scrolls', goal: '> 50' },
  rendererMb: { words: 'Most memory that the renderer process held (MB)', goal: '< 600' },
  startMs: { words: 'From the start of the program to the first paint of the list', goal: '< 1000' },
};

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    workspace: { type: 'string' },
    repeats: { type: 'string', default: '5' },
  },
});
const repeats = Number(values.repeats);
if (!Number.isInteger(repeats) || repeats < 1) {
  process.stderr.write('--repeats must be a whole number of 1 or more.\n');
  process.exit(2);
}
if ((await chromiumPath()) === undefined) {
  process.stderr.write('SKIP: no Chromium that starts, neither on the PATH nor from @sparticuz/chromium.\n');
  process.exit(0);
}

// What is measured is what the sources say.
await setUpOrExit({ only: ['build'] });

const say = (line: string): void => void (values.json || process.stdout.write(`${line}\n`));
const workspace = resolve(values.workspace ?? '.cache/workspace-50k');
if (values.workspace === undefined && !existsSync(workspace)) {
  say(`Making a workspace of ${MADE.trials} trials in ${workspace}; it stays for the next time.`);
  generateWorkspace(workspace, MADE);
}
const size = sizeOf(workspace);
say(`${size.trials} trials in ${size.runs} runs, ${size.large} of them in one; medians of ${repeats}.`);
const figures = await measureWorkbench({ workspace, repeats, run: size.largest, say });
for (const [name, { words, goal }] of Object.entries(GOALS)) {
  // Sound: GOALS has the keys of the figures.
  say(`${words.padEnd(70)} ${String(figures[name as keyof UiFigures]).padStart(7)}  (goal ${goal})`);
}
process.stdout.write(`${JSON.stringify({ trials: size.trials, ...figures })}\n`);

function sizeOf(directory: string) {
  const { store, close } = openReadable(directory);
  const runs = store.runs().rows.map(({ run, trials }) => ({
    id: run.id,
    name: run.name,
    trials: Object.values(trials).reduce((sum, count) => sum + count, 0),
  }));
  close();
  const [largest] = runs.toSorted((left, right) => right.trials - left.trials);
  if (largest === undefined) {
    process.stderr.write(`${directory} holds no runs: make some with npm run make:workspace.\n`);
    process.exit(2);
  }
  return {
    runs: runs.length,
    trials: runs.reduce((sum, run) => sum + run.trials, 0),
    large: largest.trials,
    largest,
  };
}
