/**
 * Search by one network that holds all students of a family: one strategy for each method of
 * `core/one-shot`. First the network is trained, with how much each of its paths counts. Then the
 * student that it leads to is trained and distilled as any other, and for the rest of the budget
 * students by the shares of their paths. What the network itself reaches ranks nothing.
 */
import { invalid } from '../../errors.ts';
import type { Supernet } from '../../arch/supernet.ts';
import { createRng, split } from '../../math/rng.ts';
import { allKept, keptBy, mixingSpace } from '../../one-shot/method.ts';
import type { OneShotDefinition, OneShotMethod } from '../../one-shot/method.ts';
import { checkedMethod, ONE_SHOT_METHODS, oneShotMethod } from '../../one-shot/registry.ts';
import type { RunEvent, Search } from '../../records/events.ts';
import type { Family } from '../../space/space.ts';
import { askInTurn, BASELINE_DEFAULTS, foldBaseline, startBaseline } from '../baseline.ts';
import type { BaselineState, Chosen, Pick, Turn } from '../baseline.ts';
import type { Catalogue, Member } from '../catalogue.ts';
import { FIRST_SOURCES } from '../initial.ts';
import { askedKeys, remaining } from '../ledger.ts';
import { byChance } from '../random.ts';
import { admitNew } from '../repair.ts';
import type { AskedEvent, Strategy, StrategyInput, StrategyOptions } from '../strategy.ts';
import { codesByStrength, drawCode, studentOf } from './students.ts';

const STREAM = { search: 0x6f6e6573, draw: 0x6f6e6564 } as const;

/** Settings that are ours. [R] */
const RULE = Object.freeze({
  /** Epochs of a search. */
  searchEpochs: 30,
  searchEpochsMost: 100_000,
  /** Codes that are looked at for a student that can be trained. */
  looks: 4_000,
  /** Draws by shares for one that is new. */
  draws: 200,
});

/** What is searched, and how. */
interface Searched {
  readonly family: Family;
  readonly supernet: Supernet;
  readonly method: OneShotMethod;
  readonly levels: readonly number[];
  /** As it is asked for. */
  readonly search: Search;
}

/** What has come of it. */
interface Learned {
  readonly shares: Float64Array;
  readonly derived: Chosen | undefined;
}

export interface OneShotState extends BaselineState {
  readonly searched: Searched;
  readonly isAsked: boolean;
  readonly isOver: boolean;
  /** Whether each path was in play in the last epoch. */
  readonly kept: readonly boolean[];
  /** `undefined` before the end of the search, and where it failed. */
  readonly learned: Learned | undefined;
}

/** The first family of the space that has a supernet and a student within the limits. */
function searchedFamily(
  { families }: Catalogue,
  title: string,
): { readonly family: Family; readonly supernet: Supernet } {
  for (const { family, members } of families) {
    const supernet = members.length > 0 ? family.supernet?.() : undefined;
    if (supernet !== undefined) return { family, supernet };
  }
  throw invalid('limits', `no family that ${title} can search has a student within the limits: raise one.`);
}

/** On params and MACs, the tightest of each. */
function limitsOf({ problem }: StrategyInput): { readonly params?: number; readonly macs?: number } {
  const least = (name: string): number =>
    problem.limits.reduce((all, { metric, max }) => (metric === name ? Math.min(all, max) : all), Infinity);
  const [params, macs] = [least('params'), least('macs')];
  return { ...(params < Infinity && { params }), ...(macs < Infinity && { macs }) };
}

/** Of the method itself. */
const methodOptions = ({ defaults }: OneShotDefinition, options: StrategyOptions): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.keys(defaults).map((name) => [name, Number(options[name] ?? defaults[name])]));

function start(id: string, definition: OneShotDefinition, input: StrategyInput): OneShotState {
  const state = startBaseline(input);
  const { family, supernet } = searchedFamily(state.catalogue, definition.title);
  const limits = limitsOf(input);
  const space = mixingSpace(supernet, limits);
  const how = { method: id, options: methodOptions(definition, input.options) };
  const search: Search = {
    ...{ search: 0, family: family.name, ...how, epochs: Number(input.options['searchEpochs']) },
    ...{ seed: split(input.seed, STREAM.search), ...(Object.keys(limits).length > 0 && { limits }) },
  };
  const searched = { family, supernet, method: oneShotMethod(how, space), levels: space.levels, search };
  return { ...state, searched, isAsked: false, isOver: false, kept: allKept(space), learned: undefined };
}

function fold(before: OneShotState, event: RunEvent): OneShotState {
  const state = foldBaseline(before, event);
  switch (event.type) {
    case 'asked':
      return { ...state, isAsked: state.isAsked || event.search !== undefined };
    case 'mixed':
      return { ...state, kept: keptBy(event.shares, state.searched.levels) ?? state.kept };
    case 'searched':
      return { ...state, isOver: true, learned: learnedFrom(state, Float64Array.from(event.mixing)) };
    case 'told':
    case 'rested':
    case 'failed':
      return state;
  }
}

function learnedFrom(state: OneShotState, alpha: Float64Array): Learned | undefined {
  const { searched, kept } = state;
  if (alpha.length !== kept.length || !alpha.every(Number.isFinite)) return undefined;
  return { shares: searched.method.shares(alpha, kept), derived: derivedFrom(state, alpha) };
}

/** The student that the method names or, where that is none that can be trained, the one of the
 * strongest paths that is. */
function derivedFrom({ searched, catalogue, kept, input }: OneShotState, alpha: Float64Array): Chosen | undefined {
  const { family, supernet, method, levels } = searched;
  const rng = createRng(split(input.seed, STREAM.search));
  const memberOf = (code: readonly number[]): Member | undefined => {
    const student = studentOf(family, supernet, code);
    return student && admitNew(catalogue, student, new Set(), rng);
  };
  const named = method.derive(alpha, kept);
  const member = memberOf(named);
  if (member) return { member, why: { source: 'derived' } };
  const fault = studentOf(family, supernet, named) ? 'is over a limit' : 'gives nothing';
  let looks = 0;
  for (const code of codesByStrength({ levels, kept }, alpha)) {
    const next = memberOf(code);
    if (next) {
      const fallback = `the student that the network leads to ${fault}, and this one has the strongest other paths`;
      return { member: next, why: { source: 'derived', fallback } };
    }
    if (++looks === RULE.looks) break;
  }
  return undefined;
}

const pick: Pick<OneShotState> = (state, turn) => {
  const { learned, isOver } = state;
  if (!isOver) return undefined; // wait
  if (learned === undefined) {
    return byChance(state, turn, { source: 'random', fallback: 'the search of the network came to nothing' });
  }
  const { derived } = learned;
  if (derived && !turn.asked.has(derived.member.key)) return derived;
  const fallback = 'no student that the shares of the paths give is new and within the limits';
  return sampled(state, learned, turn) ?? byChance(state, turn, { source: 'random', fallback });
};

function sampled({ searched, catalogue, input }: OneShotState, learned: Learned, turn: Turn): Chosen | undefined {
  const rng = createRng(split(split(input.seed, STREAM.draw), turn.position));
  for (let draw = 0; draw < RULE.draws; draw += 1) {
    const student = studentOf(searched.family, searched.supernet, drawCode(searched.levels, learned.shares, rng));
    const member = student && admitNew(catalogue, student, turn.asked, rng);
    if (member) return { member, why: { source: 'sampled' } };
  }
  return undefined;
}

/** Nothing is searched for where the reference students alone spend the budget. */
function ask(state: OneShotState, count: number): AskedEvent {
  const { ledger, input, references, searched, isAsked } = state;
  const asked = askedKeys(ledger);
  const waiting = references.filter(({ key }) => !asked.has(key)).length;
  if (!isAsked && remaining(ledger, input.problem) > waiting) {
    return { type: 'asked', proposals: [], position: ledger.trials.length, search: searched.search };
  }
  return askInTurn(state, count, pick);
}

function checkOptions(id: string, definition: OneShotDefinition, options: StrategyOptions): void {
  const epochs = Number(options['searchEpochs']);
  if (!(Number.isInteger(epochs) && epochs >= 1 && epochs <= RULE.searchEpochsMost)) {
    const most = RULE.searchEpochsMost.toLocaleString('en');
    throw invalid('strategy.options.searchEpochs', `"${epochs}" cannot be: choose a whole number from 1 to ${most}.`);
  }
  checkedMethod({ method: id, options: methodOptions(definition, options) });
}

const strategyOf = (id: string, definition: OneShotDefinition): Strategy<OneShotState> => ({
  ...{ id, title: definition.title, version: 1, fidelity: definition.fidelity },
  summary: `${definition.summary} One network holds all students of a family (${definition.source}).`,
  defaults: { ...BASELINE_DEFAULTS, searchEpochs: RULE.searchEpochs, ...definition.defaults },
  sources: {
    reference: FIRST_SOURCES.reference,
    random: FIRST_SOURCES.random,
    derived: { title: 'Derived', sentence: 'The network of all students leads to it.' },
    sampled: { title: 'Sampled', sentence: 'It was drawn by how much its paths count in the network of all students.' },
  },
  needs: ['supernet'],
  checkOptions: ({ options }) => checkOptions(id, definition, options),
  init: (input) => {
    checkOptions(id, definition, input.options);
    return start(id, definition, input);
  },
  fold,
  ask,
});

/** One for each method, in the methods' order. */
export const ONE_SHOT_STRATEGIES: readonly Strategy<OneShotState>[] = Object.entries(ONE_SHOT_METHODS).map(
  ([id, definition]) => strategyOf(id, definition),
);
