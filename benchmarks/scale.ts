/**
 * How many trainings side by side a search can use: strategies played by slots in simulated time,
 * medians over seeds.
 *
 *   npm run bench:scale [-- options]
 *
 *   --tasks a,b          of fashion-kd, wide8 (both)
 *   --strategies s,t     by name (gp-ehvi,trade,evolution,random)
 *   --slots 1,8,64,512   trainings side by side
 *   --seeds 10           seeds 1, 2, ..., or 101-160
 *   --record FILE        plays only what FILE does not hold, and adds it line by line
 *                        (benchmarks/records/scale.jsonl)
 *   --stale              takes records of an earlier state of the code as well
 *   --report             plays nothing
 *   --json               figures on standard output
 *
 * Any number of processes may share a FILE. The last line of `--json` is
 * `{"TASK":{"STRATEGY":{"SLOTS":figures,...},...},...}` (benchmarks/scale/summary.ts).
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { MOST_SEEDS, seedsOf } from '../src/cli/seed-range.ts';
import { isStrategyId } from '../src/core/strategies/registry.ts';
import type { StrategyId } from '../src/core/strategies/registry.ts';
import { readRecord, recorded } from '../scripts/study/record.ts';
import { idOf, matchWords, playRow } from './scale/rows.ts';
import type { SlotsMatch, SlotsRow } from './scale/rows.ts';
import { reportLines, summarise } from './scale/summary.ts';
import { timedTasks } from './scale/timed-tasks.ts';

const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: 'fashion-kd,wide8' },
    strategies: { type: 'string', default: 'gp-ehvi,trade,evolution,random' },
    slots: { type: 'string', default: '1,8,64,512' },
    seeds: { type: 'string', default: '10' },
    record: { type: 'string', default: fileURLToPath(new URL('./records/scale.jsonl', import.meta.url)) },
    stale: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

/** More slots than this, and one process cannot be asked for each student alone. */
const ASKED_ONE_BY_ONE = 64;
/** What is asked for then, once in so many seconds: slots are idle for half of it, on average. */
const EVERY_SECONDS = 1;

const say = (line: string): void => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);
const note = (line: string): void => void process.stderr.write(`${line}\n`);

function refuse(problem: string): never {
  note(problem);
  process.exit(2);
}

const all = timedTasks();
const tasks = values.tasks.split(',').map((name) => {
  const known = all.map((task) => task.name).join(', ');
  return all.find((task) => task.name === name) ?? refuse(`--tasks ${name}: choose from ${known}.`);
});
const strategies = values.strategies.split(',').map((name): StrategyId => {
  return isStrategyId(name) ? name : refuse(`--strategies ${name}: there is no such strategy.`);
});
const slotCounts = values.slots.split(',').map(Number);
if (!slotCounts.every((count) => Number.isInteger(count) && count >= 1)) {
  refuse(`--slots ${values.slots}: whole numbers of at least 1.`);
}
const seeds =
  seedsOf(values.seeds) ??
  refuse(`--seeds ${values.seeds}: a number of seeds, or the first and last, as 101-160; ${MOST_SEEDS} at most.`);

// All play a seed before any plays the next: what there is at any time is paired.
const games = seeds.flatMap((seed) => {
  return tasks.flatMap((task) => {
    return slotCounts.flatMap((slots) => {
      const everySeconds = slots > ASKED_ONE_BY_ONE ? EVERY_SECONDS : 0;
      return strategies.map((strategy) => {
        const match: SlotsMatch = {
          ...{ task: task.name, strategy, slots, seed, budget: task.budgetWith(slots), everySeconds },
        };
        return { match, task, id: idOf(match, task) };
      });
    });
  });
});

if (!values.report) {
  for (const [i, { match, task, id }] of games.entries()) {
    const row = await recorded(values.record, id, () => Promise.resolve(playRow(match, task)));
    if (row) note(`${i + 1}/${games.length} ${matchWords(match)}: ${row.steps.at(-1)?.[2] ?? 'nothing'}`);
  }
}

const kept = readRecord<SlotsRow>(values.record);
const byId = new Map(kept.map((row) => [row.id, row]));
const byWords = new Map(kept.map((row) => [matchWords(row), row]));
const found = games.map(({ match, id }) => byId.get(id) ?? (values.stale ? byWords.get(matchWords(match)) : undefined));
const rows = found.filter((row) => row !== undefined);
if (rows.length < games.length) {
  say(`${games.length - rows.length} of ${games.length} games are not recorded in this state of the code.`);
}
const summary = summarise(rows);
for (const line of reportLines(summary)) say(line);
if (values.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
