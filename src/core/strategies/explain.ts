/** Why a run went as it did, read from its log: which family got what, what the regions did, how
 * good the predictions were. */
import type { Proposal, RunEvent } from '../records/events.ts';
import { hypervolume } from '../geometry/hypervolume.ts';
import { paretoItems } from '../geometry/pareto-front.ts';
import { isFeasible, sign } from '../objective.ts';
import type { Metrics, Problem } from '../objective.ts';
import { learnedMetric, withReward } from '../reward.ts';
import { candidateKey } from '../space/candidate-key.ts';
import { familyOf } from '../space/lattice.ts';
import { adjacentExchange } from '../space/neighbours.ts';
import { calibrate } from '../surrogate/calibration.ts';
import type { Calibration } from '../surrogate/calibration.ts';
import type { StrategyInput } from './strategy.ts';
import { explainBy } from './registry.ts';
import type { Answer, Growth, LeftOut, RegionsAfter } from './followed.ts';

/** What a family got of the budget, and what came of it. */
export interface FamilyAccount {
  readonly family: string;
  readonly proposed: number;
  readonly told: number;
  readonly failed: number;
  /** How often each arm chose it: `reference`, `global`, `region`, ... */
  readonly sources: Readonly<Record<string, number>>;
  /** Best value told within the limits, in the objective's own unit. */
  readonly best?: number;
  /** Mean of the gains that were expected of its students when they were chosen. */
  readonly expectedGain?: number;
  /** Students of it that no other dominates. */
  readonly front: number;
  /** Share of the run's hypervolume that would be lost without the family. */
  readonly share: number;
  /** Its latest trial. */
  readonly last?: number;
}

/** A prediction made before training beside what came of it, in the objective's own unit. */
export interface Predicted {
  readonly trial: number;
  readonly family: string;
  readonly mean: number;
  /** Of the outcome: the posterior's, and the noise of a training as it was estimated then. */
  readonly deviation: number;
  readonly outcome: number;
}

export interface Explanation {
  /** Families of the space, those without a trial included, in its order. */
  readonly families: readonly FamilyAccount[];
  /** Of the proposals that the surrogate made, the share that lay in no region; `undefined` without
   * any. */
  readonly globalShare?: number;
  readonly predictions: readonly Predicted[];
  /** Of all predictions; `undefined` without any. */
  readonly calibration?: Calibration;
  readonly calibrations: readonly { readonly family: string; readonly calibration: Calibration }[];
  /** After each result; empty for strategies that tell of none. */
  readonly regions: readonly RegionsAfter[];
  /** How well the surrogate tells each result from all others as it stands; for strategies that
   * share TRADE's. */
  readonly leftOut?: LeftOut;
  /** What the strategy itself names as its find. */
  readonly answer?: Answer;
  /** Of a search by layers. */
  readonly growth?: Growth;
  /** The best single student; `undefined` without a result. */
  readonly winner?: Winner;
}

/** The best student by the first objective within the limits, and how flat it is around it. */
export interface Winner {
  readonly trial: number;
  readonly own: number;
  /** One-edit neighbours that have a result. */
  readonly neighbours: number;
  /** Of these alone; `undefined` of none. */
  readonly mean?: number;
}

export function explainRun(strategy: string, input: StrategyInput, log: readonly RunEvent[]): Explanation {
  const { problem } = input;
  const search = explainBy(strategy, input, log);
  const trials = resultsOf(problem, log);
  const predictions = predictionsOf(problem, trials, search?.noise ?? new Map());
  const byFamily = problem.space.families.flatMap(({ name }) => {
    const calibration = calibrate(predictions.filter(({ family }) => family === name));
    return calibration ? [{ family: name, calibration }] : [];
  });
  const guided = trials.filter(({ why }) => why.source === 'global' || why.source === 'region');
  const outside = guided.filter(({ why }) => why.source === 'global').length;
  return {
    families: accountsOf(problem, trials),
    globalShare: guided.length > 0 ? outside / guided.length : undefined,
    predictions,
    calibration: calibrate(predictions),
    calibrations: byFamily,
    regions: search?.regions ?? [],
    leftOut: search?.leftOut,
    answer: search?.answer,
    growth: search?.growth,
    winner: winnerOf(problem, trials),
  };
}

/** The earliest of equals. */
function winnerOf(problem: Problem, trials: readonly Result[]): Winner | undefined {
  const { objectives, limits, reward, space } = problem;
  const orientation = sign(objectives[0]?.goal ?? 'maximize');
  const valueOf = ({ metrics }: Result): number => withReward(reward, metrics)[objectives[0]?.metric ?? ''] ?? NaN;
  const told = trials.filter((one) => one.state === 'told' && Number.isFinite(valueOf(one)));
  const within = told.filter(({ metrics }) => isFeasible(metrics, limits));
  const [first] = within;
  if (!first) return undefined;
  const best = within.reduce((high, one) => (orientation * valueOf(one) > orientation * valueOf(high) ? one : high));
  const family = familyOf(space, best.candidate.family);
  const near = new Set(
    adjacentExchange(family, best.candidate.config).map((config) => candidateKey({ family: family.name, config })),
  );
  const values = told.filter(({ candidate }) => near.has(candidateKey(candidate))).map(valueOf);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const winner = { trial: best.trial, own: valueOf(best), neighbours: values.length };
  return values.length > 0 ? { ...winner, mean } : winner;
}

type Result = Proposal & {
  /** `rested`: also to the end, where others were gone on with. */
  readonly state: 'pending' | 'rested' | 'told' | 'failed';
  /** Told, with the exact costs. */
  readonly metrics: Metrics;
};

/** Every trial with the last word on it, in the order of the trials. */
function resultsOf(problem: Problem, log: readonly RunEvent[]): readonly Result[] {
  const results: Result[] = [];
  const settle = (trial: number, outcome: (before: Result) => Pick<Result, 'state' | 'metrics'>): void => {
    const before = results[trial];
    if (before) results[trial] = { ...before, ...outcome(before) };
  };
  const fold = (event: RunEvent): void => {
    switch (event.type) {
      case 'asked':
        for (const proposal of event.proposals) results.push({ ...proposal, state: 'pending', metrics: {} });
        for (const { trial } of event.continues ?? []) settle(trial, () => ({ state: 'pending', metrics: {} }));
        return;
      case 'told':
        return settle(event.trial, ({ candidate: { family, config } }) => ({
          state: 'told',
          metrics: { ...event.metrics, ...familyOf(problem.space, family).costs(config) },
        }));
      case 'rested':
        // No result of the training that the others had.
        return settle(event.trial, () => ({ state: 'rested', metrics: {} }));
      case 'mixed':
      case 'searched':
        return;
      case 'failed':
        return settle(event.trial, ({ state }) => ({ state: state === 'rested' ? state : 'failed', metrics: {} }));
      default:
        return event satisfies never;
    }
  };
  log.forEach(fold);
  return results;
}

function predictionsOf(
  problem: Problem,
  trials: readonly Result[],
  noise: ReadonlyMap<number, number>,
): readonly Predicted[] {
  const metric = learnedMetric(problem) ?? '';
  return trials.flatMap(({ trial, candidate, why, state, metrics }): Predicted[] => {
    const outcome = metrics[metric] ?? NaN;
    if (!why.predicted || state !== 'told' || !Number.isFinite(outcome)) return [];
    const { mean, deviation } = why.predicted;
    return [
      { trial, family: candidate.family, mean, deviation: Math.hypot(deviation, noise.get(trial) ?? 0), outcome },
    ];
  });
}

function accountsOf(problem: Problem, trials: readonly Result[]): readonly FamilyAccount[] {
  const { space, objectives, limits, reference } = problem;
  const learned = objectives[0];
  const counted = trials.filter(({ state, metrics }) => state === 'told' && isFeasible(metrics, limits));
  const metricsOf = ({ metrics }: Result): Metrics => metrics;
  const volumeOf = (results: readonly Result[]): number => hypervolume(results.map(metricsOf), objectives, reference);
  const whole = volumeOf(counted);
  const front = new Set(paretoItems(counted, metricsOf, objectives).map(({ candidate }) => candidate));
  return space.families.map(({ name }) => {
    const own = trials.filter(({ candidate }) => candidate.family === name);
    const orientation = sign(learned?.goal ?? 'maximize');
    const values = counted
      .filter(({ candidate }) => candidate.family === name)
      .map(({ metrics }) => orientation * (metrics[learned?.metric ?? ''] ?? NaN))
      .filter(Number.isFinite);
    const gains = own.flatMap(({ why }) => (why.expectedGain === undefined ? [] : [why.expectedGain]));
    const sources: Record<string, number> = {};
    for (const { why } of own) sources[why.source] = (sources[why.source] ?? 0) + 1;
    return {
      family: name,
      proposed: own.length,
      told: own.filter(({ state }) => state === 'told').length,
      failed: own.filter(({ state }) => state === 'failed').length,
      sources,
      best: values.length > 0 ? orientation * values.reduce((high, value) => Math.max(high, value)) : undefined,
      expectedGain: gains.length > 0 ? gains.reduce((sum, gain) => sum + gain, 0) / gains.length : undefined,
      front: own.filter(({ candidate }) => front.has(candidate)).length,
      share: whole > 0 ? 1 - volumeOf(counted.filter(({ candidate }) => candidate.family !== name)) / whole : 0,
      last: own.at(-1)?.trial,
    };
  });
}
