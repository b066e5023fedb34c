/** The point from which hypervolume is measured, in a strategy's orientation. */
import type { Outcome } from '../geometry/cells.ts';
import { sign } from '../objective.ts';
import type { Catalogue } from './catalogue.ts';
import { objectiveCosts } from './ledger.ts';

/**
 * The problem's reference; where it names no cost, the dearest candidate's (or told, of costs that
 * only a measurement tells), where it names no value, the worst told. With no known objective there
 * is no front, and improvement counts from the best value told.
 */
export function referenceOutcome(catalogue: Catalogue, told: readonly Outcome[]): Outcome {
  const { problem, families } = catalogue;
  const learned = problem.objectives[0];
  const given = learned ? problem.reference[learned.metric] : undefined;
  const worst = told.reduce((low, { value }) => Math.min(low, value), Infinity);
  const value = given !== undefined && learned ? given * sign(learned.goal) : Number.isFinite(worst) ? worst : 0;
  const costs = problem.objectives.slice(1).map(({ metric, goal }, j) => {
    const limit = problem.reference[metric];
    if (limit !== undefined) return -sign(goal) * limit;
    let all = families.flatMap(({ members }) =>
      members.map((member) => objectiveCosts(problem, member.costs)[j] ?? NaN),
    );
    if (all.some(Number.isNaN)) all = told.map((outcome) => outcome.costs[j] ?? NaN);
    return all.reduce((high, cost) => Math.max(high, cost), -Infinity);
  });
  return { value, costs };
}

/** Whether costs may gain anything: none reaches the reference's. One that is not known yet may. */
export const isBelow = (costs: readonly number[], reference: Pick<Outcome, 'costs'>): boolean =>
  costs.every((cost, j) => !(cost >= (reference.costs[j] ?? Infinity)));
