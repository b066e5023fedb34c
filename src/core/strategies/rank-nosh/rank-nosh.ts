/**
 * RANK-NOSH (Wang, Chen, Cheng, Tang and Hsieh 2021): students enter in rounds, ranked by a network
 * that learns from pairs; all of them train a little, the better half more, the better half of
 * those to the end. Who stays behind may go on later.
 *
 * 1. the levels                                     levels.ts
 * 2. who goes on, and what that costs               pyramid.ts
 * 3. who is better than whom                        merit.ts
 * 4. the network that learns it                     ranker.ts
 *
 * A round's ranking is learned from what was known when its first student was asked for. Rounds do
 * not wait for each other: with several students in training the next ones enter meanwhile.
 */
import type { RunEvent } from '../../records/events.ts';
import { createRng, split } from '../../math/rng.ts';
import { memoise } from '../../memoise.ts';
import { familyOf } from '../../space/lattice.ts';
import { adjacentExchange } from '../../space/neighbours.ts';
import { createEncoding } from '../../surrogate/encoding.ts';
import { askInTurn, BASELINE_DEFAULTS, foldBaseline, startBaseline } from '../baseline.ts';
import type { BaselineState, Chosen, Turn } from '../baseline.ts';
import type { Catalogue, Member } from '../catalogue.ts';
import { FIRST_SOURCES } from '../initial.ts';
import type { Ledger } from '../ledger.ts';
import { byChance } from '../random.ts';
import type { AskedEvent, Strategy, StrategyInput } from '../strategy.ts';
import { NOSH } from './constants.ts';
import { levelsOf } from './levels.ts';
import type { Levels } from './levels.ts';
import { byMerit } from './merit.ts';
import type { Standing } from './merit.ts';
import { due, entrants, leftOver, legTo, meansOf } from './pyramid.ts';
import type { Means, Pyramid, Ranked, Resting } from './pyramid.ts';
import { createFeatures, scoreOf, teachRanker } from './ranker.ts';
import type { Judged } from './ranker.ts';

interface NoshState extends BaselineState {
  readonly levels: Levels;
  readonly means: Means;
  /** What was known when the first student of a round was asked for. */
  readonly seen: { readonly round: number; readonly ledger: Ledger };
  /** Candidates by what can be learned from a ledger, best first; none where that is nothing. */
  readonly ranking: (ledger: Ledger) => readonly Member[];
}

const STREAM = 0x6e6f7368;

const roundOf = (trial: number): number => Math.floor(trial / NOSH.round);

function init(input: StrategyInput): NoshState {
  const start = startBaseline(input);
  const levels = levelsOf(input);
  return {
    ...start,
    levels,
    means: meansOf(input, levels),
    seen: { round: 0, ledger: start.ledger },
    ranking: rankingBy(start, levels),
  };
}

function rankingBy({ input, catalogue }: BaselineState, levels: Levels): NoshState['ranking'] {
  const listed = catalogue.families.flatMap(({ members }) => members);
  const features = createFeatures(createEncoding(input.problem.space, catalogue.costMetrics, listed));
  const inputsOf = memoise(features.of);
  return memoise((ledger: Ledger) => {
    const groups = byMerit(catalogue, levels, ledger);
    if (groups.length < 2) return [];
    const judged = groups.flatMap((own, merit) => own.map(({ trial }): Judged => ({ inputs: inputsOf(trial), merit })));
    const ranker = teachRanker(features.width, judged, createRng(split(input.seed, STREAM)));
    const candidates = candidatesOf(catalogue, listed, groups.flat());
    const scored = candidates.map((member) => ({ member, score: scoreOf(ranker, inputsOf(member)) || -Infinity }));
    return scored.sort((a, b) => b.score - a.score).map(({ member }) => member);
  });
}

/** What is listed, and neighbours of the best students of families that are not listed whole. */
function candidatesOf(
  { families, problem, admit }: Catalogue,
  listed: readonly Member[],
  standings: readonly Standing[],
): readonly Member[] {
  const large = new Set(families.filter(({ whole }) => !whole).map(({ family }) => family.name));
  const parents = standings.filter(({ trial }) => large.has(trial.candidate.family)).slice(-NOSH.parents);
  const near = parents.flatMap(({ trial: { candidate } }) => {
    const family = familyOf(problem.space, candidate.family);
    return adjacentExchange(family, candidate.config).flatMap((config) => admit({ family: family.name, config }) ?? []);
  });
  return [...new Map([...listed, ...near].map((member) => [member.key, member])).values()];
}

function fold(before: NoshState, event: RunEvent): NoshState {
  const state = foldBaseline(before, event);
  const last = event.type === 'asked' ? event.proposals.at(-1) : undefined;
  if (!last || roundOf(last.trial) <= state.seen.round) return state;
  return { ...state, seen: { round: roundOf(last.trial), ledger: before.ledger } };
}

function enter(state: NoshState, turn: Turn): Chosen | undefined {
  const { input, seen, ledger, ranking } = state;
  const round = roundOf(turn.position);
  if (round === 0 || input.options['ranker'] === false) {
    return byChance(state, turn, { source: round === 0 ? 'initial' : 'random' });
  }
  const ranked = ranking(round > seen.round ? ledger : seen.ledger);
  const member = ranked.find(({ key }) => !turn.asked.has(key));
  if (member) return { member, why: { source: 'ranked' } };
  const fallback =
    ranked.length > 0 ? 'all that was ranked is asked already' : 'nothing has come in that tells students apart';
  return byChance(state, turn, { source: 'random', fallback });
}

function ask(state: NoshState, count: number): AskedEvent {
  const { levels, means, ledger, catalogue } = state;
  const pyramid: Pyramid = { levels, means, ledger };
  const standings = byMerit(catalogue, levels, ledger).toReversed().flat();
  const ranked: Ranked = (level) =>
    standings.filter((one) => one.level === level && one.trial.state === 'resting').map(({ trial }) => trial);
  const room = entrants(pyramid, count);
  const goOn = (resting: readonly Resting[], source: string): AskedEvent => ({
    ...askInTurn(state, 0, enter),
    continues: resting
      .slice(0, count)
      .map(({ trial: { trial }, level }) => ({ trial, ...legTo(levels, level + 1), why: { source } })),
  });
  const promoted = due(pyramid, ranked, false);
  if (promoted.length > 0) return goOn(promoted, 'promoted');
  const entered = askInTurn(state, room, enter, room);
  if (entered.proposals.length > 0 || count <= 0) return { ...entered, proposals: begin(state, entered) };
  const last = due(pyramid, ranked, true);
  if (last.length > 0) return goOn(last, 'promoted');
  const more = leftOver(pyramid, ranked);
  return more.length > 0 ? goOn(more, 'leftover') : entered;
}

const begin = ({ levels }: NoshState, { proposals }: AskedEvent): AskedEvent['proposals'] =>
  proposals.map((proposal) => ({ ...proposal, ...legTo(levels, 0) }));

export const rankNosh: Strategy<NoshState> = {
  id: 'rank-nosh',
  title: 'RANK-NOSH',
  version: 1,
  fidelity: 'partial',
  summary:
    'Short trainings first: a pyramid whose better half trains on, and a network that ranks who enters, taught by ' +
    'pairs (Wang et al. 2021).',
  defaults: { ...BASELINE_DEFAULTS, levels: '', ranker: true },
  sources: {
    ...FIRST_SOURCES,
    ranked: {
      title: 'Ranked',
      sentence: 'A network that learns which of two students is better put it before all that were not yet trained.',
    },
    promoted: { title: 'Promoted', sentence: 'It is among the better half of those that were trained as long.' },
    leftover: {
      title: 'Left over',
      sentence: 'Of those at rest it was the best that could be brought to its end with what the budget had left.',
    },
  },
  needs: ['legs'],
  checkOptions: (input) => void levelsOf(input),
  init,
  fold,
  ask,
};
