/**
 * How few trainings a search needs: strategies replayed against recorded tables, medians over seeds.
 *
 *   node benchmarks/search.ts [--strategies trade,evolution,random] [--budget 200] [--seeds 5] [--batch 1] [--table FILE] [--json]
 *
 * The last line of `--json` is `{"TABLE":{"STRATEGY":{"COUNT":median,...},...},"askMs":{"STRATEGY":{"COUNT":[median,p95]}}}`.
 * A table that is not there is skipped, and said to be.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { quantile } from '../src/core/math/quantile.ts';
import { parseTable } from '../src/core/strategies/recorded-table.ts';
import { replay } from '../src/core/strategies/replay.ts';
import type { ReplayResult } from '../src/core/strategies/replay.ts';

const COUNTS = [10, 24, 50, 100, 200, 300];
/** Asks whose times are taken together at a count: those of the last so many trials. */
const ASKS = 20;

const { values } = parseArgs({
  options: {
    strategies: { type: 'string', default: 'trade,evolution,random' },
    budget: { type: 'string', default: '200' },
    seeds: { type: 'string', default: '5' },
    batch: { type: 'string', default: '1' },
    table: { type: 'string', default: '../shared/tables/nas-bench-macro.json' },
    json: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);

if (!existsSync(values.table)) {
  say(`SKIP: there is no table at ${values.table}; name one with --table FILE`);
} else {
  const table = parseTable(JSON.parse(readFileSync(values.table, 'utf8')), values.table);
  const budget = Number(values.budget);
  const counts = COUNTS.filter((count) => count <= budget);
  const shares: Record<string, Record<string, number>> = {};
  const askMs: Record<string, Record<string, [number, number]>> = {};
  say(
    `${table.name}: median share of hypervolume over ${values.seeds} seeds (worst), ask time median / 95th percentile`,
  );
  for (const strategy of values.strategies.split(',')) {
    const results = Array.from({ length: Number(values.seeds) }, (_, i): ReplayResult => {
      return replay(table, {
        strategy,
        seed: i + 1,
        budget,
        batch: Number(values.batch),
        now: () => performance.now(),
      });
    });
    const columns = counts.map((count) => {
      const reached = results.map(({ hypervolume }) => hypervolume[Math.min(count, hypervolume.length) - 1] ?? 0);
      const times = results.flatMap((result) => result.askMs.slice(Math.max(0, count - ASKS), count));
      const median = quantile(reached, 0.5);
      (shares[strategy] ??= {})[count] = median;
      const [middle, late] = [quantile(times, 0.5), quantile(times, 0.95)];
      (askMs[strategy] ??= {})[count] = [middle, late];
      return `${count}: ${median.toFixed(4)} (${Math.min(...reached).toFixed(3)}) ${middle.toFixed(0)}/${late.toFixed(0)} ms`;
    });
    say(`${strategy.padEnd(10)} ${columns.join('   ')}`);
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ [table.name]: shares, askMs })}\n`);
}
