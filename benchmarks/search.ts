/**
 * How few trainings a search needs: strategies played on the tasks of `benchmarks/search/tasks`, medians over seeds.
 *
 *   npm run bench:search [-- --tasks hartmann-6,union-scales --strategies trade,random --budget 200 --seeds 20 --batch 1
 *                            --table FILE --json]
 *
 * The last line of `--json` is `{"TASK":{"STRATEGY":{"COUNT":median,...},...},"askMs":{"STRATEGY":{"COUNT":[median,p95]}}}`.
 */
import { parseArgs } from 'node:util';
import { quantile } from '../src/core/math/quantile.ts';
import { STRATEGIES } from '../src/core/strategies/registry.ts';
import { playGame } from '../src/core/strategies/replay.ts';
import { listTasks } from './search/tasks/registry.ts';

const COUNTS = [10, 20, 24, 50, 100, 200, 300];
/** Asks whose times are taken together at a count: those of the last so many trials. */
const ASKS = 20;

const { values } = parseArgs({
  options: {
    tasks: { type: 'string' },
    strategies: { type: 'string', default: Object.keys(STRATEGIES).join() },
    budget: { type: 'string' },
    seeds: { type: 'string', default: '20' },
    batch: { type: 'string', default: '1' },
    table: { type: 'string', default: '../shared/tables/nas-bench-macro.json' },
    json: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);
const wanted = values.tasks?.split(',');
const tasks = listTasks([values.table], say).filter(({ name }) => wanted?.includes(name) ?? true);
const medians: Record<string, Record<string, Record<string, number>>> = {};
const askMs: Record<string, Record<string, [number, number]>> = {};
for (const task of tasks) {
  say(
    `${task.name}: ${task.summary}; median (quartiles) over ${values.seeds} seeds, ask time median / 95th percentile`,
  );
  const budget = Number(values.budget ?? task.budget);
  for (const strategy of values.strategies.split(',')) {
    const results = Array.from({ length: Number(values.seeds) }, (_, i) => {
      const options = { strategy, seed: i + 1, batch: Number(values.batch), now: () => performance.now() };
      return playGame(task.open(i + 1, budget), options);
    });
    const columns = COUNTS.filter((count) => count <= budget).map((count) => {
      const reached = results.map(({ curve }) => curve[Math.min(count, curve.length) - 1] ?? NaN);
      const times = results.flatMap((result) => result.askMs.slice(Math.max(0, count - ASKS), count));
      const middle = quantile(reached, 0.5);
      ((medians[task.name] ??= {})[strategy] ??= {})[count] = middle;
      const late: [number, number] = [quantile(times, 0.5), quantile(times, 0.95)];
      (askMs[strategy] ??= {})[count] = late;
      const band = [0.25, 0.75].map((share) => quantile(reached, share).toFixed(4)).join('-');
      return `${count}: ${middle.toFixed(4)} (${band}) ${late.map((ms) => ms.toFixed(0)).join('/')} ms`;
    });
    say(`  ${strategy.padEnd(10)} ${columns.join('   ')}`);
  }
}
if (values.json) process.stdout.write(`${JSON.stringify({ ...medians, askMs })}\n`);
