/**
 * No search: the students that the run was given, each trained with several seeds. It is how the
 * winners of a search are trained once more, for longer (docs/trade.md, step 8), and how networks
 * of one's own are trained beside them. They begin by chance or, by the option `from`, with the
 * weights of the run's teacher, which may be of another data set. Seeds go round by round, so that
 * what is there first tells of every student.
 */
import { invalid } from '../errors.ts';
import { knownLimits } from '../latency.ts';
import { isFeasible } from '../objective.ts';
import type { Limit } from '../objective.ts';
import type { Run, SearchConfig } from '../records/run.ts';
import { candidateKey } from '../space/candidate-key.ts';
import { familyOf, validateConfiguration } from '../space/lattice.ts';
import type { Candidate, KnownCosts, Space } from '../space/space.ts';
import type { Member } from './catalogue.ts';
import { EMPTY_LEDGER, askedEvent, record, remaining } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import type { WarmStart } from '../records/proposal.ts';
import type { Strategy, StrategyInput } from './strategy.ts';

/** Fine-tuning: the whole network, from what another one has learned. */
const TEACHERS: WarmStart = { parents: ['teacher'], map: 'inherit', seed: 0 };

export interface ListedState {
  readonly input: StrategyInput;
  readonly members: readonly Member[];
  readonly ledger: Ledger;
}

/**
 * The students in canonical form with their exact costs. Throws `family.unknown`, and
 * `config.invalid` with the field `students.i` where one is none of its family's, breaks a limit or
 * was named before.
 */
export function listStudents(
  space: Space,
  limits: readonly Limit[],
  students: readonly Candidate[],
): readonly Member[] {
  const named = new Map<string, number>();
  return students.map((student, i) => {
    const field = `students.${i}`;
    const refuse = (fault: string): never => {
      throw invalid(field, fault);
    };
    const family = familyOf(space, student.family);
    const config = validateConfiguration(family, student.config, `${field}.config`);
    const candidate = { family: family.name, config };
    const key = candidateKey(candidate);
    const before = named.get(key);
    if (before !== undefined) refuse(`it is the same student as students.${before}; more seeds train it more often.`);
    named.set(key, i);
    const costs = family.costs(config);
    const broken = knownLimits(limits).find((limit) => !isFeasible(costs, [limit]));
    if (broken)
      refuse(`it has more than ${broken.max.toLocaleString('en')} ${broken.metric}: raise the limit or leave it out.`);
    return { key, candidate, costs };
  });
}

/** They begin with the weights that the search which found them left them. */
const SEARCHED = 'searched';

export const listed: Strategy<ListedState> = {
  id: 'listed',
  title: 'Given students',
  version: 1,
  fidelity: 'faithful',
  summary: 'No search: students that you name, each trained with several seeds.',
  defaults: { seeds: 3, from: 'chance' },
  sources: { listed: { title: 'Given', sentence: 'It was named to be trained, once for each seed.' } },
  accepts: ['students'],
  needsWith: ({ from }) => {
    if (from === 'teacher') return ['teacher weights'];
    if (from === 'chance' || from === SEARCHED) return [];
    throw invalid('strategy.options.from', `"${from}" is nowhere to begin: choose chance, teacher or searched.`);
  },

  init(input) {
    const { space, limits } = input.problem;
    const members = listStudents(space, limits, input.students ?? []);
    return { input, members, ledger: EMPTY_LEDGER };
  },

  fold(state, event) {
    const { problem } = state.input;
    const costsOf = ({ family, config }: Candidate): KnownCosts => familyOf(problem.space, family).costs(config);
    return { ...state, ledger: record(state.ledger, event, { problem, costsOf }) };
  },

  ask({ input, members, ledger }, count) {
    const first = ledger.trials.length;
    const all = members.length * Number(input.options['seeds']);
    const begins = input.options['from'] === 'teacher';
    const left = Math.min(count, remaining(ledger, input.problem), all - first);
    const chosen = Array.from({ length: Math.max(0, left) }, (_, i) => members[(first + i) % members.length])
      .filter((member) => member !== undefined)
      .map((member) => ({ member, why: { source: 'listed' }, ...(begins && { from: TEACHERS }) }));
    return askedEvent(ledger, input.seed, chosen);
  },
};

/** Whether students begin with the weights of the run that found them. */
export const beginsAsSearched = ({ strategy: { id, options } }: Pick<SearchConfig, 'strategy'>): boolean =>
  id === listed.id && options['from'] === SEARCHED;

/** Id of the run whose weights a run needs as long as it can go on. */
export const lenderOf = ({ state, config }: Pick<Run, 'state' | 'config'>): string | undefined =>
  state !== 'finished' && beginsAsSearched(config) ? config.studentsFrom : undefined;
