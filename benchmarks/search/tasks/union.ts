/**
 * Unions of families as tasks: accuracy, which training tells, against parameters, which are known.
 * The score is the share of the true front's hypervolume, the front being that of all members of
 * all families (every union is small enough to be listed whole, although a strategy takes families
 * over 20,000 for too large). Where told values are noisy the score is that of the true ones.
 */
import { hypervolume } from '../../../src/core/geometry/hypervolume.ts';
import { planeFront } from '../../../src/core/geometry/pareto-front.ts';
import { createRng, split } from '../../../src/core/math/rng.ts';
import type { Metrics, Objective, Problem } from '../../../src/core/objective.ts';
import { hypervolumeShare } from '../../../src/core/strategies/replay.ts';
import { familyOf } from '../../../src/core/space/lattice.ts';
import type { Candidate, Family } from '../../../src/core/space/space.ts';
import { createLandscape, forEachMember } from './landscape.ts';
import type { FamilyPlan, Landscape } from './landscape.ts';
import { levelIndices } from './task.ts';
import type { Task } from './task.ts';

/** What a value is called and in which units it is told. */
export interface Unit {
  readonly metric: string;
  /** Affine and rising, so that the front and the shares of hypervolume stay. */
  readonly of: (value: number) => number;
}

export interface UnionPlan {
  readonly name: string;
  readonly summary: string;
  readonly families: readonly FamilyPlan[];
  /** Reference point in accuracy and parameters. */
  readonly reference: { readonly accuracy: number; readonly params: number };
  /** Standard deviation of what is told, in accuracy. */
  readonly noise?: number;
  readonly accuracyUnit?: Unit;
  readonly paramsUnit?: Unit;
}

const BUDGET = 200;
const same = (value: number): number => value;
const hash = (text: string): number => [...text].reduce((seed, letter) => split(seed, letter.codePointAt(0) ?? 0), 1);

/** The members that no other dominates, as [accuracy, params]. */
function trueFront(landscapes: readonly Landscape[]): readonly (readonly [number, number])[] {
  const all: [number, number][] = [];
  for (const { dimensions, accuracy, params } of landscapes) {
    forEachMember(dimensions, (indices) => all.push([accuracy(indices), params(indices)]));
  }
  const [gains, costs] = [Float64Array.from(all, ([accuracy]) => accuracy), Float64Array.from(all, ([, cost]) => cost)];
  return planeFront(costs, gains).map((index) => all[index]!);
}

export function unionTask(plan: UnionPlan): Task {
  const { name, summary, noise = 0 } = plan;
  const { accuracyUnit = { metric: 'accuracy', of: same }, paramsUnit = { metric: 'params', of: same } } = plan;
  const objectives: readonly Objective[] = [
    { metric: accuracyUnit.metric, goal: 'maximize', known: false },
    { metric: paramsUnit.metric, goal: 'minimize', known: true },
  ];
  const metricsOf = (accuracy: number, params: number): Metrics => ({
    [accuracyUnit.metric]: accuracyUnit.of(accuracy),
    [paramsUnit.metric]: paramsUnit.of(params),
  });
  return {
    name,
    summary,
    budget: BUDGET,
    open(seed, budget) {
      const drawn = split(seed, hash(name));
      const landscapes = plan.families.map((family, i) => createLandscape(family, createRng(split(drawn, i + 1))));
      const families = landscapes.map(({ plan: { name: title }, dimensions, reference, params }): Family => {
        const costs: Family['costs'] = (config) => {
          return { [paramsUnit.metric]: paramsUnit.of(params(levelIndices(dimensions, config))) };
        };
        return { name: title, title, dimensions, reference, costs };
      });
      const space = { families: createRng(drawn).shuffle(families) };
      const reference = metricsOf(plan.reference.accuracy, plan.reference.params);
      const problem: Problem = { space, objectives, limits: [], reference, budget };
      const front = trueFront(landscapes).map(([accuracy, params]) => metricsOf(accuracy, params));
      const whole = hypervolume(front, objectives, reference);
      const truth = ({ family, config }: Candidate): readonly [number, number] => {
        const landscape = landscapes.find((one) => one.plan.name === family);
        const indices = levelIndices(familyOf(space, family).dimensions, config);
        return [landscape?.accuracy(indices) ?? NaN, landscape?.params(indices) ?? NaN];
      };
      return {
        name,
        problem,
        answer(candidate, _trial, trialSeed) {
          const [accuracy, params] = truth(candidate);
          return metricsOf(accuracy + (noise > 0 ? noise * createRng(split(trialSeed, drawn)).normal() : 0), params);
        },
        score: (played) =>
          hypervolumeShare(
            problem,
            played.map(({ candidate }) => ({ candidate, metrics: metricsOf(...truth(candidate)) })),
            whole,
          ),
        direction: 'maximize',
      };
    },
  };
}
