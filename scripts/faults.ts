/**
 * Kills a searching program, or cuts the power under what a workspace does with files, as often as
 * one likes, and says what was lost (nothing, or the exit code is 1). Needs Node 24.
 *
 *   npm run faults -- [--kills 300] [--seed 1] [--json]
 *   npm run faults -- --power-cuts 1000 [--only import,backup] [--seed 1] [--json]
 *
 * The same seed kills at the same moments, as far as a machine can repeat them. With `--json` the
 * last line of stdout is the tally; progress and losses in words go to stderr.
 */
import { parseArgs } from 'node:util';
import { runCampaign } from '../tests/faults/campaign.ts';
import { cutPower } from '../tests/faults/power/cuts.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    'power-cuts': { type: 'string' },
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const powerCuts = values['power-cuts'];
const [wanted, seed] = [Number(powerCuts ?? values.kills), Number(values.seed)];
if (!Number.isInteger(wanted) || wanted < 1 || !Number.isInteger(seed) || seed < 0) {
  process.stderr.write('--kills and --power-cuts must be whole numbers of 1 or more, --seed one of 0 or more.\n');
  process.exit(2);
}

const started = performance.now();
const lost = (told: string): void => void process.stderr.write(`${told}\n`);

/** What is told at the end, and whether anything was lost. */
async function kill(): Promise<{ readonly tally: Readonly<Record<string, number>>; readonly isSound: boolean }> {
  const { kills, losses, words } = await runCampaign({
    ...{ kills: wanted, seed, lost },
    report: (made) => {
      if (process.stderr.isTTY || made % 10 === 0) process.stderr.write(`${made} of ${wanted} kills\n`);
    },
  });
  return { tally: { kills, ...losses }, isSound: words.length === 0 };
}

async function cut(): Promise<{ readonly tally: Readonly<Record<string, number>>; readonly isSound: boolean }> {
  const { cuts, operations, words } = await cutPower({
    ...{ cuts: wanted, seed, lost },
    ...(values.only !== undefined && { only: values.only.split(',') }),
    report: (operation, made) => process.stderr.write(`${operation}: ${made} of ${wanted} power cuts\n`),
  });
  const steps = Object.values(operations).reduce((sum, one) => sum + one.steps, 0);
  const losses = Object.entries(operations).map(([name, one]) => [`lost in ${name}`, one.losses] as const);
  return {
    tally: { powerCuts: cuts, steps, losses: words.length, ...Object.fromEntries(losses) },
    isSound: words.length === 0,
  };
}

const { tally, isSound } = await (powerCuts === undefined ? kill() : cut());
if (values.json) process.stdout.write(`${JSON.stringify(tally)}\n`);
else {
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  for (const [what, count] of Object.entries(tally)) process.stdout.write(`${what.padEnd(18)} ${count}\n`);
  process.stdout.write(`Seed ${seed}, ${minutes} minutes.\n`);
}
process.exit(isSound ? 0 : 1);
