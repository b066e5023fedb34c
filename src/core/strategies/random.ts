/**
 * Random search, made a fair baseline: families in turn, log cost about uniform within each, the same filters, reference
 * students and memory as every other strategy.
 */
import { createRng, split } from '../math/rng.ts';
import { createCatalogue } from './catalogue.ts';
import type { Catalogue, Member } from './catalogue.ts';
import { drawByCost, referenceMembers, spreadMetric } from './initial.ts';
import { EMPTY_LEDGER, askedEvent, askedKeys, record, remaining } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import type { Strategy, StrategyInput } from './strategy.ts';
import type { Why } from '../events.ts';

export interface RandomState {
  readonly input: StrategyInput;
  readonly catalogue: Catalogue;
  readonly references: readonly Member[];
  readonly ledger: Ledger;
}

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

export const random: Strategy<RandomState> = {
  id: 'random',
  title: 'Random search',
  version: 1,
  fidelity: 'faithful',
  summary: 'Families in turn and log cost about uniform within each: the baseline that every search must beat.',
  defaults: { references: true },
  init(input) {
    const catalogue = createCatalogue(input.problem, input.seed);
    const references = referenceMembers(catalogue, { ...random.defaults, ...input.options });
    return { input, catalogue, references, ledger: EMPTY_LEDGER };
  },
  fold: (state, event) => ({ ...state, ledger: record(state.ledger, event, state.catalogue) }),
  ask(state, count) {
    const { input, catalogue, references, ledger } = state;
    const asked = askedKeys(ledger);
    const chosen: { member: Member; why: Why }[] = [];
    const wanted = Math.min(count, remaining(ledger, input.problem));
    while (chosen.length < wanted) {
      const reference = references.find(({ key }) => !asked.has(key));
      const member = reference ?? drawMember(catalogue, input.seed, ledger.trials.length + chosen.length, asked);
      if (!member) break;
      asked.add(member.key);
      chosen.push({ member, why: { source: reference ? 'reference' : 'random' } });
    }
    return askedEvent(ledger, input.seed, chosen);
  },
};
