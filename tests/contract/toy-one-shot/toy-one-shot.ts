/**
 * One-shot search: a supernet says which path of each edge counts most, and the student of these
 * paths is trained, then its neighbours with its weights, then others by chance. A toy: it shows
 * what a strategy that asks for a search and for warm starts has to bring, and the contract suite
 * and the host play it as any other.
 */
import { allKept, mixingSpace } from '../../../src/core/one-shot/method.ts';
import type { Proposal, RunEvent, Search } from '../../../src/core/records/events.ts';
import { createRng, split } from '../../../src/core/math/rng.ts';
import { oneShotMethod } from '../../../src/core/one-shot/registry.ts';
import { candidateKey } from '../../../src/core/space/candidate-key.ts';
import { completeConfiguration } from '../../../src/core/space/lattice.ts';
import { oneExchange } from '../../../src/core/space/neighbours.ts';
import type { Candidate, Family } from '../../../src/core/space/space.ts';
import { askInTurn, BASELINE_DEFAULTS, foldBaseline, startBaseline } from '../../../src/core/strategies/baseline.ts';
import type { BaselineState, Pick } from '../../../src/core/strategies/baseline.ts';
import { FIRST_SOURCES } from '../../../src/core/strategies/initial.ts';
import { drawMember } from '../../../src/core/strategies/random.ts';
import { admitNew } from '../../../src/core/strategies/repair.ts';
import type { AskedEvent, Strategy } from '../../../src/core/strategies/strategy.ts';

const STREAM = 0x6f6e6573;

interface OneShotState extends BaselineState {
  /** Asked for. */
  readonly search: Search | undefined;
  /** The student that it led to; none where it failed. */
  readonly derived: Candidate | undefined;
  readonly isOver: boolean;
}

const searched = ({ input }: BaselineState): Family | undefined =>
  input.problem.space.families.find(({ supernet }) => supernet !== undefined);

function fold(before: OneShotState, event: RunEvent): OneShotState {
  const state = foldBaseline(before, event);
  switch (event.type) {
    case 'asked':
      return { ...state, search: event.search ?? state.search };
    case 'searched':
      return { ...state, isOver: true, derived: derivedFrom(state, event.mixing) };
    case 'mixed':
    case 'told':
    case 'rested':
    case 'failed':
      return state;
  }
}

/** The path that counts most on each edge, and the reference's levels elsewhere. */
function derivedFrom(state: OneShotState, mixing: readonly number[]): Candidate | undefined {
  const [family, search] = [searched(state), state.search];
  const supernet = family?.supernet?.();
  if (!family || !supernet || search === undefined || mixing.length === 0) return undefined;
  const space = mixingSpace(supernet);
  const levels = oneShotMethod(search, space)
    .derive(Float64Array.from(mixing), allKept(space))
    .map((level, edge) => {
      const { name = '', levels: all = [] } =
        family.dimensions.find((one) => one.name === supernet.edges[edge]?.dimension) ?? {};
      return [name, all[level] ?? ''] as const;
    });
  return {
    family: family.name,
    config: completeConfiguration(family, { ...family.reference, ...Object.fromEntries(levels) }),
  };
}

const pick: Pick<OneShotState> = (state, { position, asked }) => {
  const { catalogue, input, derived, ledger, isOver } = state;
  if (!isOver) return undefined; // wait
  const rng = createRng(split(split(input.seed, STREAM), position));
  const family = searched(state);
  const best = derived && admitNew(catalogue, derived, asked, rng);
  if (best) return { member: best, why: { source: 'derived' } };
  const own = derived && ledger.trials.find(({ key }) => key === candidateKey(derived));
  // Its neighbours begin with its weights: until it has ended others are trained.
  const hasEnded = own !== undefined && own.state !== 'pending';
  for (const config of hasEnded && derived && family ? rng.shuffle(oneExchange(family, derived.config)) : []) {
    const member = admitNew(catalogue, { family: family?.name ?? '', config }, asked, rng);
    if (member) return { member, why: { source: 'neighbour' } };
  }
  const member = drawMember(catalogue, input.seed, position, asked);
  return member && { member, why: { source: 'draw' } };
};

function ask(state: OneShotState, count: number): AskedEvent {
  const { input, derived, ledger } = state;
  const family = searched(state);
  if (state.search === undefined && family !== undefined) {
    const { searchEpochs, learningRate } = input.options;
    const options = { learningRate: Number(learningRate) };
    const how = { method: 'darts', options, epochs: Number(searchEpochs), seed: split(input.seed, STREAM) };
    const search = { search: 0, family: family.name, ...how };
    return { type: 'asked', proposals: [], position: ledger.trials.length, search };
  }
  const event = askInTurn(state, count, pick);
  // Only a training that was told of has weights: what was too slow has none.
  const parent = ledger.trials.find(
    ({ key, metrics }) => derived && key === candidateKey(derived) && 'accuracy' in metrics,
  );
  const withParent = (proposal: Proposal): Proposal =>
    parent === undefined || proposal.why.source !== 'neighbour'
      ? proposal
      : { ...proposal, from: { parents: [parent.trial], map: 'inherit', seed: proposal.seed } };
  return { ...event, proposals: event.proposals.map(withParent) };
}

export const toyOneShot: Strategy<OneShotState> = {
  id: 'toy-one-shot',
  title: 'Toy one-shot',
  version: 1,
  fidelity: 'partial',
  summary: 'One network of all students says which is best; that one is trained, then its neighbours.',
  defaults: { ...BASELINE_DEFAULTS, searchEpochs: 8, learningRate: 0.05 },
  sources: {
    ...FIRST_SOURCES,
    derived: { title: 'Derived', sentence: 'The network of all students says that it is the best.' },
    neighbour: { title: 'Neighbour', sentence: 'It is one change away from the best of that network.' },
    draw: { title: 'Drawn', sentence: 'It was drawn when no neighbour was left.' },
  },
  needs: ['supernet', 'warm starts'],
  init: (input) => ({ ...startBaseline(input), search: undefined, derived: undefined, isOver: false }),
  fold,
  ask,
};
