/**
 * How long an ask takes on the wide spaces of the product: processor time, so that a busy machine
 * tells about the same.
 *
 *   npm run bench:asks [-- --strategies gp-ehvi,trade --seeds 3 --counts 50,100,200,300 --json]
 *
 * Games on all eight families at once (28x28x1, params <= 100,000), one student an ask. Costs are
 * the families' own, accuracies made up as those of the task `wide8` are (search/tasks). A count is
 * told by the last twenty asks before it, of all seeds together. The last line of `--json` is
 * `{"STRATEGY":{"COUNT":[median,p95]}}`, milliseconds; the one before it has what was played:
 * `{"played":{"STRATEGY":{"SEED":"hash"}}}`. Equal hashes are equal games, letter for letter.
 */
import { parseArgs } from 'node:util';
import { MOST_SEEDS, seedsOf } from '../src/cli/seed-range.ts';
import { studentSpace } from '../src/core/arch/families/registry.ts';
import { quantile } from '../src/core/math/quantile.ts';
import type { Problem } from '../src/core/objective.ts';
import { candidateKey } from '../src/core/space/candidate-key.ts';
import { playGame } from '../src/core/strategies/replay.ts';
import type { Game } from '../src/core/strategies/replay.ts';
import { hashOf } from './search/hashes.ts';
import { unknownStrategy } from './search/player.ts';
import { LARGE_OBJECTIVES, largeGame } from './search/tasks/large-game.ts';
import { SMOOTH, WIDE, wideSurfaces } from './search/tasks/wide.ts';
import { isWideName } from './search/tasks/wide-calibration.ts';
import type { WideFamily } from './search/tasks/wide-families.ts';
import { TABLE_FAMILIES } from '../scripts/record-table/students.ts';

const { values } = parseArgs({
  options: {
    strategies: { type: 'string', default: 'gp-ehvi,trade' },
    seeds: { type: 'string', default: '3' },
    counts: { type: 'string', default: '50,100,200,300' },
    json: { type: 'boolean', default: false },
  },
});

/** Asks that tell a count. */
const ASKS = 20;

const say = (line: string): void => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);

function refuse(problem: string): never {
  process.stderr.write(`${problem}\n`);
  process.exit(2);
}

const seeds = seedsOf(values.seeds) ?? refuse(`--seeds ${values.seeds}: a number of seeds up to ${MOST_SEEDS}.`);
const counts = values.counts.split(',').map(Number);
if (!counts.every((count) => Number.isInteger(count) && count >= ASKS)) {
  refuse(`--counts ${values.counts}: whole numbers of at least ${ASKS}.`);
}
const strategies = values.strategies.split(',');
for (const name of strategies) {
  const problem = unknownStrategy(name);
  if (problem !== undefined) refuse(problem);
}
const budget = Math.max(...counts);

const space = studentSpace(
  TABLE_FAMILIES,
  { inputShape: [28, 28, 1], classes: 10 },
  { kind: 'wide', scale: WIDE.limit },
);

/** The product's families, seen as those that the task makes up. */
const families = space.families.map(({ name, dimensions, costs }): WideFamily => {
  if (!isWideName(name)) throw new Error(`there is no trend for the family ${name}`);
  return {
    name,
    dimensions,
    costs: (config) => {
      const { params = NaN, macs = NaN } = costs(config);
      return { params, macs };
    },
  };
});

function gameOf(seed: number): Game {
  const { drawn, surfaces } = wideSurfaces('asks', families, SMOOTH, seed);
  const problem: Problem = {
    space,
    objectives: LARGE_OBJECTIVES,
    limits: [{ metric: 'params', max: WIDE.limit }],
    reference: { accuracy: WIDE.accuracy, params: 1.1 * WIDE.limit },
    budget,
  };
  return largeGame({ name: 'asks', problem, surfaces, front: [], noise: WIDE.noise, seed: drawn });
}

const now = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const tenth = (value: number): number => Math.round(10 * value) / 10;
const times: Record<string, Record<string, readonly [number, number]>> = {};
const hashes: Record<string, Record<string, string>> = {};
for (const strategy of strategies) {
  const games = seeds.map((seed) => {
    const { played, askMs } = playGame(gameOf(seed), { strategy, seed, now });
    const hash = hashOf(...played.map(({ candidate }) => candidateKey(candidate)));
    process.stderr.write(`${strategy} ${seed}: ${(askMs.reduce((a, b) => a + b, 0) / 1000).toFixed(1)} s, ${hash}\n`);
    return { seed, hash, askMs };
  });
  hashes[strategy] = Object.fromEntries(games.map(({ seed, hash }) => [seed, hash]));
  const row = counts.map((count) => {
    const last = games.flatMap(({ askMs }) => askMs.slice(count - ASKS, count));
    return [count, [tenth(quantile(last, 0.5)), tenth(quantile(last, 0.95))]] as const;
  });
  times[strategy] = Object.fromEntries(row);
  say(`${strategy}, ms an ask (median, p95): ${row.map(([n, [m, p]]) => `${n} told ${m}, ${p}`).join('; ')}`);
}
if (values.json) process.stdout.write(`${JSON.stringify({ played: hashes })}\n${JSON.stringify(times)}\n`);
