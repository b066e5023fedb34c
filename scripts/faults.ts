/**
 * Kills a searching program as often as one likes and says what was lost (nothing, or the exit code is 1). Needs Node 24.
 *
 *   npm run faults -- [--kills 300] [--seed 1] [--json]
 *
 * The same seed kills at the same moments, as far as a machine can repeat them. With `--json` the last line of stdout is the
 * tally; progress and losses in words go to stderr.
 */
import { parseArgs } from 'node:util';
import { runCampaign } from '../tests/faults/campaign.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const [wanted, seed] = [Number(values.kills), Number(values.seed)];
if (!Number.isInteger(wanted) || wanted < 1 || !Number.isInteger(seed) || seed < 0) {
  process.stderr.write('--kills must be a whole number of 1 or more, --seed one of 0 or more.\n');
  process.exit(2);
}

const started = performance.now();
const { kills, losses, words } = await runCampaign({
  ...{ kills: wanted, seed },
  lost: (told) => process.stderr.write(`${told}\n`),
  report: (made) => {
    if (process.stderr.isTTY || made % 10 === 0) process.stderr.write(`${made} of ${wanted} kills\n`);
  },
});
const tally = { kills, ...losses };
if (values.json) process.stdout.write(`${JSON.stringify(tally)}\n`);
else {
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  for (const [what, count] of Object.entries(tally)) process.stdout.write(`${what.padEnd(16)}${count}\n`);
  process.stdout.write(`Seed ${seed}, ${minutes} minutes.\n`);
}
process.exit(words.length > 0 ? 1 : 0);
