/** The initial design: reference students, then one or two a family, spread over cost
 * (docs/trade.md, steps 2 and 10). */
import { createRng, split } from '../../math/rng.ts';
import type { Catalogue, Member } from '../catalogue.ts';
import { isBelow, objectiveCosts, referenceOutcome } from '../ledger.ts';
import { drawByCost, referenceMembers, spreadMetric } from '../initial.ts';
import type { StrategyOptions } from '../strategy.ts';
import type { Why } from '../../records/proposal.ts';
import { TRADE } from './constants.ts';

export interface Initial {
  readonly member: Member;
  readonly why: Why;
}

const STREAM = 0x696e6974;

/**
 * All references, as every strategy has them (or none), and with them a quarter of the budget at
 * most. Each round gives every family one student, in a band of log cost of its own that moves on
 * from family to family, so that all together cover the costs below the reference's, as what is
 * dearer can gain nothing. `isShort`: they begin with short trainings, and one a family will do. Of
 * `earlier`, the front of earlier runs, come as many as make up half of the design, as far as the
 * references leave room.
 */
export function initialDesign(
  catalogue: Catalogue,
  seed: number,
  options: StrategyOptions,
  earlier: readonly Member[] = [],
  isShort = false,
): readonly Initial[] {
  const { problem } = catalogue;
  const reference = referenceOutcome(catalogue, []);
  const mayGain = ({ costs }: Member): boolean => isBelow(objectiveCosts(problem, costs), reference);
  const hopeful = catalogue.families.map((family) => ({ ...family, members: family.members.filter(mayGain) }));
  const anywhere = hopeful.some(({ members }) => members.length > 0) ? hopeful : catalogue.families;
  const families = anywhere.filter(({ members }) => members.length > 0);
  const perFamily = isShort || problem.budget <= TRADE.initialSmall ? 1 : TRADE.initialPerFamily;
  const wanted = Math.max(TRADE.initialLeast, perFamily * families.length);
  const count = Math.min(
    problem.budget,
    wanted,
    Math.max(TRADE.initialLeast, Math.floor(TRADE.initialShare * problem.budget)),
  );
  const metric = spreadMetric(problem, catalogue.costMetrics);
  const rng = createRng(split(seed, STREAM));
  const design: Initial[] = referenceMembers(catalogue, options)
    .slice(0, problem.budget)
    .map((member) => ({ member, why: { source: 'reference' } }));
  const taken = new Set(design.map(({ member }) => member.key));
  const room = Math.max(0, Math.min(Math.floor(count / 2), count - design.length));
  for (const member of earlier.filter(({ key }) => !taken.has(key)).slice(0, room)) {
    taken.add(member.key);
    design.push({ member, why: { source: 'earlier' } });
  }
  const order = rng.shuffle([...families].sort((a, b) => (a.family.name < b.family.name ? -1 : 1)));
  const bands = Math.max(1, count - design.length);
  // Families that a reference already speaks for come last.
  const spoken = new Set(design.map(({ member }) => member.candidate.family));
  order.sort((a, b) => Number(spoken.has(a.family.name)) - Number(spoken.has(b.family.name)));
  for (let turn = 0; design.length < count; turn++) {
    const band = turn % bands;
    const family = order[turn % order.length];
    const member = family && drawByCost(family.members, metric, rng, taken, [band / bands, (band + 1) / bands]);
    if (member) {
      taken.add(member.key);
      design.push({ member, why: { source: 'initial' } });
    } else if (order.every(({ members }) => members.every(({ key }) => taken.has(key)))) break;
  }
  return design;
}
