/**
 * NA-RS, random search over neighbourhoods (arXiv 2105.06369): a centre by chance and m of its
 * one-edit neighbours are trained; what counts of the centre is the mean of all of them, or the
 * least. A student in flat surroundings is preferred to one that stands out alone.
 *
 * No code of the paper is to be had: this is a reconstruction. An edit moves one dimension to an
 * adjacent level, a category to any other.
 *
 * symbol   meaning
 * m        neighbours of a centre, drawn once; one that is trained already is not trained again
 * score    aggregate of the values of the centre and its m, once all of them have ended
 */
import { invalid } from '../errors.ts';
import type { Outcome } from '../geometry/cells.ts';
import { outcomeCorner } from '../geometry/cells.ts';
import { nondominationRanks } from '../geometry/ranks.ts';
import { createRng, split } from '../math/rng.ts';
import { sign } from '../objective.ts';
import type { RunEvent } from '../records/events.ts';
import { familyOf } from '../space/lattice.ts';
import { adjacentExchange } from '../space/neighbours.ts';
import type { Candidate } from '../space/space.ts';
import { baseline, BASELINE_DEFAULTS, foldBaseline, startBaseline } from './baseline.ts';
import type { BaselineState, Chosen, Turn } from './baseline.ts';
import type { Member } from './catalogue.ts';
import type { Answer, FollowedSearch, ScoredCentre } from './followed.ts';
import { FIRST_SOURCES } from './initial.ts';
import { withOutcomes } from './ledger.ts';
import type { LedgerTrial } from './ledger.ts';
import { byChance } from './random.ts';
import type { Strategy, StrategyInput, StrategyOptions } from './strategy.ts';

const STREAM = 0x6e617273;

/** A centre and its neighbours are a round of a search of 24. [R] */
const NEIGHBOURS = 4;
const MOST_NEIGHBOURS = 1000;

const AGGREGATES = { mean: meanOf, min: leastOf } as const;
type Aggregate = keyof typeof AGGREGATES;

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function leastOf(values: readonly number[]): number {
  return values.reduce((low, value) => Math.min(low, value), Infinity);
}

/** Throws `config.invalid`. */
function settingsOf({ neighbours, aggregate }: StrategyOptions): { readonly m: number; readonly by: Aggregate } {
  const m = Number(neighbours);
  if (!Number.isInteger(m) || m < 1 || m > MOST_NEIGHBOURS) {
    const range = `a whole number from 1 to ${MOST_NEIGHBOURS}`;
    const problem = `${String(neighbours)} neighbours cannot be trained: choose ${range}.`;
    throw invalid('strategy.options.neighbours', problem);
  }
  if (aggregate === 'mean' || aggregate === 'min') return { m, by: aggregate };
  const problem = `"${String(aggregate)}" is no way to count a neighbourhood: choose mean or min.`;
  throw invalid('strategy.options.aggregate', problem);
}

/** The m by chance of those within the limits, or all where there are fewer; always the same of a
 * trial. */
function drawNeighbours({ input, catalogue }: BaselineState, trial: number, centre: Candidate): readonly Member[] {
  const family = familyOf(catalogue.problem.space, centre.family);
  const near = adjacentExchange(family, centre.config).flatMap(
    (config) => catalogue.admit({ family: family.name, config }) ?? [],
  );
  return createRng(split(split(input.seed, STREAM), trial))
    .shuffle(near)
    .slice(0, settingsOf(input.options).m);
}

/** The last centre's neighbours first, then a new centre. */
function pick(state: BaselineState, turn: Turn): Chosen | undefined {
  const told = state.ledger.trials.map(({ candidate, why }) => ({ candidate, why }));
  const order = [...told, ...turn.chosen.map(({ member: { candidate }, why }) => ({ candidate, why }))];
  const trial = order.findLastIndex(isCentre);
  const centre = order[trial]?.candidate;
  const near = centre ? drawNeighbours(state, trial, centre) : [];
  const member = near.find(({ key }) => !turn.asked.has(key));
  return member ? { member, why: { source: 'neighbour' } } : byChance(state, turn, { source: 'centre' });
}

const isCentre = ({ why }: Pick<LedgerTrial, 'why'>): boolean => why.source === 'centre';

interface Scored {
  readonly centre: ScoredCentre;
  /** Of the centre, with its score in place of its own value. */
  readonly outcome: Outcome;
}

/** Centres that have a result and whose neighbours have all ended, at least one with a result. */
function scoredCentres(state: BaselineState): readonly Scored[] {
  const { ledger, catalogue, input } = state;
  const { by } = settingsOf(input.options);
  const orientation = sign(catalogue.problem.objectives[0]?.goal ?? 'maximize');
  const trials = new Map(ledger.trials.map((one) => [one.key, one]));
  return withOutcomes(catalogue.problem, ledger.trials.filter(isCentre)).flatMap(({ trial, outcome }): Scored[] => {
    const near = drawNeighbours(state, trial.trial, trial.candidate).map(({ key }) => trials.get(key));
    const values = near.flatMap((one) => one?.value ?? []);
    const isWhole = near.every((one) => one?.state === 'told' || one?.state === 'failed');
    if (!isWhole || values.length === 0) return [];
    const value = AGGREGATES[by]([outcome.value, ...values]);
    const [own, score] = [orientation * outcome.value, orientation * value];
    const centre = { trial: trial.trial, own, neighbours: values.length, score };
    return [{ centre, outcome: { ...outcome, value } }];
  });
}

/** Of the scored centres those that none beats in score and costs, best score first. */
function answerOf(state: BaselineState): Answer {
  const scored = scoredCentres(state);
  const ranks = nondominationRanks(scored.map(({ outcome }) => outcomeCorner(outcome)));
  const best = scored.filter((_, i) => ranks[i] === 0).sort((a, b) => b.outcome.value - a.outcome.value);
  return { by: settingsOf(state.input.options).by, centres: best.map(({ centre }) => centre) };
}

function explain(input: StrategyInput, log: readonly RunEvent[]): FollowedSearch {
  const start = startBaseline({ ...input, options: { ...DEFAULTS, ...input.options } });
  return { regions: [], noise: new Map(), answer: answerOf(log.reduce(foldBaseline<BaselineState>, start)) };
}

const DEFAULTS = { ...BASELINE_DEFAULTS, neighbours: NEIGHBOURS, aggregate: 'mean' };

export const naRs: Strategy<BaselineState> = {
  ...baseline(pick),
  id: 'na-rs',
  title: 'NA-RS',
  version: 1,
  fidelity: 'reconstruction',
  summary:
    'Random search over neighbourhoods: a centre counts as much as it and its one-edit neighbours do together ' +
    '(arXiv 2105.06369).',
  defaults: DEFAULTS,
  sources: {
    reference: FIRST_SOURCES.reference,
    centre: { title: 'Centre', sentence: 'It was drawn at random, to be judged with its neighbours.' },
    neighbour: { title: 'Neighbour', sentence: 'It is one edit away from the centre that was drawn before it.' },
  },
  shows: ['answer'],
  checkOptions: ({ options }) => void settingsOf(options),
  explain,
};
