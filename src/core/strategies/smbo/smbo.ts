/**
 * Sequential model-based search by layers, as MFAS (Perez-Rua et al. 2019) finds fusions: students
 * of one layer first, then the best of them with one layer more, and so on.
 *
 * 1. members that grow                                  space/growth.ts
 * 2. a student as a sequence of layers                  description.ts
 * 3. the network that foresees its worth                surrogate.ts, gru.ts
 *
 * Draws go twelve by twelve, each twelve to the next depth, and from the greatest again to the
 * second. What a twelve is drawn by was known when its first was asked for: with several trainers
 * the next ones do not wait. The worth is what AKD's policy is paid: the value where it is the only
 * objective.
 */
import { placeOf } from '../../math/draw.ts';
import type { RunEvent } from '../../records/events.ts';
import type { WarmStart } from '../../records/proposal.ts';
import { createRng, split } from '../../math/rng.ts';
import { invalid } from '../../errors.ts';
import { memoise } from '../../memoise.ts';
import { candidateKey } from '../../space/candidate-key.ts';
import { grown, growthLevel, listLeast, mostGrowth, withoutGrowth } from '../../space/growth.ts';
import { familyOf } from '../../space/lattice.ts';
import { createStandardiser, toOutput } from '../../surrogate/standardise.ts';
import { rewardOf } from '../akd/reward.ts';
import { askInTurn, BASELINE_DEFAULTS, foldBaseline, startBaseline } from '../baseline.ts';
import type { BaselineState, Chosen, Turn } from '../baseline.ts';
import type { Catalogue, Member } from '../catalogue.ts';
import { FIRST_SOURCES } from '../initial.ts';
import type { Ledger } from '../ledger.ts';
import { byChance } from '../random.ts';
import type { AskedEvent, Strategy, StrategyInput, StrategyOptions } from '../strategy.ts';
import { SMBO } from './constants.ts';
import { createVocabulary } from './description.ts';
import type { Vocabulary } from './description.ts';
import type { Judged, SmboState } from './state.ts';
import { teachSurrogate } from './surrogate.ts';
import { growthTold } from './told.ts';

const STREAM = { first: 0x736d6231, draw: 0x736d6232, teach: 0x736d6233 } as const;

/** Which twelve a trial belongs to; 0: the students of one layer. */
const twelveOf = ({ firstTrials }: Pick<SmboState, 'firstTrials'>, trial: number): number =>
  trial < firstTrials ? 0 : 1 + Math.floor((trial - firstTrials) / SMBO.drawn);

function init(input: StrategyInput): SmboState {
  checkWeights(input.options);
  const start = startBaseline(input);
  const first = createRng(split(input.seed, STREAM.first)).shuffle(firstLayers(start.catalogue));
  const { budget, space } = input.problem;
  const vocabulary = createVocabulary(space);
  return {
    ...start,
    first,
    firstTrials: Math.min(first.length, Math.ceil(SMBO.firstShare * budget)),
    depth: Math.max(...space.families.map(mostGrowth)),
    seen: { twelve: 0, ledger: start.ledger },
    describe: memoise(vocabulary.describe),
    learn: learner(start, vocabulary),
  };
}

/** All of a family where that many can be listed; of others what its sample becomes without further
 * layers. */
function firstLayers({ families, admit }: Catalogue): readonly Member[] {
  const found = families.flatMap(({ family, members, whole }) => {
    const drawn = members
      .map(({ candidate }) => withoutGrowth(family, candidate.config))
      .filter((config) => config !== undefined);
    const configs = whole ? drawn : (listLeast(family, SMBO.listed) ?? drawn);
    return configs.flatMap((config) => admit({ family: family.name, config }) ?? []);
  });
  return [...new Map(found.map((member) => [member.key, member])).values()];
}

function learner({ input, catalogue }: BaselineState, { size, describe }: Vocabulary): SmboState['learn'] {
  return memoise((ledger: Ledger) => {
    const judged = ledger.trials
      .flatMap((trial) => {
        const worth = rewardOf(catalogue.problem, trial);
        return worth === undefined ? [] : [{ trial, worth }];
      })
      .sort((a, b) => b.worth - a.worth);
    if (judged.length < 2) return undefined;
    const scale = createStandardiser(judged.map(({ worth }) => worth));
    const examples = judged.map(({ trial, worth }) => ({
      description: describe(trial.candidate),
      value: toOutput(scale, worth),
    }));
    const foresee = teachSurrogate(size, examples, createRng(split(input.seed, STREAM.teach)));
    return { judged, foresee };
  });
}

function fold(before: SmboState, event: RunEvent): SmboState {
  const state = foldBaseline(before, event);
  const last = event.type === 'asked' ? event.proposals.at(-1) : undefined;
  if (!last || twelveOf(state, last.trial) <= state.seen.twelve) return state;
  return { ...state, seen: { twelve: twelveOf(state, last.trial), ledger: before.ledger } };
}

/** From the hottest at the first draw to the coldest at the last one of the budget, by the square's
 * inverse exponential. */
function temperatureAt({ firstTrials, input }: Pick<SmboState, 'firstTrials' | 'input'>, trial: number): number {
  const draws = input.problem.budget - firstTrials;
  const progress = Math.min(1, Math.max(0, trial - firstTrials) / Math.max(1, draws - 1));
  return SMBO.coldest + (SMBO.hottest - SMBO.coldest) * Math.exp(-((SMBO.decays * progress) ** 2));
}

interface Extension {
  readonly member: Member;
  /** The trial that it extends; absent of a student of one layer. */
  readonly parent?: number;
}

/** What may be drawn with so many layers more than one. */
function extensions({ catalogue, first }: SmboState, judged: readonly Judged[], level: number): readonly Extension[] {
  if (level === 0) return first.map((member) => ({ member }));
  const { space } = catalogue.problem;
  const parents = judged
    .filter(
      ({ trial: { candidate } }) => growthLevel(familyOf(space, candidate.family), candidate.config) === level - 1,
    )
    .slice(0, SMBO.parents);
  const found = parents.flatMap(({ trial: { trial, candidate } }) => {
    const family = familyOf(space, candidate.family);
    return grown(family, candidate.config).flatMap((config): readonly Extension[] => {
      const member = catalogue.admit({ family: family.name, config });
      return member ? [{ member, parent: trial }] : [];
    });
  });
  // Of those that two parents become the better one's counts.
  return [...new Map(found.toReversed().map((one) => [one.member.key, one])).values()];
}

/** The level that is due, or else the next one that has anything new; the first layer last. */
function levelsFrom(depth: number, twelve: number): readonly number[] {
  const due = depth > 0 ? (twelve - 1) % depth : 0;
  return [...Array.from({ length: depth }, (_, step) => 1 + ((due + step) % depth)), 0];
}

interface Drawn extends Chosen {
  /** Absent: it begins anew. */
  readonly from?: WarmStart;
}

function draw(state: SmboState, turn: Turn): Drawn | undefined {
  const { input, seen, ledger, depth, learn, describe } = state;
  const twelve = twelveOf(state, turn.position);
  const known = learn(twelve > seen.twelve ? ledger : seen.ledger);
  if (known === undefined) {
    return byChance(state, turn, { source: 'random', fallback: 'there are too few results to learn from' });
  }
  const rng = createRng(split(split(input.seed, STREAM.draw), turn.position));
  for (const level of levelsFrom(depth, twelve)) {
    const free = extensions(state, known.judged, level).filter(({ member }) => !turn.asked.has(member.key));
    if (free.length === 0) continue;
    const temperature = temperatureAt(state, turn.position);
    const scores = free.map(({ member }) => known.foresee(describe(member.candidate)) / temperature);
    const chosen = free[softmaxDraw(scores, rng.uniform())];
    return chosen && proposalOf(state, chosen, turn.position);
  }
  return byChance(state, turn, { source: 'random', fallback: 'all that the best become by another layer is asked' });
}

function proposalOf({ input }: SmboState, { member, parent }: Extension, position: number): Drawn {
  if (parent === undefined) return { member, why: { source: 'one-layer' } };
  const why = { source: 'extended' } as const;
  if (input.options['weights'] !== 'inherit') return { member, why };
  return { member, why, from: { parents: [parent], map: 'inherit', seed: split(input.seed, position) } };
}

/** The place drawn by chances that go with exp(score); `uniform` in [0, 1). */
function softmaxDraw(scores: readonly number[], uniform: number): number {
  const most = scores.reduce((high, score) => Math.max(high, score), -Infinity);
  const weights = scores.map((score) => Math.exp(score - most));
  return placeOf(weights, uniform * weights.reduce((sum, weight) => sum + weight, 0));
}

function pick(state: SmboState, turn: Turn): Drawn | undefined {
  if (turn.position >= state.firstTrials) return draw(state, turn);
  const member = state.first.find(({ key }) => !turn.asked.has(key));
  return member ? { member, why: { source: 'one-layer' } } : draw(state, turn);
}

function ask(state: SmboState, count: number): AskedEvent {
  const starts = new Map<string, WarmStart>();
  const event = askInTurn(state, count, (_, turn) => {
    const drawn = pick(state, turn);
    if (drawn?.from) starts.set(drawn.member.key, drawn.from);
    return drawn;
  });
  const proposals = event.proposals.map((proposal) => {
    const from = starts.get(candidateKey(proposal.candidate));
    return from ? { ...proposal, from } : proposal;
  });
  return { ...event, proposals };
}

function checkWeights({ weights }: StrategyOptions): void {
  if (weights === 'inherit' || weights === 'own') return;
  throw invalid('strategy.options.weights', `"${String(weights)}" is no way to begin: choose inherit or own.`);
}

const DEFAULTS = { ...BASELINE_DEFAULTS, weights: 'inherit' };

export const smbo: Strategy<SmboState> = {
  id: 'smbo',
  title: 'SMBO by layers',
  version: 1,
  fidelity: 'reconstruction',
  summary:
    'Students of one layer first, then the best with one layer more, drawn by a recurrent network’s forecast and a ' +
    'falling temperature (arXiv 2111.04497, after MFAS); needs a family that grows by layers.',
  defaults: DEFAULTS,
  sources: {
    ...FIRST_SOURCES,
    'one-layer': { title: 'One layer', sentence: 'It has a single layer, as all with which the search begins.' },
    extended: {
      title: 'Extended',
      sentence: 'It is one of the best students with a layer more, drawn by what a network foresees of it.',
    },
  },
  needs: ['layers'],
  needsWith: ({ weights }) => (weights === 'inherit' ? ['warm starts'] : []),
  checkOptions: ({ options }) => checkWeights(options),
  init,
  fold,
  ask,
  explain(input, log) {
    const state = log.reduce<SmboState>(fold, init({ ...input, options: { ...DEFAULTS, ...input.options } }));
    return { regions: [], noise: new Map(), growth: growthTold(state, (trial) => temperatureAt(state, trial)) };
  },
};

export const testing = { temperatureAt, extensions, levelsFrom, softmaxDraw, init };
