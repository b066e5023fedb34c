/**
 * What a search finds in so many epochs, short trainings among them: the best student of a recorded
 * table by the first objective, chosen by what whole trainings told and scored by another metric of
 * the same student.
 *
 *   npm run bench:epochs -- [--table FILE] [--score testAccuracySeed2] [--budgets 240,320,400]
 *       [--strategies rank-nosh,rank-nosh:ranker=false,random,trade] [--seeds 20]
 *       [--objective accuracySeed2 --legs Seed2] [--json]
 *
 * `--objective` names another metric that the search is told; the columns of its legs are then the
 * table's with the ending that `--legs` says. Options of a strategy stand behind its name.
 * Regret is the table's best score minus that of the choice, in the metric's unit; a search without
 * a whole training has the whole best score as its regret. "By what it was told" is the same by the
 * objective itself. A line each, with `--json` as
 * `{"strategy","budget","median","mean","error","short","shortError","trained","regrets":[...]}`.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { seedsOf } from '../src/cli/seed-range.ts';
import { sign } from '../src/core/objective.ts';
import { median } from '../src/core/math/quantile.ts';
import { parseTable } from '../src/core/strategies/recorded-table.ts';
import type { RecordedTable, TableRow } from '../src/core/strategies/recorded-table.ts';
import { replay } from '../src/core/strategies/replay.ts';
import { spelled } from './search/player.ts';

const { values } = parseArgs({
  options: {
    table: { type: 'string', default: fileURLToPath(new URL('../resources/tables/fashion-kd.json', import.meta.url)) },
    score: { type: 'string', default: 'testAccuracySeed2' },
    objective: { type: 'string' },
    legs: { type: 'string', default: '' },
    budgets: { type: 'string', default: '240,320,400' },
    strategies: { type: 'string', default: 'rank-nosh,rank-nosh:ranker=false,random,trade' },
    seeds: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
});

function refuse(problem: string): never {
  process.stderr.write(`${problem}\n`);
  process.exit(2);
}

/** The table with another metric as its first objective, and other columns for its legs. */
function told(table: RecordedTable, objective: string | undefined, ending: string): RecordedTable {
  const [first, ...others] = table.objectives;
  if (objective === undefined || first === undefined) return table;
  const legs = table.legs?.map((leg) => ({ ...leg, metric: `${leg.metric}${ending}` })) ?? [];
  const missing = [objective, ...legs.map(({ metric }) => metric)].find((metric) => !table.metrics.includes(metric));
  if (missing !== undefined) refuse(`${table.name} has no metric ${missing}.`);
  const reference = { ...table.reference, [objective]: table.reference[first.metric] ?? 0 };
  return { ...table, objectives: [{ ...first, metric: objective }, ...others], reference, legs };
}

const table = told(
  parseTable(JSON.parse(readFileSync(values.table, 'utf8')), values.table),
  values.objective,
  values.legs,
);
const objective = table.objectives[0] ?? refuse('The table has no objective.');
if (!table.metrics.includes(values.score))
  refuse(`--score ${values.score}: the table has ${table.metrics.join(', ')}.`);
const rows = table.families.flatMap((family) => family.rows);
const scoreOf = (row: TableRow): number => sign(objective.goal) * (row.metrics[values.score] ?? NaN);
const highest = (scores: readonly number[]): number =>
  scores.filter(Number.isFinite).reduce((high, score) => Math.max(high, score), -Infinity);
const valueOf = ({ metrics }: TableRow): number => sign(objective.goal) * (metrics[objective.metric] ?? NaN);
const [bestScore, bestValue] = [highest(rows.map(scoreOf)), highest(rows.map(valueOf))];

interface Found {
  /** What the choice is behind the table's best, by the score and by what the search was told. */
  readonly regret: number;
  readonly short: number;
  readonly trained: number;
}

/** The best whole training among rows; without one, nothing. */
function judge(among: readonly TableRow[]): Found {
  const trained = among.filter((row) => Number.isFinite(valueOf(row)));
  const choice = trained.reduce<TableRow | undefined>((a, b) => (a && valueOf(a) >= valueOf(b) ? a : b), undefined);
  const [score, value] = choice ? [scoreOf(choice), valueOf(choice)] : [0, 0];
  return { regret: bestScore - score, short: bestValue - value, trained: trained.length };
}

function search(strategy: string, seed: number, budgetEpochs: number): Found {
  const { id, options } = spelled(strategy);
  const game = replay(table, { strategy: id, options, seed, budgetEpochs, single: true, now: () => performance.now() });
  return judge(game.rows.flatMap((row) => rows[row] ?? []));
}

const seeds = seedsOf(values.seeds) ?? refuse(`--seeds ${values.seeds}: a number of seeds, or the first and last.`);
const budgets = values.budgets.split(',').map(Number);
const wrong = budgets.find((budget) => !(Number.isInteger(budget) && budget >= (table.epochs ?? Infinity)));
if (wrong !== undefined)
  refuse(`--budgets ${values.budgets}: whole numbers, ${table.epochs ?? 'and a table with'} epochs or more.`);

const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number / numbers.length, 0);

/** Mean, its standard error over the seeds, and median. */
function summary(numbers: readonly number[]) {
  const mean = meanOf(numbers);
  const spread = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / Math.max(1, numbers.length - 1);
  return { median: median(numbers), mean, error: Math.sqrt(spread / numbers.length) };
}

if (!values.json) {
  const whole = judge(rows).regret.toPrecision(3);
  process.stdout.write(`The best of all ${rows.length} by ${objective.metric} has a regret of ${whole}.\n`);
}
for (const strategy of values.strategies.split(',')) {
  for (const budget of budgets) {
    const games = seeds.map((seed) => search(strategy, seed, budget));
    const regrets = games.map(({ regret }) => regret);
    const { median: middling, mean, error } = summary(regrets);
    const short = summary(games.map((game) => game.short));
    const trained = meanOf(games.map((game) => game.trained));
    if (values.json) {
      const figures = {
        strategy,
        budget,
        median: middling,
        mean,
        error,
        short: short.mean,
        shortError: short.error,
        trained,
      };
      process.stdout.write(`${JSON.stringify({ ...figures, regrets })}\n`);
      continue;
    }
    const [middle, average, doubt, behind, behindDoubt] = [middling, mean, error, short.mean, short.error].map(
      (value) => value.toPrecision(3),
    );
    process.stdout.write(
      `${strategy.padEnd(24)} ${String(budget).padStart(5)} epochs, ${trained.toFixed(1).padStart(4)} whole: ` +
        `regret ${average} ± ${doubt}, median ${middle}; by what it was told ${behind} ± ${behindDoubt}\n`,
    );
  }
}
