/**
 * Spaces of honest size as tasks: 5e5 to 4e20 members a family, which nothing can list. Accuracy,
 * told with the noise of a training, against parameters, which are known, up to a limit. Everything
 * follows from the seed: landscapes, places of categories, the order of the families.
 */
import { createRng, split } from '../../../src/core/math/rng.ts';
import type { Problem } from '../../../src/core/objective.ts';
import type { Family } from '../../../src/core/space/space.ts';
import { filesHash } from '../hashes.ts';
import { approximateFront, rememberedFront } from './approximate-front.ts';
import { LARGE_OBJECTIVES, largeGame } from './large-game.ts';
import type { Surface } from './surface.ts';
import type { Task } from './task.ts';
import { blockFamilies, wideFamilies } from './wide-families.ts';
import type { WideFamily } from './wide-families.ts';
import { wideSurface } from './wide-landscape.ts';
import type { WideTerrain } from './wide-landscape.ts';

interface WidePlan {
  readonly name: string;
  readonly summary: string;
  readonly families: () => readonly WideFamily[];
  readonly terrain: WideTerrain;
}

export const WIDE = Object.freeze({
  budget: 100,
  /** Deviation of a told accuracy: .4 points. */
  noise: 0.004,
  /** Parameters, the most and where the front is looked for from. */
  limit: 100_000,
  least: 2_500,
  /** Hypervolume counts from here, and from a tenth above the limit. */
  accuracy: 0.5,
});

/** Of what decides a front, so that one of before is not taken for it. */
const SOURCES = ['wide-calibration', 'wide-families', 'wide-landscape', 'landscape', 'surface', 'approximate-front'];
const sourcesHash = (): string => filesHash(SOURCES.map((file) => `benchmarks/search/tasks/${file}.ts`));

const hashOfName = (name: string): number =>
  [...name].reduce((hash, letter) => split(hash, letter.codePointAt(0) ?? 0), 7);

export function wideSurfaces(name: string, families: readonly WideFamily[], terrain: WideTerrain, seed: number) {
  const drawn = split(seed, hashOfName(name));
  const surfaces = families.map((family, i): Surface => wideSurface(family, terrain, split(drawn, i + 1)));
  return { drawn, surfaces };
}

function wideTask({ name, summary, families: list, terrain }: WidePlan): Task {
  return {
    name,
    summary,
    budget: WIDE.budget,
    open(seed, budget) {
      const wide = list();
      const { drawn, surfaces } = wideSurfaces(name, wide, terrain, seed);
      const families = wide.map(({ name: title, dimensions, costs }): Family => {
        return { name: title, title, dimensions, costs: (config) => ({ ...costs(config) }) };
      });
      const problem: Problem = {
        space: { families: createRng(drawn).shuffle(families) },
        objectives: LARGE_OBJECTIVES,
        limits: [{ metric: 'params', max: WIDE.limit }],
        reference: { accuracy: WIDE.accuracy, params: 1.1 * WIDE.limit },
        budget,
      };
      const front = rememberedFront(`${name}-${seed}-${sourcesHash()}`, () =>
        approximateFront(surfaces, { low: WIDE.least, high: WIDE.limit, price: 1, seed: drawn }),
      );
      return largeGame({ name, problem, surfaces, front, noise: WIDE.noise, seed: drawn });
    },
  };
}

export const SMOOTH: WideTerrain = { frequency: [0.25, 0.75], gain: 1 };
export const RUGGED: WideTerrain = { frequency: [0.75, 2], gain: 1.5 };

export const WIDE_TASKS: readonly Task[] = [
  wideTask({
    name: 'wide8',
    summary: 'eight families of 5e5 to 9e9 members, choices per stage',
    families: wideFamilies,
    terrain: SMOOTH,
  }),
  wideTask({
    name: 'wide8-rugged',
    summary: 'the families of wide8, with narrower ridges that count half as much again',
    families: wideFamilies,
    terrain: RUGGED,
  }),
  wideTask({
    name: 'ofa3',
    summary: 'three families with choices per block, up to 4e20 members and 43 dimensions',
    families: blockFamilies,
    terrain: SMOOTH,
  }),
];
