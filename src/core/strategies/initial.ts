/** First proposals and fair chance: reference students, and draws that are spread over the cost of
 * the candidates. */
import type { Rng } from '../math/rng.ts';
import type { Problem } from '../objective.ts';
import { familyOf, isMember } from '../space/lattice.ts';
import type { Catalogue, Member } from './catalogue.ts';
import type { Sources, StrategyOptions } from './strategy.ts';

/** What searches begin with, and fall back to. */
export const FIRST_SOURCES = {
  reference: {
    ...{ title: 'Reference', role: 'reference' },
    sentence: 'It is the hand-designed reference student of its family.',
  },
  initial: {
    title: 'Initial',
    sentence: 'It belongs to the initial spread, from before anything was learned.',
  },
  random: { title: 'Random', sentence: 'It was drawn at random.' },
} as const satisfies Sources;

/** The reference students that are within the limits, in the space's order; none when the option is
 * off. */
export function referenceMembers(catalogue: Catalogue, options: StrategyOptions): readonly Member[] {
  if (options['references'] === false) return [];
  const { space } = catalogue.problem;
  return space.families
    .filter(({ reference }) => reference !== undefined)
    .map((family) => ({ family: family.name, config: family.reference ?? {} }))
    .filter(({ family, config }) => isMember(familyOf(space, family), config))
    .map(catalogue.admit)
    .filter((member) => member !== undefined);
}

/** The metric along which candidates are spread: the first known objective or a reward's cost, else
 * a limited one, else the first known cost. */
export function spreadMetric(problem: Problem, costMetrics: readonly string[]): string | undefined {
  const { objectives, reward, limits } = problem;
  const wanted = [
    ...objectives.slice(1).map(({ metric }) => metric),
    reward?.cost,
    ...limits.map(({ metric }) => metric),
  ];
  return wanted.find((metric) => metric !== undefined && costMetrics.includes(metric)) ?? costMetrics[0];
}

/**
 * A member drawn with its log cost about uniform between the cheapest and the dearest (`lowest` to
 * `highest`, fractions of that range): a cost first, then one of the unasked members nearest to it.
 * `undefined` when all are asked.
 */
export function drawByCost(
  members: readonly Member[],
  metric: string | undefined,
  rng: Rng,
  asked: ReadonlySet<string>,
  [lowest, highest]: readonly [number, number] = [0, 1],
): Member | undefined {
  const free = members.filter(({ key }) => !asked.has(key));
  if (free.length === 0) return undefined;
  const place = (member: Member): number =>
    Math.log(Math.max(metric === undefined ? 1 : (member.costs[metric] ?? 1), 1e-12));
  const places = free.map(place);
  const low = places.reduce((least, value) => Math.min(least, value), Infinity);
  const range = places.reduce((most, value) => Math.max(most, value), -Infinity) - low;
  if (!(range > 0)) return free[rng.int(free.length)];
  const target = low + range * (lowest + (highest - lowest) * rng.uniform());
  // Among the nearest few, so that a cost with many candidates is not always met by the same one.
  const nearest = free.map((member, i) => ({ member, distance: Math.abs((places[i] ?? 0) - target) }));
  nearest.sort((a, b) => a.distance - b.distance);
  const near = Math.max(1, Math.min(nearest.length, Math.ceil(free.length / 50)));
  return nearest[rng.int(near)]?.member;
}
