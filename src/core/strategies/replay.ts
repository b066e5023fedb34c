/**
 * Plays a strategy against answers that cost no training: a game. Recorded trials are one kind, as
 * if each row that is asked for were trained on the spot; test functions are another. Pure: the
 * clock comes in.
 * A table becomes a problem; its categorical levels and its families are permuted by the seed, so
 * that nothing can profit from the order in which a file lists them.
 */
import { createRng, split } from '../math/rng.ts';
import { hypervolume, hypervolumeHistory } from '../geometry/hypervolume.ts';
import { isFeasible, sign } from '../objective.ts';
import type { Goal, Limit, Metrics, Problem } from '../objective.ts';
import { candidateKey, configurationKey } from '../space/candidate-key.ts';
import type { Candidate, Configuration, Dimension, Family } from '../space/space.ts';
import { WorkbenchError } from '../errors.ts';
import { openStrategy } from './registry.ts';
import type { StrategyOptions } from './strategy.ts';
import type { RecordedTable, TableFamily, TableRow } from './recorded-table.ts';

/** A trial that was played: what was proposed, and what its training told. */
export interface Played {
  readonly candidate: Candidate;
  readonly metrics: Metrics;
}

/** A problem, the answers to its proposals, and what the answers are worth. */
export interface Game {
  readonly name: string;
  readonly problem: Problem;
  /** What the training of a candidate tells; `trial` is its index and `seed` its own, from which
   * noise may come. */
  readonly answer: (candidate: Candidate, trial: number, seed: number) => Metrics;
  /** The score after each of the trials `[n]`, `NaN` as long as there is none. */
  readonly score: (played: readonly Played[]) => readonly number[];
  /** Which way the score gets better. */
  readonly direction: Goal;
}

export interface GameOptions {
  readonly strategy: string;
  readonly seed: number;
  readonly options?: StrategyOptions;
  /** Proposals per ask. */
  readonly batch?: number;
  /** Milliseconds from any fixed origin. */
  readonly now: () => number;
}

/** By trial, in order; a batch's trials share the time of its ask. */
export interface GameResult {
  readonly played: readonly Played[];
  readonly curve: readonly number[];
  readonly askMs: readonly number[];
  readonly sources: readonly string[];
}

/** Plays until the budget is spent or the strategy has nothing more to propose. */
export function playGame(game: Game, { strategy, seed, options = {}, batch = 1, now }: GameOptions): GameResult {
  const player = openStrategy(strategy, { problem: game.problem, seed, options });
  const played: Played[] = [];
  const askMs: number[] = [];
  const sources: string[] = [];
  for (;;) {
    const start = now();
    const event = player.ask(batch);
    const elapsed = now() - start;
    if (event.proposals.length === 0) break;
    player.fold(event);
    for (const { trial, candidate, seed: trialSeed, why } of event.proposals) {
      const metrics = game.answer(candidate, trial, trialSeed);
      player.fold({ type: 'told', trial, metrics });
      played.push({ candidate, metrics });
      askMs.push(elapsed);
      sources.push(why.source);
    }
  }
  return { played, curve: game.score(played), askMs, sources };
}

export interface TableProblem {
  readonly problem: Problem;
  /** Metrics and place of a candidate's row, by candidate key; rows are counted through the
   * families as the file has them. */
  readonly rows: ReadonlyMap<string, { readonly row: number; readonly metrics: Metrics }>;
  /** Hypervolume of the whole table within the limits. */
  readonly hypervolume: number;
}

export interface TableOptions {
  readonly seed: number;
  readonly budget: number;
  /** The first objective alone. */
  readonly single?: boolean;
  readonly limits?: readonly Limit[];
}

function configOf(family: TableFamily, row: TableRow): Configuration {
  return Object.fromEntries(family.parameters.map(({ name }, i) => [name, row.levels[i] ?? '']));
}

function tableFamily(table: RecordedTable, family: TableFamily, seed: number): Family {
  const rng = createRng(seed);
  const configs = family.rows.map((row) => configOf(family, row));
  const known = table.objectives.filter((objective) => objective.known).map(({ metric }) => metric);
  const costs = new Map(
    family.rows.map((row, i) => [
      configurationKey(configs[i] ?? {}),
      Object.fromEntries(known.map((metric) => [metric, row.metrics[metric] ?? NaN])),
    ]),
  );
  const dimensions = family.parameters.map(({ name, type, values }): Dimension => {
    const levels = type === 'categorical' ? rng.shuffle(values) : values;
    return { name, title: name, role: 'other', type, levels };
  });
  const combinations = dimensions.reduce((product, { levels }) => product * levels.length, 1);
  const whole = table.complete && combinations === configs.length;
  return {
    name: family.name,
    title: family.name,
    dimensions,
    costs: (config) => costs.get(configurationKey(config)) ?? {},
    ...(whole ? {} : { pool: rng.shuffle(configs) }),
  };
}

/** The problem that a strategy is given, and the rows that answer it. */
export function createTableProblem(table: RecordedTable, options: TableOptions): TableProblem {
  const { seed, budget, single = false, limits = [] } = options;
  const rng = createRng(seed);
  const families = rng.shuffle(table.families.map((family, i) => tableFamily(table, family, split(seed, i + 1))));
  const objectives = single ? table.objectives.slice(0, 1) : table.objectives;
  const rows = new Map<string, { row: number; metrics: Metrics }>();
  for (const family of table.families) {
    for (const row of family.rows) {
      rows.set(candidateKey({ family: family.name, config: configOf(family, row) }), {
        row: rows.size,
        metrics: row.metrics,
      });
    }
  }
  const all = [...rows.values()].map(({ metrics }) => metrics).filter((metrics) => isFeasible(metrics, limits));
  return {
    problem: { space: { families }, objectives, limits, reference: table.reference, budget },
    rows,
    hypervolume: hypervolume(all, objectives, table.reference),
  };
}

export type ReplayOptions = TableOptions & GameOptions;

/** By row told, in order; `hypervolume` as a share of the whole table's. */
export interface ReplayResult {
  readonly seed: number;
  readonly hypervolume: readonly number[];
  readonly best: readonly number[];
  readonly askMs: readonly number[];
  readonly rows: readonly number[];
  readonly sources: readonly string[];
}

/** A table as a game: share of the whole table's hypervolume, or the best value of the only
 * objective. */
export function createTableGame(table: RecordedTable, options: TableOptions): Game {
  return tableGame(table.name, createTableProblem(table, options));
}

function tableGame(name: string, { problem, rows, hypervolume: whole }: TableProblem): Game {
  const only = problem.objectives.length === 1 ? problem.objectives[0] : undefined;
  return {
    name,
    problem,
    answer(candidate) {
      const row = rows.get(candidateKey(candidate));
      if (row) return row.metrics;
      throw new WorkbenchError(
        'internal',
        `replay: ${candidateKey(candidate)} was proposed, which is no row of ${name}`,
      );
    },
    score: (played) => (only ? bestSoFar(problem, played) : hypervolumeShare(problem, played, whole)),
    direction: only?.goal ?? 'maximize',
  };
}

/** Plays until the budget is spent or the strategy has nothing more to propose. */
export function replay(table: RecordedTable, options: ReplayOptions): ReplayResult {
  const source = createTableProblem(table, options);
  const { played, askMs, sources } = playGame(tableGame(table.name, source), options);
  return {
    seed: options.seed,
    hypervolume: hypervolumeShare(source.problem, played, source.hypervolume),
    best: bestSoFar(source.problem, played),
    askMs,
    rows: played.map(({ candidate }) => source.rows.get(candidateKey(candidate))?.row ?? NaN),
    sources,
  };
}

/** Hypervolume after each trial as a share of `whole`, `[n]`; what breaks a limit adds nothing. */
export function hypervolumeShare(problem: Problem, played: readonly Played[], whole: number): readonly number[] {
  const counted = played.map(({ metrics }) => (isFeasible(metrics, problem.limits) ? metrics : {}));
  const history = hypervolumeHistory(counted, problem.objectives, problem.reference);
  return history.map((volume) => (whole > 0 ? volume / whole : 1));
}

/** The best first objective within the limits after each trial, `[n]`; NaN as long as there is
 * none. */
export function bestSoFar(problem: Problem, played: readonly Played[]): readonly number[] {
  const objective = problem.objectives[0];
  if (!objective) return played.map(() => NaN);
  const orientation = sign(objective.goal);
  let best = -Infinity;
  return played.map(({ metrics }) => {
    const value = isFeasible(metrics, problem.limits) ? (metrics[objective.metric] ?? NaN) * orientation : NaN;
    if (Number.isFinite(value) && value > best) best = value;
    return Number.isFinite(best) ? best * orientation : NaN;
  });
}
