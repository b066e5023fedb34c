/**
 * A workspace full of made-up runs, for measuring the workbench with many trials
 * (benchmarks/ui.ts). Needs Node 24.
 *
 *   npm run make:workspace [-- --out DIR --runs 200 --trials 50000 --epochs 30 --large 10000 --seed
 *       1]
 *
 * `--trials` counts those of all runs, `--large` those of the largest. The same numbers give the
 * same records.
 */
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { generateWorkspace } from './make-workspace/generate.ts';
import type { WorkspaceOptions } from './make-workspace/plan.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: '.cache/workspace-50k' },
    runs: { type: 'string', default: '200' },
    trials: { type: 'string', default: '50000' },
    epochs: { type: 'string', default: '30' },
    large: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
  },
});

const out = resolve(values.out);
const options: WorkspaceOptions = {
  runs: wholeNumber('runs', 1),
  trials: wholeNumber('trials', 1),
  epochs: wholeNumber('epochs', 1),
  large: wholeNumber('large', 1),
  seed: wholeNumber('seed', 0),
};
if (existsSync(out) && readdirSync(out).length > 0) fail(`${out} is not empty: name another folder with --out.`);

const started = performance.now();
try {
  generateWorkspace(out, options, (runs, trials) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${runs} of ${options.runs} runs, ${trials} trials `);
  });
} catch (error) {
  if (error instanceof RangeError) fail(error.message);
  throw error;
}
const seconds = ((performance.now() - started) / 1000).toFixed(0);
if (process.stderr.isTTY) process.stderr.write('\r');
process.stdout.write(`${options.runs} runs with ${options.trials} trials in ${out} (${seconds} s)\n`);

function wholeNumber(name: keyof typeof values, least: number): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= least) return value;
  return fail(`--${name} must be a whole number of ${least} or more, not "${values[name]}".`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
