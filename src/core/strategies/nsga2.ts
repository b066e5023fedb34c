/**
 * NSGA-II (Deb, Pratap, Agarwal and Meyarivan 2002), one child at a time: parents by binary
 * tournament on rank and crowding, uniform crossover, mutation on the lattice. With a single
 * objective it is a plain elitist genetic algorithm.
 *
 * The survivors are the best of everything told, so that there is no generation to wait for: a
 * steady state (Durillo, Nebro, Luna and Alba 2009 found it at least as good as generations), and
 * several trainers can work at once.
 */
import type { Rng } from '../math/rng.ts';
import { createRng, split } from '../math/rng.ts';
import type { Problem } from '../objective.ts';
import { activeDimensions, completeConfiguration, familyOf } from '../space/lattice.ts';
import { levelIndex } from '../space/neighbours.ts';
import type { Candidate, Configuration, Dimension, Family, Level } from '../space/space.ts';
import { baseline } from './baseline.ts';
import type { BaselineState, Turn } from './baseline.ts';
import type { Catalogue, Member } from './catalogue.ts';
import { byChance } from './random.ts';
import { admitNew, changeFamily } from './repair.ts';
import { standings } from './ranking.ts';
import type { Standing } from './ranking.ts';
import type { Strategy } from './strategy.ts';

const NSGA2 = Object.freeze({
  /** Survivors: this share of the budget within the bounds (Deb et al. 2002 keep 100 of 25,000
   * evaluations). [R] */
  share: 0.1,
  least: 20,
  most: 50,
  /** Trials before the first child: this share of the population, and of the budget. [R] */
  initialPopulation: 1,
  initialBudget: 0.1,
  /** Deb et al. 2002, section V. */
  crossover: 0.9,
  /** Chance that a child takes another family. [R] */
  family: 0.05,
  /** Tries for a child that is new, legal and within the limits, as in pymoo's mating. */
  attempts: 100,
});

const STREAM = 0x6e736761;

const populationSize = ({ budget }: Problem): number =>
  Math.round(Math.min(NSGA2.most, Math.max(NSGA2.least, NSGA2.share * budget)));

const initialSize = (problem: Problem): number =>
  Math.max(
    4,
    Math.ceil(Math.min(NSGA2.initialPopulation * populationSize(problem), NSGA2.initialBudget * problem.budget)),
  );

/** The better of two drawn at random: lower rank, then more room around it (crowded comparison,
 * section III.B). */
function tournament(population: readonly Standing[], rng: Rng): Candidate {
  const [a, b] = [population[rng.int(population.length)]!, population[rng.int(population.length)]!];
  const wins = a.rank !== b.rank ? a.rank < b.rank : a.crowding >= b.crowding;
  return (wins ? a : b).trial.candidate;
}

/** Each dimension's level from either parent; one that is active in one parent only comes from
 * there. */
function crossover(family: Family, a: Configuration, b: Configuration, rng: Rng): Configuration {
  const mixed: Record<string, Level> = {};
  for (const { name } of family.dimensions) {
    const [first, second] = rng.uniform() < 0.5 ? [a[name], b[name]] : [b[name], a[name]];
    const level = first ?? second;
    if (level !== undefined) mixed[name] = level;
  }
  return completeConfiguration(family, mixed);
}

/** Another level: of a category any, of an ordinal one that is near, each further step half as
 * likely (on the lattice's scale). */
function mutateLevel(dimension: Dimension, config: Configuration, rng: Rng): Level | undefined {
  const { levels, type } = dimension;
  const index = levelIndex(dimension, config);
  if (levels.length < 2) return levels[0];
  if (type === 'categorical') return levels[(index + 1 + rng.int(levels.length - 1)) % levels.length];
  const weights = levels.map((_, other) => (other === index ? 0 : 2 ** -Math.abs(other - index)));
  let target = rng.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  return levels.find((_, other) => (target -= weights[other]!) < 0) ?? levels[index];
}

/** Every active dimension with chance 1 / their number (Deb et al. 2002, section V). */
function mutate(family: Family, config: Configuration, rng: Rng): Configuration {
  const active = activeDimensions(family, config);
  const changed = new Map<string, Level>();
  active.forEach((dimension) => {
    if (rng.uniform() >= 1 / active.length) return;
    const level = mutateLevel(dimension, config, rng);
    if (level !== undefined) changed.set(dimension.name, level);
  });
  return completeConfiguration(family, { ...config, ...Object.fromEntries(changed) });
}

/** A child of two parents that is not asked yet; `undefined` when luck runs out. */
function breed(state: BaselineState, { position, asked }: Turn): Member | undefined {
  const { catalogue, input, ledger } = state;
  const { problem } = input;
  const population = standings(problem, ledger).slice(0, populationSize(problem));
  if (population.length === 0) return undefined;
  const rng = createRng(split(split(input.seed, STREAM), position));
  for (let attempt = 0; attempt < NSGA2.attempts; attempt++) {
    const child = vary(catalogue, tournament(population, rng), tournament(population, rng), rng);
    const member = admitNew(catalogue, child, asked, rng);
    if (member) return member;
  }
  return undefined;
}

function vary(catalogue: Catalogue, first: Candidate, second: Candidate, rng: Rng): Candidate {
  const { space } = catalogue.problem;
  let child = first;
  if (first.family === second.family && rng.uniform() < NSGA2.crossover) {
    const config = crossover(familyOf(space, first.family), first.config, second.config, rng);
    child = { family: first.family, config };
  }
  if (rng.uniform() < NSGA2.family) child = changeFamily(catalogue, child, rng);
  return { family: child.family, config: mutate(familyOf(space, child.family), child.config, rng) };
}

export const nsga2: Strategy<BaselineState> = {
  id: 'nsga2',
  title: 'NSGA-II',
  version: 1,
  fidelity: 'partial',
  summary:
    'Elitist genetic algorithm that ranks by nondomination and crowding (Deb et al. 2002), as a steady state ' +
    'on the lattice.',
  ...baseline(
    (state, turn) => {
      const isInitial = turn.position < initialSize(state.input.problem);
      const child = isInitial ? undefined : breed(state, turn);
      if (child) return { member: child, why: { source: 'crossover' } };
      const fallback = 'no child of the parents drawn is new and within the limits';
      return byChance(state, turn, isInitial ? { source: 'initial' } : { source: 'random', fallback });
    },
    { crossover: { title: 'Crossover', sentence: 'It is crossed from two earlier students, and mutated.' } },
  ),
};

export const testing = { NSGA2, populationSize };
