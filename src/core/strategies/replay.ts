/**
 * Plays a strategy against recorded trials, as if each row it asks for were trained on the spot. Pure: the clock comes in.
 * A table becomes a problem; its categorical levels and its families are permuted by the seed, so that nothing can profit
 * from the order in which a file lists them.
 */
import { createRng, split } from '../math/rng.ts';
import type { Limit, Metrics, Problem } from '../objective.ts';
import { hypervolume, hypervolumeHistory } from '../pareto.ts';
import { candidateKey, configurationKey } from '../space/candidate-key.ts';
import type { Configuration, Dimension, Family } from '../space/space.ts';
import { WorkbenchError } from '../errors.ts';
import { sign } from './ledger.ts';
import { openStrategy } from './registry.ts';
import type { StrategyOptions } from './strategy.ts';
import type { RecordedTable, TableFamily, TableRow } from './recorded-table.ts';

export interface TableProblem {
  readonly problem: Problem;
  /** Metrics and place of a candidate's row, by candidate key; rows are counted through the families as the file has them. */
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
  const all = [...rows.values()].map(({ metrics }) => metrics).filter((metrics) => withinLimits(metrics, limits));
  return {
    problem: { space: { families }, objectives, limits, reference: table.reference, budget },
    rows,
    hypervolume: hypervolume(all, objectives, table.reference),
  };
}

const withinLimits = (metrics: Metrics, limits: readonly Limit[]): boolean =>
  limits.every(({ metric, max }) => (metrics[metric] ?? NaN) <= max);

export interface ReplayOptions extends TableOptions {
  readonly strategy: string;
  readonly options?: StrategyOptions;
  /** Proposals per ask. */
  readonly batch?: number;
  /** Milliseconds from any fixed origin. */
  readonly now: () => number;
}

/** By row told, in order; `hypervolume` as a share of the whole table's. */
export interface ReplayResult {
  readonly seed: number;
  readonly hypervolume: readonly number[];
  readonly best: readonly number[];
  readonly askMs: readonly number[];
  readonly rows: readonly number[];
  readonly sources: readonly string[];
}

/** Plays until the budget is spent or the strategy has nothing more to propose. */
export function replay(table: RecordedTable, options: ReplayOptions): ReplayResult {
  const { seed, strategy, batch = 1, now } = options;
  const played = createTableProblem(table, options);
  const { problem } = played;
  const game = openStrategy(strategy, { problem, seed, options: options.options ?? {} });
  const told: Metrics[] = [];
  const askMs: number[] = [];
  const rows: number[] = [];
  const sources: string[] = [];
  for (;;) {
    const start = now();
    const event = game.ask(batch);
    const elapsed = now() - start;
    if (event.proposals.length === 0) break;
    game.fold(event);
    for (const { trial, candidate, why } of event.proposals) {
      const answer = played.rows.get(candidateKey(candidate));
      if (!answer)
        throw new WorkbenchError(
          'internal',
          `replay: ${strategy} proposed ${candidateKey(candidate)}, which is no row`,
        );
      game.fold({ type: 'told', trial, metrics: answer.metrics });
      told.push(answer.metrics);
      rows.push(answer.row);
      askMs.push(elapsed);
      sources.push(why.source);
    }
  }
  const counted = told.map((metrics) => (withinLimits(metrics, problem.limits) ? metrics : {}));
  const history = hypervolumeHistory(counted, problem.objectives, problem.reference);
  const whole = played.hypervolume;
  return {
    seed,
    hypervolume: history.map((volume) => (whole > 0 ? volume / whole : 1)),
    best: bestSoFar(problem, counted),
    askMs,
    rows,
    sources,
  };
}

function bestSoFar(problem: Problem, told: readonly Metrics[]): readonly number[] {
  const objective = problem.objectives[0];
  if (!objective) return told.map(() => NaN);
  const orientation = sign(objective.goal);
  let best = -Infinity;
  return told.map((metrics) => {
    best = Math.max(best, (metrics[objective.metric] ?? -Infinity) * orientation);
    return Number.isFinite(best) ? best * orientation : NaN;
  });
}
