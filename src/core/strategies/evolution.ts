/**
 * Regularised evolution (Real et al. 2019): a population that ages, parents by tournament, one mutation a child. With
 * several objectives the tournament is won by hypervolume gain over the rest of the population.
 */
import { createCells, hypervolumeGain } from '../acquisition/cells.ts';
import type { Outcome } from '../acquisition/cells.ts';
import { createRng, split } from '../math/rng.ts';
import { familyOf } from '../space/lattice.ts';
import { adjacentExchange } from '../space/neighbours.ts';
import { baseline } from './baseline.ts';
import type { BaselineState } from './baseline.ts';
import type { Member } from './catalogue.ts';
import { outcomeOf } from './ledger.ts';
import type { LedgerTrial } from './ledger.ts';
import { drawMember } from './random.ts';
import { referenceOutcome } from './reference-outcome.ts';
import type { Strategy } from './strategy.ts';

/** Population and sample are Real et al.'s ratio (100 to 25) scaled to budgets of 24 to 200. [R] */
export const EVOLUTION = Object.freeze({ population: 16, sample: 4, mutationAttempts: 20 });

type Judged = LedgerTrial & { readonly outcome: Outcome };

const STREAM = 0x65766f6c;

/** The youngest told trials, as many as the population holds. */
function population({ ledger, catalogue }: BaselineState): readonly Judged[] {
  return ledger.trials
    .map((trial) => ({ ...trial, outcome: outcomeOf(catalogue.problem, trial) }))
    .filter((trial): trial is Judged => trial.outcome !== undefined)
    .slice(-EVOLUTION.population);
}

/** The one of a random sample that adds most to the others' front; by value where none adds anything. */
function tournament(state: BaselineState, alive: readonly Judged[], shuffled: readonly Judged[]): Judged | undefined {
  const reference = referenceOutcome(
    state.catalogue,
    alive.map(({ outcome }) => outcome),
  );
  const scored = shuffled.slice(0, EVOLUTION.sample).map((trial) => {
    const others = alive.filter(({ key }) => key !== trial.key).map(({ outcome }) => outcome);
    return { trial, gain: hypervolumeGain(createCells(others, reference), trial.outcome) };
  });
  scored.sort((a, b) => b.gain - a.gain || b.trial.outcome.value - a.trial.outcome.value);
  return scored[0]?.trial;
}

/** An unasked child one mutation away from a tournament's winner; `undefined` when luck runs out. */
function breed(state: BaselineState, position: number, asked: ReadonlySet<string>): Member | undefined {
  const { catalogue, input } = state;
  const alive = population(state);
  const rng = createRng(split(split(input.seed, STREAM), position));
  for (let attempt = 0; attempt < EVOLUTION.mutationAttempts; attempt++) {
    const parent = tournament(state, alive, rng.shuffle(alive));
    if (!parent) return undefined;
    const family = familyOf(catalogue.problem.space, parent.candidate.family);
    for (const config of rng.shuffle(adjacentExchange(family, parent.candidate.config))) {
      const member = catalogue.admit({ family: family.name, config });
      if (member && !asked.has(member.key)) return member;
    }
  }
  return undefined;
}

export const evolution: Strategy<BaselineState> = {
  id: 'evolution',
  title: 'Regularised evolution',
  version: 1,
  fidelity: 'partial',
  summary:
    'Ageing population, tournament parents, one mutation a child (Real et al. 2019), population scaled to small budgets.',
  ...baseline((state, { position, asked }) => {
    const isInitial = position < EVOLUTION.population;
    const child = isInitial ? undefined : breed(state, position, asked);
    if (child) return { member: child, why: { source: 'mutation' } };
    const member = drawMember(state.catalogue, state.input.seed, position, asked);
    const fallback = 'every mutation of the parents drawn is already asked';
    return member && { member, why: isInitial ? { source: 'initial' } : { source: 'random', fallback } };
  }),
};
