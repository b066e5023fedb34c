/**
 * How few trainings a search needs: strategies played on the tasks of `benchmarks/search/tasks`, medians over seeds.
 *
 *   npm run bench:search [-- options]
 *
 *   --tasks a,b        of the tasks (all)              --strategies s,t   ours and peers by name (all of ours)
 *   --seeds 20         seeds 1, 2, ...                 --peers            all peers too (npm run bench:peers makes them)
 *   --budget N         trials (each task's own)        --batch 1          proposals per ask
 *   --record FILE      plays only what FILE does not hold, and adds it line by line
 *   --stale            takes records of an earlier state of the code as well
 *   --report           plays nothing
 *   --jobs 1           processes                       --clock cpu        ask times by processor time, for a busy machine
 *   --table FILE       another recorded table          --json             figures on standard output
 *
 * Options of a strategy stand behind its name: `trade:references=false`. The last line of `--json` is
 * `{"TASK":{"STRATEGY":{"COUNT":median,...},...},...,"askMs":{"STRATEGY":{"COUNT":[median,p95]}}}`, the one before it has
 * the quartiles in the same form and the trials until evolution's last median:
 * `{"bands":{"TASK":{"STRATEGY":{"COUNT":[lower,upper]}}},"trials":{"TASK":{"STRATEGY":median}}}`.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { WorkbenchError } from '../src/core/errors.ts';
import { STRATEGIES } from '../src/core/strategies/registry.ts';
import { peerPython } from './peers/environment.mjs';
import { PEERS } from './search/peers.ts';
import { isPeer, playerHash, unknownStrategy } from './search/player.ts';
import { playAll } from './search/pool.ts';
import { findRecord, gameHash, originOf, readRecords, writeRecord } from './search/records.ts';
import type { Clock, Match, MatchRecord } from './search/records.ts';
import { anytime, askTimes, byStrategy, byTask, summarise, trialsUntil } from './search/summary.ts';
import { listTasks } from './search/tasks/registry.ts';
import type { Task } from './search/tasks/task.ts';

const { values } = parseArgs({
  options: {
    tasks: { type: 'string' },
    strategies: { type: 'string', default: Object.keys(STRATEGIES).join() },
    peers: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '20' },
    budget: { type: 'string' },
    batch: { type: 'string', default: '1' },
    record: { type: 'string' },
    stale: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '1' },
    clock: { type: 'string', default: 'wall' },
    table: { type: 'string', default: '../shared/tables/nas-bench-macro.json' },
    json: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);
const note = (line: string): void => void process.stderr.write(`${line}\n`);

const tables = [values.table];

/** All tasks, or the end of the program where a table is none. */
function readTasks(): readonly Task[] {
  try {
    return listTasks(tables, say);
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error;
    note(error.message);
    process.exit(2);
  }
}

const tasks = readTasks();
const wanted = values.tasks?.split(',') ?? tasks.map(({ name }) => name);
const absent = wanted.filter((name) => !tasks.some((task) => task.name === name));
if (absent.length > 0) note(`SKIP ${absent.join(', ')}: there is no such task here`);

/** Ours, and the peers where their environment is there. */
function players(): readonly string[] {
  const named = [...values.strategies.split(','), ...(values.peers ? Object.keys(PEERS) : [])];
  for (const problem of named.map(unknownStrategy)) {
    if (problem === undefined) continue;
    note(problem);
    process.exit(2);
  }
  const unique = [...new Set(named)];
  if (values.report || existsSync(peerPython()) || !unique.some(isPeer)) return unique;
  say(`SKIP ${unique.filter(isPeer).join(', ')}: their environment is not there; make it with: npm run bench:peers`);
  return unique.filter((name) => !isPeer(name));
}

const strategies = players();
const known = readRecords(values.record);
const records: MatchRecord[] = [];
const missing: Match[] = [];
let old = 0;
for (const task of tasks.filter(({ name }) => wanted.includes(name))) {
  const budget = Number(values.budget ?? task.budget);
  const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);
  const games = new Map<number, string>();
  for (const strategy of strategies) {
    for (const seed of seeds) {
      const match = { task: task.name, strategy, seed, budget, batch: Number(values.batch) };
      const record = findRecord(known, match);
      if (record && !games.has(seed)) games.set(seed, gameHash(task.open(seed, budget)));
      const fresh = record?.game === games.get(seed) && record?.player === playerHash(strategy);
      if (record && !fresh) old++;
      if (record && (fresh || values.stale)) records.push(record);
      else missing.push(match);
    }
  }
}
if (old > 0) note(`${old} records are of an earlier state of the code${values.stale ? '' : ' and do not count'}`);
if (!values.report) {
  const orders = missing.map((match) => ({ match, tables, clock: values.clock === 'cpu' ? 'cpu' : 'wall' }) as const);
  await playAll(orders satisfies readonly { clock: Clock }[], Number(values.jobs), ({ match }, answer) => {
    const name = `${match.task} ${match.strategy} ${match.seed}`;
    if ('error' in answer) return note(`${name} FAILED: ${answer.error}`);
    const record = { ...answer.record, origin: originOf(new Date()) };
    if (values.record !== undefined) writeRecord(values.record, record);
    records.push(record);
    note(`${name}: ${record.skipped ?? record.curve.at(-1)?.toFixed(4)}`);
  });
}

/** Regularised evolution's last median is what the trials of others are counted until. */
const GOAL = 'evolution';
const trials: Record<string, Record<string, number>> = {};

for (const [name, ofTask] of byTask(records.filter(({ curve }) => curve.length > 0))) {
  const task = tasks.find((one) => one.name === name);
  const goal = anytime(ofTask.filter(({ strategy }) => strategy === GOAL)).at(-1);
  const direction = task?.open(1, 1).direction ?? 'maximize';
  const untilGoal: Record<string, number> = {};
  say(`\n${name}: ${task?.summary ?? ''}; median (quartiles)`);
  for (const [strategy, own] of byStrategy(ofTask)) {
    const columns = anytime(own).map(
      ({ count, median, band }) => `${count}: ${median.toFixed(4)} (${band.map((end) => end.toFixed(3)).join(' ')})`,
    );
    if (goal) {
      const until = trialsUntil(own, goal.median, direction);
      untilGoal[strategy] = until;
      columns.push(`${GOAL}'s at ${goal.count} after ${Number.isFinite(until) ? until : 'more'}`);
    }
    const longest = own.reduce((most, { askMs }) => Math.max(most, askMs.length), 0);
    const [middle, late] = askTimes(own, longest);
    const ask = `ask at ${longest}: ${middle.toFixed(0)}/${late.toFixed(0)} ms, ${own.length} seeds`;
    say(`  ${strategy.padEnd(18)} ${columns.join('  ')}  ${ask}`);
  }
  if (goal) trials[name] = untilGoal;
}
for (const { task, strategy, skipped } of records.filter(({ seed, skipped }) => seed === 1 && skipped !== undefined)) {
  say(`${task} ${strategy}: not played: ${skipped}`);
}
if (values.json) {
  const { medians, bands, askMs } = summarise(records);
  process.stdout.write(`${JSON.stringify({ bands, trials })}\n`);
  process.stdout.write(`${JSON.stringify({ ...medians, askMs })}\n`);
}
