/**
 * Random search, made a fair baseline: families in turn, log cost about uniform within each, the same filters, reference
 * students and memory as every other strategy.
 */
import { createRng, split } from '../math/rng.ts';
import { baseline } from './baseline.ts';
import type { BaselineState } from './baseline.ts';
import type { Catalogue, Member } from './catalogue.ts';
import { drawByCost, spreadMetric } from './initial.ts';
import type { Strategy } from './strategy.ts';

const STREAM = 0x72616e64; // a stream of its own, apart from the trials' seeds

/** A member by chance: a family first, then its cost; other families step in when one is exhausted. */
export function drawMember(
  catalogue: Catalogue,
  seed: number,
  position: number,
  asked: ReadonlySet<string>,
): Member | undefined {
  const rng = createRng(split(split(seed, STREAM), position));
  const metric = spreadMetric(catalogue.problem, catalogue.costMetrics);
  for (const { members } of rng.shuffle(catalogue.families)) {
    const member = drawByCost(members, metric, rng, asked);
    if (member) return member;
  }
  return undefined;
}

export const random: Strategy<BaselineState> = {
  id: 'random',
  title: 'Random search',
  version: 1,
  fidelity: 'faithful',
  summary: 'Families in turn and log cost about uniform within each: the baseline that every search must beat.',
  ...baseline(({ input, catalogue }, { position, asked }) => {
    const member = drawMember(catalogue, input.seed, position, asked);
    return member && { member, why: { source: 'random' } };
  }),
};
