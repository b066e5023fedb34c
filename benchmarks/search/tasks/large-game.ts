/** The game of a large task: what is told has a training's noise, the score has none. */
import { hypervolume } from '../../../src/core/geometry/hypervolume.ts';
import { createRng, split } from '../../../src/core/math/rng.ts';
import type { Metrics, Objective, Problem } from '../../../src/core/objective.ts';
import { hypervolumeShare } from '../../../src/core/strategies/replay.ts';
import type { Game } from '../../../src/core/strategies/replay.ts';
import type { Candidate } from '../../../src/core/space/space.ts';
import type { FrontPoint } from './approximate-front.ts';
import type { Surface } from './surface.ts';
import { levelIndices } from './task.ts';

export const LARGE_OBJECTIVES: readonly Objective[] = [
  { metric: 'accuracy', goal: 'maximize', known: false },
  { metric: 'params', goal: 'minimize', known: true },
];

export interface LargeGame {
  readonly name: string;
  readonly problem: Problem;
  readonly surfaces: readonly Surface[];
  readonly front: readonly FrontPoint[];
  /** Standard deviation of what is told, in accuracy, and the seed of the landscape. */
  readonly noise: number;
  readonly seed: number;
}

export function largeGame({ name, problem, surfaces, front, noise, seed }: LargeGame): Game {
  const byName = new Map(surfaces.map((surface) => [surface.name, surface]));
  const metricsOf = (accuracy: number, params: number): Metrics => ({ accuracy, params });
  const truth = ({ family, config }: Candidate): { readonly accuracy: number; readonly params: number } => {
    const surface = byName.get(family);
    if (!surface) return { accuracy: NaN, params: NaN };
    const indices = levelIndices(surface.dimensions, config);
    return { accuracy: surface.accuracy(indices), params: surface.params(indices) };
  };
  const whole = hypervolume(
    front.map(([accuracy, params]) => metricsOf(accuracy, params)),
    problem.objectives,
    problem.reference,
  );
  return {
    name,
    problem,
    answer(candidate, _trial, trialSeed) {
      const { accuracy, params } = truth(candidate);
      return metricsOf(accuracy + noise * createRng(split(trialSeed, seed)).normal(), params);
    },
    score: (played) =>
      hypervolumeShare(
        problem,
        played.map(({ candidate }) => ({ candidate, metrics: truth(candidate) })),
        whole,
      ),
    direction: 'maximize',
  };
}
