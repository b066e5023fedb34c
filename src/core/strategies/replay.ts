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
import { invalid, WorkbenchError } from '../errors.ts';
import { countSpending, trainingsOf } from '../budget.ts';
import type { EventOf, Proposal } from '../records/events.ts';
import type { Leg } from '../records/proposal.ts';
import { openStrategy, strategyInfo } from './registry.ts';
import { SHORT_TRAININGS } from './strategy.ts';
import type { Embedding } from './embedding.ts';
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
  /** What shorter ones tell; absent: students are trained whole, and a budget is in trainings. */
  readonly short?: ShortTrainings;
  /** The score after each of the trials `[n]`, `NaN` as long as there is none. */
  readonly score: (played: readonly Played[]) => readonly number[];
  /** Which way the score gets better. */
  readonly direction: Goal;
}

/** Trainings by epochs. */
export interface ShortTrainings {
  /** Of a whole training. */
  readonly epochs: number;
  /** Epochs that all trainings together may take. */
  readonly budget: number;
  /** Those that can be asked for. */
  readonly legs: readonly Leg[];
  /** Who can do without them begins with them all the same. */
  readonly areDefault: boolean;
  /** What a leg tells of the candidate. */
  readonly answer: (candidate: Candidate, leg: Leg) => Metrics;
}

export interface GameOptions {
  readonly strategy: string;
  readonly seed: number;
  readonly options?: StrategyOptions;
  /** Of the game's students, where there is one. */
  readonly embedding?: Embedding;
  /** Proposals per ask. */
  readonly batch?: number;
  /** Milliseconds from any fixed origin. */
  readonly now: () => number;
  /** Hears before each ask what share of the budget is spent. */
  readonly spent?: (share: number) => void;
}

/** By whole training, in order; those of a batch share the time of its ask, and of the asks since
 * the last result. */
export interface GameResult {
  readonly played: readonly Played[];
  readonly curve: readonly number[];
  readonly askMs: readonly number[];
  readonly sources: readonly string[];
  /** Epochs spent until then, of short trainings too `[n]`; none where nobody counts them. */
  readonly epochs: readonly number[];
}

/** Plays until the budget is spent or the strategy has nothing more to propose. */
export function playGame(game: Game, play: GameOptions): GameResult {
  const { strategy, seed, options, embedding, batch = 1, now, spent } = play;
  const { problem, short } = game;
  const counted = short ? { epochs: short.epochs, budgetEpochs: short.budget, legs: short.legs } : { legs: [] };
  const given = { ...counted, ...(embedding && { embedding }) };
  const player = openStrategy(strategy, { problem, seed, options: optionsIn(game, strategy, options), ...given });
  const budget = short ? { epochs: short.budget } : { trials: problem.budget };
  const spending = countSpending({ budget, recipe: { epochs: short?.epochs ?? 1 } });
  const asked: Pick<Proposal, 'candidate' | 'seed'>[] = [];
  const result = { played: [] as Played[], askMs: [] as number[], sources: [] as string[], epochs: [] as number[] };
  let [waited, resting] = [0, 0];
  for (;;) {
    const count = spending.room(batch, resting);
    if (count === 0) break;
    spent?.(short ? spending.epochs() / short.budget : asked.length / problem.budget);
    const start = now();
    const event = player.ask(count);
    waited += now() - start;
    const { proposals, continues = [] } = event;
    if (proposals.length + continues.length === 0) break;
    player.fold(event);
    spending.fold(event);
    asked.push(...proposals);
    resting -= continues.length;
    const before = result.played.length;
    for (const { trial, leg, why } of [...continues, ...proposals]) {
      const { candidate, seed: own } = asked[trial]!;
      const end = endOf(game, { trial, leg, candidate, seed: own });
      player.fold(end);
      spending.fold(end);
      if (end.type === 'rested') {
        resting += 1;
        continue;
      }
      result.played.push({ candidate, metrics: end.metrics });
      result.askMs.push(waited);
      result.sources.push(why.source);
      if (short) result.epochs.push(spending.epochs());
    }
    if (result.played.length > before) waited = 0;
  }
  return { ...result, curve: game.score(result.played) };
}

/** Where epochs count and short trainings are there, who can use them does, if nobody says
 * otherwise. */
function optionsIn({ short }: Game, strategy: string, options: StrategyOptions = {}): StrategyOptions {
  const isAble = Object.hasOwn(strategyInfo(strategy).defaults, SHORT_TRAININGS);
  return short?.areDefault && isAble ? { [SHORT_TRAININGS]: true, ...options } : options;
}

/** A task of a game. */
interface Asked extends Pick<Proposal, 'trial' | 'candidate' | 'seed'> {
  readonly leg: Leg | undefined;
}

function endOf({ name, answer, short }: Game, { trial, leg, candidate, seed }: Asked): EventOf<'told' | 'rested'> {
  if (!leg) return { type: 'told', trial, metrics: answer(candidate, trial, seed) };
  const isThere = short?.legs.some(({ until, schedule }) => until === leg.until && schedule === leg.schedule);
  if (short && isThere) return { type: 'rested', trial, epoch: leg.until, metrics: short.answer(candidate, leg) };
  const what = leg.schedule === 'own' ? `a schedule of ${leg.until} epochs` : `a rest after ${leg.until} epochs`;
  throw new WorkbenchError('internal', `replay: ${what} was asked for, which ${name} does not have`);
}

export interface TableProblem {
  readonly problem: Problem;
  /** Metrics and place of a candidate's row, by candidate key; rows are counted through the
   * families as the file has them. */
  readonly rows: ReadonlyMap<string, { readonly row: number; readonly metrics: Metrics }>;
  /** Hypervolume of the whole table within the limits. */
  readonly hypervolume: number;
}

/** How much may be trained: so many rows, or so many epochs of all trainings together. */
export type TableBudget = { readonly budget: number } | { readonly budgetEpochs: number };

interface TableSettings {
  readonly seed: number;
  /** Short trainings cannot be asked for. */
  readonly noLegs?: boolean;
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

export type TableOptions = TableSettings & TableBudget;

/** The problem that a strategy is given, and the rows that answer it. */
export function createTableProblem(table: RecordedTable, options: TableOptions): TableProblem {
  const { seed, single = false, limits = [] } = options;
  const budget = 'budget' in options ? options.budget : trainingsIn(table, options.budgetEpochs);
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

/** Epochs of a whole training. Throws `config.invalid` where the table does not say what one takes,
 * or where the budget, in epochs, is less. */
export function wholeEpochs({ name, epochs }: Pick<RecordedTable, 'name' | 'epochs'>, budget: number): number {
  const field = 'budgetEpochs';
  if (epochs === undefined) throw invalid(field, `${name} does not say how many epochs a training has: count rows.`);
  if (budget >= epochs) return epochs;
  throw invalid(field, `${budget} epochs are fewer than the ${epochs} of one whole training.`);
}

/** Whole trainings, rounded up. */
const trainingsIn = (table: RecordedTable, epochs: number): number =>
  trainingsOf({ budget: { epochs }, recipe: { epochs: wholeEpochs(table, epochs) } });

/** A budget in rows is so many whole trainings' epochs where short ones are recorded. */
function shortTrainings(table: RecordedTable, { problem, rows }: TableProblem, options: TableOptions) {
  const { epochs, legs = [] } = table;
  const isCounted = 'budgetEpochs' in options || (legs.length > 0 && options.noLegs !== true);
  if (epochs === undefined || !isCounted) return undefined;
  const learned = problem.objectives[0]?.metric ?? '';
  const known = problem.objectives.filter((objective) => objective.known).map(({ metric }) => metric);
  const recorded = options.noLegs === true ? [] : legs;
  return {
    epochs,
    budget: 'budgetEpochs' in options ? options.budgetEpochs : options.budget * epochs,
    legs: recorded.map(({ epochs: until, schedule }) => ({ until, schedule })),
    areDefault: 'budgetEpochs' in options && recorded.length > 0,
    answer(candidate: Candidate, { until, schedule }: Leg): Metrics {
      const metrics = rows.get(candidateKey(candidate))?.metrics ?? {};
      const leg = recorded.find((one) => one.epochs === until && one.schedule === schedule);
      const costs = Object.fromEntries(known.map((metric) => [metric, metrics[metric] ?? NaN]));
      return { ...costs, [learned]: metrics[leg?.metric ?? ''] ?? NaN };
    },
  } satisfies ShortTrainings;
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
  /** Epochs spent, of short trainings too, when the row was told; none where the table does not
   * say what a training takes, or has no short ones and the budget counts rows. */
  readonly epochs: readonly number[];
}

/** A table as a game: share of the whole table's hypervolume, or the best value of the only
 * objective. */
export function createTableGame(table: RecordedTable, options: TableOptions): Game {
  return tableGame(table, createTableProblem(table, options), options);
}

function tableGame(table: RecordedTable, source: TableProblem, options: TableOptions): Game {
  const { name } = table;
  const { problem, rows, hypervolume: whole } = source;
  const short = shortTrainings(table, source, options);
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
    ...(short && { short }),
  };
}

/** Plays until the budget is spent or the strategy has nothing more to propose. */
export function replay(table: RecordedTable, options: ReplayOptions): ReplayResult {
  const source = createTableProblem(table, options);
  const { played, askMs, sources, epochs } = playGame(tableGame(table, source, options), options);
  return {
    seed: options.seed,
    hypervolume: hypervolumeShare(source.problem, played, source.hypervolume),
    best: bestSoFar(source.problem, played),
    askMs,
    rows: played.map(({ candidate }) => source.rows.get(candidateKey(candidate))?.row ?? NaN),
    sources,
    epochs,
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
