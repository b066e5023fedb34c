/**
 * How few trainings a search needs: strategies played on the tasks of `benchmarks/search/tasks`,
 * medians over seeds.
 *
 *   npm run bench:search [-- options]
 *
 *   --tasks a,b        of the tasks (all)              --strategies s,t   by name, `ours`, `peers`
 *   --seeds 20         seeds 1, 2, ..., or 101-160     --budget N         trials (each task's own)
 *   --batch 1          proposals per ask               --table FILE       another recorded table
 *   --record FILE      plays only what FILE does not hold, and adds it line by line
 *   --stale            takes records of an earlier state of the code as well
 *   --report           plays nothing
 *   --jobs 1           processes                       --clock cpu        asks by processor time
 *   --json             figures on standard output
 *   --peers HOW        where the peers' games come from: `recorded` takes those of
 *                      benchmarks/records/search-peers.jsonl, `live` plays them now, `none` leaves
 *                      them out; `auto`, the default, takes what is recorded and plays the rest
 *                      where the peers' environment is there (npm run bench:peers makes it)
 *
 * Options of a strategy stand behind its name: `trade:references=false`. The last line of `--json`
 * is
 * `{"TASK":{"STRATEGY":{"COUNT":median,...},...},...,"askMs":{"STRATEGY":{"COUNT":[median,p95]}}}`,
 * the one before it has the quartiles in the same form, the trials until evolution's last median,
 * and how the games came to be, recorded ones with machine, versions and days:
 * `{"bands":{"TASK":{"STRATEGY":{"COUNT":[lower,upper]}}},
 * "trials":{"TASK":{"STRATEGY":median}},"games":{"STRATEGY":[...]}}`.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { MOST_SEEDS, seedsOf } from '../src/cli/seed-range.ts';
import { WorkbenchError } from '../src/core/errors.ts';
import { STRATEGIES } from '../src/core/strategies/registry.ts';
import { peerPython } from './peers/environment.mjs';
import { PEERS } from './search/peers.ts';
import { PEER_GAMES, planGames, provenances } from './search/plan.ts';
import { isPeer, playerHash, unknownStrategy } from './search/player.ts';
import { playAll } from './search/pool.ts';
import { findHead, findRecord, gameHash, originOf, readRecords, writeRecord } from './search/records.ts';
import type { Clock, Match, MatchRecord } from './search/records.ts';
import { report } from './search/report.ts';
import { summarise } from './search/summary.ts';
import { listTasks } from './search/tasks/registry.ts';
import type { Task } from './search/tasks/task.ts';

const { values } = parseArgs({
  options: {
    tasks: { type: 'string' },
    strategies: { type: 'string', default: 'ours,peers' },
    peers: { type: 'string', default: 'auto' },
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

const RECORDED = fileURLToPath(new URL('./records/search-peers.jsonl', import.meta.url));

const say = (line: string): void => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);
const note = (line: string): void => void process.stderr.write(`${line}\n`);

function refuse(problem: string): never {
  note(problem);
  process.exit(2);
}

const tables = [values.table];

/** All tasks, or the end of the program where a table is none. */
function readTasks(): readonly Task[] {
  try {
    return listTasks(tables, say);
  } catch (error) {
    if (error instanceof WorkbenchError) refuse(error.message);
    throw error;
  }
}

const tasks = readTasks();
const wanted = values.tasks?.split(',') ?? tasks.map(({ name }) => name);
const absentTasks = wanted.filter((name) => !tasks.some((task) => task.name === name));
if (absentTasks.length > 0) note(`SKIP ${absentTasks.join(', ')}: there is no such task here`);

const peerGames =
  PEER_GAMES.find((how) => how === values.peers) ??
  refuse(`--peers ${values.peers}: choose from ${PEER_GAMES.join(', ')}.`);

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  ours: Object.keys(STRATEGIES),
  peers: Object.keys(PEERS),
};

function players(): readonly string[] {
  const named = new Set(values.strategies.split(',').flatMap((name) => GROUPS[name] ?? [name]));
  for (const name of named) {
    const problem = unknownStrategy(name);
    if (problem !== undefined) refuse(problem);
  }
  return [...named].filter((name) => peerGames !== 'none' || !isPeer(name));
}

const opened = new Map<string, string>();

/** Hash of a game, whose budget does not enter. */
function gameOf(name: string, seed: number): string | undefined {
  const key = `${name} ${seed}`;
  const task = tasks.find((one) => one.name === name);
  if (task && !opened.has(key)) opened.set(key, gameHash(task.open(seed, task.budget)));
  return opened.get(key);
}

const seeds =
  seedsOf(values.seeds) ??
  refuse(`--seeds ${values.seeds}: a number of seeds, or the first and last, as 101-160; ${MOST_SEEDS} at most.`);
const known = readRecords(values.record);
const recorded = readRecords(peerGames === 'live' || peerGames === 'none' ? undefined : RECORDED);
const environment = existsSync(peerPython());

const matches = tasks
  .filter(({ name }) => wanted.includes(name))
  .flatMap((task) => {
    const budget = Number(values.budget ?? task.budget);
    return players().flatMap((strategy) => {
      return seeds.map((seed) => ({ task: task.name, strategy, seed, budget, batch: Number(values.batch) }));
    });
  });

const placeOf = ({ task, strategy, seed }: Match): string => `${task} ${strategy} ${seed}`;

const plan = planGames(matches, {
  find: (match) =>
    [
      findRecord(known, match),
      // No peer plans for its budget.
      ...(isPeer(match.strategy) ? [findHead(known, match), findHead(recorded, match)] : []),
    ].filter((record) => record !== undefined),
  isFresh: ({ task, strategy, seed, game, player }) => player === playerHash(strategy) && game === gameOf(task, seed),
  mayPlay: ({ strategy }) => !isPeer(strategy) || (environment && peerGames !== 'recorded'),
  stale: values.stale,
});
if (plan.old > 0) {
  note(`${plan.old} records are of an earlier state of the code${values.stale ? '' : ' and do not count'}`);
}
for (const strategy of new Set(plan.absent.map((match) => match.strategy))) {
  const games = plan.absent.filter((match) => match.strategy === strategy).length;
  const remedy = environment
    ? 'play them with --peers auto'
    : 'make the environment that plays them with: npm run bench:peers';
  say(`SKIP ${strategy}: ${games} of its games are not recorded; ${remedy}`);
}

const played = new Set<MatchRecord>();
if (!values.report) {
  const clock: Clock = values.clock === 'cpu' ? 'cpu' : 'wall';
  const orders = plan.missing.map((match: Match) => ({ match, tables, clock }));
  await playAll(orders, Number(values.jobs), ({ match }, answer) => {
    const name = `${match.task} ${match.strategy} ${match.seed}`;
    if ('error' in answer) return note(`${name} FAILED: ${answer.error}`);
    const record = { ...answer.record, origin: originOf(new Date()) };
    if (values.record !== undefined) writeRecord(values.record, record);
    played.add(record);
    note(`${name}: ${record.skipped ?? record.curve.at(-1)?.toFixed(4)}`);
  });
}

const places = new Map(matches.map((match, i) => [placeOf(match), i]));
const records = [...plan.records, ...played].sort(
  (a, b) => (places.get(placeOf(a)) ?? 0) - (places.get(placeOf(b)) ?? 0),
);
const isNow = (record: MatchRecord): boolean => played.has(record);
const titleOf = (name: string) => {
  const task = tasks.find((one) => one.name === name);
  return task && { summary: task.summary, direction: task.open(1, 1).direction };
};
const { lines, trials } = report(records, titleOf, isNow);
for (const line of lines) say(line);
if (values.json) {
  const { medians, bands, askMs } = summarise(records);
  process.stdout.write(`${JSON.stringify({ bands, trials, games: provenances(records, isNow) })}\n`);
  process.stdout.write(`${JSON.stringify({ ...medians, askMs })}\n`);
}
