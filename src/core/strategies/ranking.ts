/**
 * Told trials from best to worst: by nondomination rank and crowding (geometry/ranks.ts), with the
 * constrained domination of Deb, Pratap, Agarwal and Meyarivan 2002 for limits that only a
 * measurement tells.
 */
import type { Problem } from '../objective.ts';
import { outcomeCorner } from '../geometry/cells.ts';
import type { Outcome } from '../geometry/cells.ts';
import { crowdingDistances, nondominationRanks } from '../geometry/ranks.ts';
import { withOutcomes } from './ledger.ts';
import type { Ledger, LedgerTrial } from './ledger.ts';

/** A trial with its place; `outcome` is absent where it broke a measured limit. */
export interface Standing {
  readonly trial: LedgerTrial;
  readonly outcome: Outcome | undefined;
  readonly rank: number;
  /** Within its rank; Infinity at the ends of a front. */
  readonly crowding: number;
}

/** By how much a told trial breaks measured limits, relative to them; 0 within all, Infinity where
 * one has no number. */
function violation(problem: Problem, { metrics, costs }: LedgerTrial): number {
  return problem.limits.reduce((worst, { metric, max }) => {
    const measured = { ...metrics, ...costs }[metric];
    if (measured === undefined || measured <= max) return worst;
    const excess = max > 0 ? measured / max - 1 : Infinity;
    return Math.max(worst, Number.isNaN(excess) ? Infinity : excess);
  }, 0);
}

/**
 * Told trials from best to worst, by rank and then by crowding; equals in the order of the trials.
 * Those that broke a measured limit stand behind all others, ranked by how much (constrained
 * domination, section VI).
 */
export function standings(problem: Problem, ledger: Ledger): readonly Standing[] {
  const told = ledger.trials.filter(({ state }) => state === 'told');
  const judged = withOutcomes(problem, told).map((one) => ({ ...one, point: outcomeCorner(one.outcome) }));
  const ranks = nondominationRanks(judged.map(({ point }) => point));
  const worst = ranks.reduce((most, rank) => Math.max(most, rank), -1);
  const standing: Standing[] = [];
  for (let rank = 0; rank <= worst; rank++) {
    const front = judged.filter((_, i) => ranks[i] === rank);
    const crowding = crowdingDistances(front.map(({ point }) => point));
    front.forEach(({ trial, outcome }, i) => standing.push({ trial, outcome, rank, crowding: crowding[i] ?? 0 }));
  }
  standing.sort((a, b) => a.rank - b.rank || compareCrowding(b.crowding, a.crowding) || a.trial.trial - b.trial.trial);
  const broken = told
    .map((trial) => ({ trial, over: violation(problem, trial) }))
    .filter(({ over }) => over > 0)
    .sort((a, b) => (a.over === b.over ? a.trial.trial - b.trial.trial : a.over - b.over));
  let rank = worst;
  broken.forEach(({ trial, over }, i) => {
    if (i === 0 || over !== broken[i - 1]?.over) rank++;
    standing.push({ trial, outcome: undefined, rank, crowding: 0 });
  });
  return standing;
}

/** Infinity equals itself. */
const compareCrowding = (a: number, b: number): number => (a === b ? 0 : a - b);
