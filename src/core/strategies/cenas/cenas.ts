/**
 * CENAS (arXiv 2110.03144): a network of one data set grows into another one's. It begins as the
 * run's teacher, with its weights; a move widens a stage, adds a block, shrinks or changes one
 * dimension; the child begins with its parent's weights, combined into its own shape, and is
 * trained. The search walks on to a child that is better, or by chance to one that is worse
 * (Metropolis, with a temperature that falls along the budget).
 *
 * No code of the paper is to be had: this is a reconstruction. Coefficients of the combinations are
 * searched where a training begins (`map: 'expand'`), not as moves of their own: a student is
 * trained once in a run.
 */
import { createRng, split } from '../../math/rng.ts';
import type { Rng } from '../../math/rng.ts';
import { invalid } from '../../errors.ts';
import type { RunEvent } from '../../records/events.ts';
import type { Why, WarmStart } from '../../records/proposal.ts';
import { familyOf } from '../../space/lattice.ts';
import type { Candidate } from '../../space/space.ts';
import { createCatalogue } from '../catalogue.ts';
import type { Catalogue, Member } from '../catalogue.ts';
import { referenceMembers, FIRST_SOURCES } from '../initial.ts';
import { EMPTY_LEDGER, askedEvent, askedKeys, record, remaining, withData } from '../ledger.ts';
import type { DataTrial, Ledger } from '../ledger.ts';
import { distanceBetween } from '../repair.ts';
import type { Strategy, StrategyInput, StrategyOptions } from '../strategy.ts';
import { CENAS } from './constants.ts';
import { movesFrom } from './moves.ts';

const STREAM = { move: 0x6d6f7665, accept: 0x61636370, map: 0x6d617070 } as const;

export interface CenasState {
  readonly input: StrategyInput;
  readonly catalogue: Catalogue;
  /** The student that the teacher is, or comes nearest to. */
  readonly source: Member | undefined;
  readonly ledger: Ledger;
}

interface Chosen {
  readonly member: Member;
  readonly why: Why;
  /** Whose weights it begins with. */
  readonly parent: number | 'teacher' | undefined;
}

/** Within the limits and in the pool, and no further from the teacher than any other. */
function sourceMember(catalogue: Catalogue, source: Candidate | undefined): Member | undefined {
  const exact = source && catalogue.admit(source);
  const family = source && catalogue.families.find((one) => one.family.name === source.family);
  if (exact || !source || !family || family.members.length === 0) {
    const [reference] = referenceMembers(catalogue, {});
    return exact ?? reference ?? catalogue.families.find(({ members }) => members.length > 0)?.members[0];
  }
  const far = (member: Member): number => distanceBetween(family.family, source.config, member.candidate.config);
  return family.members.reduce((best, member) => (far(member) < far(best) ? member : best));
}

/** Where the walk stands: every result is a step to it, or none, in the order in which they came
 * in. */
function standing({ ledger, input }: CenasState): DataTrial | undefined {
  return withData(ledger).reduce<DataTrial | undefined>((at, next, place) => {
    if (at === undefined || next.value >= at.value) return next;
    const temperature = CENAS.temperature * (1 - place / Math.max(1, input.problem.budget));
    const chance = Math.exp((next.value - at.value) / Math.max(temperature, 1e-12));
    return createRng(split(split(input.seed, STREAM.accept), next.trial)).uniform() < chance ? next : at;
  }, undefined);
}

/** A kind of move by chance, then one of that kind. */
function moveOf(catalogue: Catalogue, from: Candidate, asked: ReadonlySet<string>, rng: Rng) {
  const family = familyOf(catalogue.problem.space, from.family);
  const free = movesFrom(family, from.config).flatMap(({ kind, config }) => {
    const member = catalogue.admit({ family: family.name, config });
    return member && !asked.has(member.key) ? [{ kind, member }] : [];
  });
  const kinds = [...new Set(free.map(({ kind }) => kind))];
  const kind = kinds[rng.int(Math.max(1, kinds.length))];
  const alike = free.filter((one) => one.kind === kind);
  return alike[rng.int(Math.max(1, alike.length))];
}

/** From where the walk stands; where nothing new is near, from the best that was told, and at last
 * any student. */
function next(state: CenasState, position: number, asked: ReadonlySet<string>): Chosen | undefined {
  const { input, catalogue, ledger, source } = state;
  if (source && !asked.has(source.key)) return { member: source, why: { source: 'source' }, parent: 'teacher' };
  const rng = createRng(split(split(input.seed, STREAM.move), position));
  const at = standing(state);
  const others = withData(ledger).toSorted((a, b) => b.value - a.value);
  for (const from of at ? [at, ...others] : []) {
    const move = moveOf(catalogue, from.candidate, asked, rng);
    if (move) return { member: move.member, why: { source: move.kind }, parent: from.trial };
  }
  const move = at === undefined && source ? moveOf(catalogue, source.candidate, asked, rng) : undefined;
  if (move) return { member: move.member, why: { source: move.kind }, parent: 'teacher' };
  const left = catalogue.families.flatMap(({ members }) => members).filter(({ key }) => !asked.has(key));
  const member = left[rng.int(Math.max(1, left.length))];
  const fallback = 'there is nothing new beside any student that was told';
  return member && { member, why: { source: 'random', fallback }, parent: undefined };
}

function startOf({ input }: CenasState, position: number, parent: Chosen['parent']): WarmStart | undefined {
  if (parent === undefined || input.options['growth'] === 'random') return undefined;
  return { parents: [parent], map: 'expand', seed: split(split(input.seed, STREAM.map), position) };
}

function assertGrowth({ growth }: StrategyOptions): void {
  if (growth === 'expand' || growth === 'random') return;
  throw invalid('strategy.options.growth', `"${String(growth)}" is no way to grow: choose expand or random.`);
}

export const cenas: Strategy<CenasState> = {
  id: 'cenas',
  title: 'CENAS',
  version: 1,
  fidelity: 'reconstruction',
  summary:
    'A network of another data set grows into this one’s, each child with its parent’s weights (conceptual ' +
    'expansion; arXiv 2110.03144).',
  defaults: { growth: 'expand' },
  sources: {
    random: FIRST_SOURCES.random,
    source: { title: 'Source', role: 'reference', sentence: 'It is the network that the search begins with.' },
    widened: { title: 'Widened', sentence: 'A stage of an earlier student has become wider.' },
    deepened: { title: 'Deepened', sentence: 'An earlier student has got more blocks.' },
    shrunk: { title: 'Shrunk', sentence: 'An earlier student has become narrower or has fewer blocks.' },
    changed: { title: 'Changed', sentence: 'An earlier student has another level of one dimension.' },
  },
  needs: ['warm starts', 'teacher weights', 'source'],
  checkOptions: ({ options }) => assertGrowth(options),

  init(input) {
    assertGrowth(input.options);
    const catalogue = createCatalogue(input.problem, input.seed);
    return { input, catalogue, source: sourceMember(catalogue, input.source), ledger: EMPTY_LEDGER };
  },

  fold: (state: CenasState, event: RunEvent) => ({ ...state, ledger: record(state.ledger, event, state.catalogue) }),

  ask(state, count) {
    const { input, ledger } = state;
    const asked = askedKeys(ledger);
    const chosen: (Pick<Chosen, 'member' | 'why'> & { readonly from?: WarmStart })[] = [];
    const wanted = Math.min(count, remaining(ledger, input.problem));
    while (chosen.length < wanted) {
      const position = ledger.trials.length + chosen.length;
      const choice = next(state, position, asked);
      if (!choice) break;
      asked.add(choice.member.key);
      const from = startOf(state, position, choice.parent);
      chosen.push({ member: choice.member, why: choice.why, ...(from && { from }) });
    }
    return askedEvent(ledger, input.seed, chosen);
  },
};
