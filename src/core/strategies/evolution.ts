/**
 * Regularised evolution (Real et al. 2019): a population that ages, parents by tournament, one
 * mutation a child. With several objectives the tournament is won by hypervolume gain over the rest
 * of the population. The family is one of the dimensions that mutate.
 */
import { createCells, hypervolumeGain } from '../geometry/cells.ts';
import type { Outcome } from '../geometry/cells.ts';
import { createRng, split } from '../math/rng.ts';
import type { Rng } from '../math/rng.ts';
import type { Problem } from '../objective.ts';
import { activeDimensions, completeConfiguration, familyOf } from '../space/lattice.ts';
import { adjacentExchange } from '../space/neighbours.ts';
import type { Candidate, Configuration, Family, Level } from '../space/space.ts';
import { baseline } from './baseline.ts';
import type { BaselineState, Turn } from './baseline.ts';
import type { Catalogue, Member } from './catalogue.ts';
import { referenceOutcome, withOutcomes } from './ledger.ts';
import type { LedgerTrial } from './ledger.ts';
import { byChance } from './random.ts';
import { admitNew, changeFamily } from './repair.ts';
import type { Strategy } from './strategy.ts';

const EVOLUTION = Object.freeze({
  /** Real et al.'s ratio of population to sample (100 to 25), scaled to budgets of 24 to 200.
   * [R] */
  population: 32,
  sample: 8,
  /** Trials before the first child: this share of the budget, and at least so many; the population
   * grows from there. [R] */
  initialShare: 0.1,
  initialLeast: 8,
});

interface Judged {
  readonly trial: LedgerTrial;
  readonly outcome: Outcome;
}

const STREAM = 0x65766f6c;

const initialSize = ({ budget }: Problem): number =>
  Math.min(EVOLUTION.population, Math.max(EVOLUTION.initialLeast, Math.round(EVOLUTION.initialShare * budget)));

/** The youngest told trials, as many as the population holds. */
const population = ({ ledger, catalogue }: BaselineState): readonly Judged[] =>
  withOutcomes(catalogue.problem, ledger.trials).slice(-EVOLUTION.population);

/** The one of a random sample that adds most to the others' front; by value where none adds
 * anything. */
function tournament(state: BaselineState, alive: readonly Judged[], shuffled: readonly Judged[]): Judged | undefined {
  const reference = referenceOutcome(state.catalogue, alive);
  const scored = shuffled.slice(0, EVOLUTION.sample).map((one) => {
    const others = alive.filter((other) => other !== one).map(({ outcome }) => outcome);
    return { one, gain: hypervolumeGain(createCells(others, reference), one.outcome) };
  });
  scored.sort((a, b) => b.gain - a.gain || b.one.outcome.value - a.one.outcome.value);
  return scored[0]?.one;
}

/** An unasked child of a tournament's winner; one that has none left gives way to others. */
function breed(state: BaselineState, { position, asked }: Turn): Member | undefined {
  const { catalogue, input } = state;
  const alive = population(state);
  const rng = createRng(split(split(input.seed, STREAM), position));
  const parents = new Set(alive);
  for (;;) {
    const parent = tournament(state, alive, rng.shuffle([...parents]));
    if (!parent) return undefined;
    const child = mutate(catalogue, parent.trial.candidate, asked, rng);
    if (child) return child;
    parents.delete(parent);
  }
}

/** The family with the chance of any one dimension; otherwise one level, an ordinal's by one step,
 * the first that is new. */
function mutate(catalogue: Catalogue, parent: Candidate, asked: ReadonlySet<string>, rng: Rng): Member | undefined {
  const family = familyOf(catalogue.problem.space, parent.family);
  if (rng.int(activeDimensions(family, parent.config).length + 1) === 0) {
    const moved = changeFamily(catalogue, parent, rng);
    const member = moved === parent ? undefined : admitNew(catalogue, moved, asked, rng);
    if (member) return member;
  }
  for (const config of rng.shuffle(adjacentExchange(family, parent.config))) {
    const member = catalogue.admit({ family: family.name, config });
    if (member && !asked.has(member.key)) return member;
  }
  // In a sparse pool a student may have no neighbour: the nearest to a mutation that was never
  // trained stands in for it.
  const config = otherLevel(family, parent.config, rng);
  return family.pool && admitNew(catalogue, { family: family.name, config }, asked, rng);
}

/** One active dimension at another level, any. */
function otherLevel(family: Family, config: Configuration, rng: Rng): Configuration {
  const free = activeDimensions(family, config).filter(({ levels }) => levels.length > 1);
  const dimension = free.length > 0 ? free[rng.int(free.length)] : undefined;
  if (!dimension) return config;
  const levels: readonly Level[] = dimension.levels.filter((level) => level !== config[dimension.name]);
  return completeConfiguration(family, { ...config, [dimension.name]: levels[rng.int(levels.length)] ?? '' });
}

export const evolution: Strategy<BaselineState> = {
  id: 'evolution',
  title: 'Regularised evolution',
  version: 2,
  fidelity: 'partial',
  summary:
    'Ageing population, tournament parents, one mutation a child (Real et al. 2019), population scaled to ' +
    'small budgets.',
  ...baseline(
    (state, turn) => {
      const isInitial = turn.position < initialSize(state.input.problem);
      const child = isInitial ? undefined : breed(state, turn);
      if (child) return { member: child, why: { source: 'mutation' } };
      const fallback = 'there is no parent yet, or every mutation of all of them is asked already';
      return byChance(state, turn, isInitial ? { source: 'initial' } : { source: 'random', fallback });
    },
    { mutation: { title: 'Mutation', sentence: 'It is a mutation of an earlier student.' } },
  ),
};

export const testing = { EVOLUTION, initialSize };
