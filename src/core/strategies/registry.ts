/** All searches by id, and what trains given students. Adding a search: its file, and a line
 * here. */
import { invalid, WorkbenchError } from '../errors.ts';
import type { OneShotMethodId } from '../one-shot/registry.ts';
import type { RunEvent } from '../records/events.ts';
import { akd } from './akd/akd.ts';
import { arch2vecBo } from './arch2vec/bo.ts';
import { arch2vecRl } from './arch2vec/rl.ts';
import { cenas } from './cenas/cenas.ts';
import type { EmbeddedFamily } from './embedding.ts';
import { evolution } from './evolution.ts';
import type { FollowedSearch } from './followed.ts';
import { listed } from './listed.ts';
import { naRs } from './na-rs.ts';
import { nsga2 } from './nsga2.ts';
import { ONE_SHOT_STRATEGIES } from './one-shot/one-shot.ts';
import { random } from './random.ts';
import { rankNosh } from './rank-nosh/rank-nosh.ts';
import { sac } from './sac/sac.ts';
import type { Family } from '../space/space.ts';
import { LEG_OPTIONS } from './strategy.ts';
import type {
  AskedEvent,
  Need,
  OptionsInput,
  Sources,
  Strategy,
  StrategyInput,
  StrategyOptions,
  Words,
} from './strategy.ts';
import { smbo } from './smbo/smbo.ts';
import { tpe } from './tpe/tpe.ts';
import { tradeF } from './trade-f/trade-f.ts';
import { gpEhvi, trade, tradeM } from './trade/trade.ts';

/** What the product shows of a strategy. */
export type StrategyInfo = Omit<
  Strategy<unknown>,
  'init' | 'fold' | 'ask' | 'explain' | 'sources' | 'retired' | 'needsWith' | 'checkOptions'
>;

/** A strategy in play: its state is hidden, and moves only by folding events. */
export interface OpenStrategy {
  readonly info: StrategyInfo;
  fold(event: RunEvent): void;
  ask(count: number): AskedEvent;
}

/** A strategy whose state type nobody outside needs to know. */
interface Entry {
  readonly info: StrategyInfo;
  open(input: StrategyInput): OpenStrategy;
  readonly explain: Strategy<unknown>['explain'];
  readonly needsWith: Strategy<unknown>['needsWith'];
  readonly checkOptions: Strategy<unknown>['checkOptions'];
  readonly sources: Sources;
  readonly retired: readonly string[];
}

function entry<S>(strategy: Strategy<S>): Entry {
  const { id, title, version, fidelity, summary, defaults, accepts = [], needs = [], shows = [] } = strategy;
  const info = { id, title, version, fidelity, summary, defaults, accepts, needs, shows };
  return {
    info,
    explain: strategy.explain,
    needsWith: strategy.needsWith,
    checkOptions: strategy.checkOptions,
    sources: strategy.sources,
    retired: strategy.retired ?? [],
    open(input) {
      checkOptions(info, input.options);
      checkPrior(info, input.prior);
      checkStudents(info, input.students);
      const options = { ...defaults, ...input.options };
      checkNeeds({ title, needs: neededWith(strategy, options) }, { ...input, families: input.problem.space.families });
      let state = strategy.init({ ...input, options });
      return {
        info,
        fold: (event) => void (state = strategy.fold(state, event)),
        ask: (count) => strategy.ask(state, count),
      };
    },
  };
}

const neededWith = (
  { needs = [], needsWith }: Pick<Strategy<unknown>, 'needs' | 'needsWith'>,
  options: StrategyOptions,
): readonly Need[] => [...needs, ...(needsWith?.(options) ?? [])];

/** Their ids are the methods' own, whose keys these are. */
const oneShot = Object.fromEntries(ONE_SHOT_STRATEGIES.map((strategy) => [strategy.id, entry(strategy)])) as Readonly<
  Record<OneShotMethodId, Entry>
>;

export const STRATEGIES = {
  trade: entry(trade),
  'gp-ehvi': entry(gpEhvi),
  'trade-m': entry(tradeM),
  'trade-f': entry(tradeF),
  random: entry(random),
  evolution: entry(evolution),
  nsga2: entry(nsga2),
  tpe: entry(tpe),
  akd: entry(akd),
  sac: entry(sac),
  'rank-nosh': entry(rankNosh),
  cenas: entry(cenas),
  'na-rs': entry(naRs),
  'arch2vec-bo': entry(arch2vecBo),
  'arch2vec-rl': entry(arch2vecRl),
  ...oneShot,
  smbo: entry(smbo),
} as const satisfies Readonly<Record<string, Entry>>;

export type StrategyId = keyof typeof STRATEGIES;

/** Strategies of tests, which the product does not have. */
const guests = new Map<string, Entry>();

/** What trains the students that it is given: no search, and in no comparison of searches. */
export const LISTED = entry(listed);

export const STRATEGY_INFOS: readonly StrategyInfo[] = Object.values(STRATEGIES).map(({ info }) => info);

export const isStrategyId = (id: string): id is StrategyId => Object.hasOwn(STRATEGIES, id);

/** Throws `strategy.unknown`, naming those there are. */
export function strategyInfo(id: string): StrategyInfo {
  return known(id).info;
}

/** What a run has to have for a strategy with these options. Throws `strategy.unknown`, and
 * `config.invalid` for an option that it cannot have. */
export function needsOf({ id, options }: { readonly id: string; readonly options: StrategyOptions }): readonly Need[] {
  const { info, needsWith } = known(id);
  return neededWith({ needs: info.needs ?? [], ...(needsWith && { needsWith }) }, { ...info.defaults, ...options });
}

/** Of a run's options those that its strategy still has: one of an earlier version goes on without
 * the others. */
export function currentOptions(id: string, options: StrategyOptions): StrategyOptions {
  const retired = find(id)?.retired ?? [];
  return Object.fromEntries(Object.entries(options).filter(([name]) => !retired.includes(name)));
}

/** An option that the strategy does not have, or of another type than its default, is a mistake in
 * the configuration. */
function checkOptions({ id, defaults }: StrategyInfo, options: StrategyOptions): void {
  for (const [name, value] of Object.entries(options)) {
    const expected = Object.hasOwn(defaults, name) ? typeof defaults[name] : 'undefined';
    if (typeof value === expected) continue;
    const names = Object.keys(defaults).join(', ');
    const problem =
      expected === 'undefined' ? `has no option '${name}': it has ${names}` : `wants a ${expected} for '${name}'`;
    throw new WorkbenchError('config.invalid', `Strategy ${id} ${problem}.`, { field: `strategy.options.${name}` });
  }
}

/** Of options that the strategy has, and of the right types: what it says of their values. */
export function checkOptionValues(id: string, input: OptionsInput): void {
  const { info, checkOptions: check } = known(id);
  check?.({ ...input, options: { ...info.defaults, ...input.options } });
}

/** Who asks for transfer is told that there will be none. */
export function checkPrior({ title, accepts = [] }: StrategyInfo, prior: readonly unknown[] = []): void {
  if (accepts.includes('prior') || prior.length === 0) return;
  const able = STRATEGY_INFOS.filter((info) => info.accepts?.includes('prior')).map(({ id }) => id);
  const problem = `${title} learns nothing from earlier runs: choose ${able.join(' or ')}, or leave them out.`;
  throw invalid('transferFrom', problem);
}

/** A search finds its own students; without any given there is nothing to train. */
export function checkStudents({ title, accepts = [] }: StrategyInfo, students: readonly unknown[] = []): void {
  const given = accepts.includes('students');
  if (given === students.length > 0) return;
  const problem = given
    ? 'name the students that are to be trained.'
    : `${title} chooses its own: leave them out, or make the strategy "${LISTED.info.id}".`;
  throw invalid('students', problem);
}

/** It asks for short trainings: a budget in trainings is then so many times the epochs of one. */
export function asksForLegs({ id, options }: { readonly id: string; readonly options: StrategyOptions }): boolean {
  return find(id)?.info.needs?.includes('legs') === true || LEG_OPTIONS.some((name) => options[name] === true);
}

/** What a strategy's needs are looked for in; see `StrategyInput`. */
export type NeededFrom = Pick<
  StrategyInput,
  'epochs' | 'legs' | 'keepsWeights' | 'hasTeacherWeights' | 'hasSource' | 'embedding'
> & {
  readonly families: readonly (Pick<Family, 'supernet' | 'grows'> & EmbeddedFamily)[];
};

/** Of each need: whether it is met, and else the field that is to be changed and how. */
const NEEDS = {
  legs: {
    isMet: ({ epochs }) => epochs !== undefined,
    field: 'recipe.seconds',
    words: 'trains students for some epochs and goes on with the best: let the recipe count epochs.',
  },
  'warm starts': {
    isMet: ({ keepsWeights = false }) => keepsWeights,
    field: 'checkpoints.keep',
    words: 'begins with the weights of earlier students: keep them, with `last` or `best-and-last`.',
  },
  'teacher weights': {
    isMet: ({ hasTeacherWeights = true }) => hasTeacherWeights,
    field: 'teacher',
    words: 'begins with the weights of the teacher: choose one that was trained here, no file and no ensemble.',
  },
  source: {
    isMet: ({ hasSource = true }) => hasSource,
    field: 'families',
    words: 'grows the network that the teacher is: add its family, or choose a teacher of one that is here.',
  },
  supernet: {
    isMet: ({ families }) => families.some(({ supernet }) => supernet !== undefined),
    field: 'families',
    words: 'trains all students of a family in one network: choose a family that has one, such as cells.',
  },
  embedding: {
    isMet: ({ embedding, families }) => embedding !== undefined && families.every(embedding.covers),
    field: 'families',
    words:
      'searches in a space that was learned of cells with six edges, and these students have no place in it: choose ' +
      'the family cells alone and space "compact", or the option encoding "one-hot".',
  },
  layers: {
    isMet: ({ families }) => families.some(({ grows }) => grows !== undefined),
    field: 'families',
    words: 'adds layer to layer: choose a family that has one after the other, such as fusion on sequences.',
  },
} as const satisfies Readonly<
  Record<Need, { readonly isMet: (run: NeededFrom) => boolean; readonly field: string; readonly words: string }>
>;

/** Where training goes by seconds, for example, no epoch is known at which it could rest. */
export function checkNeeds({ title, needs = [] }: Pick<StrategyInfo, 'title' | 'needs'>, run: NeededFrom): void {
  if (needs.includes('legs') && run.legs?.length === 0) {
    throw invalid('legs', `${title} trains students for some epochs first, and no short trainings are recorded here.`);
  }
  const missing = needs.map((need) => NEEDS[need]).find(({ isMet }) => !isMet(run));
  if (missing === undefined) return;
  throw invalid(missing.field, `${title} ${missing.words}`);
}

/** Whether it may begin students with the weights of others; one that is no more goes on with
 * nothing. */
export const beginsWithOthers = (strategy: Parameters<typeof needsOf>[0]): boolean =>
  find(strategy.id) !== undefined && needsOf(strategy).includes('warm starts');

/** Weights and networks of one's own are in no table of results. */
export const playsTables = ({ needs = [] }: Pick<StrategyInfo, 'needs'>): boolean =>
  needs.every((need) => need === 'legs');

/** Starts a strategy; fold a run's log into it to resume. Throws `strategy.unknown`, and what its
 * `init` throws. */
export function openStrategy(id: string, input: StrategyInput): OpenStrategy {
  return known(id).open(input);
}

/** What the strategy of a run tells of it beyond its log; `undefined` where there is nothing, or no
 * such strategy any more. */
export function explainBy(id: string, input: StrategyInput, log: readonly RunEvent[]): FollowedSearch | undefined {
  return find(id)?.explain?.(input, log);
}

/** Of all strategies of the product, in their order. */
export const SOURCE_NAMES: readonly string[] = [
  ...new Set([...Object.values(STRATEGIES), LISTED].flatMap(({ sources }) => Object.keys(sources))),
];

/** What a source is called and means; one name means the same with every strategy. `undefined`: of
 * a strategy that is no more. */
export function sourceWords(source: string): Words | undefined {
  const all = [...Object.values(STRATEGIES), LISTED, ...guests.values()];
  return all.find(({ sources }) => Object.hasOwn(sources, source))?.sources[source];
}

function find(id: string): Entry | undefined {
  if (id === LISTED.info.id) return LISTED;
  return isStrategyId(id) ? STRATEGIES[id] : guests.get(id);
}

function known(id: string): Entry {
  const found = find(id);
  if (found) return found;
  const names = Object.keys(STRATEGIES).join(', ');
  throw new WorkbenchError('strategy.unknown', `There is no strategy '${id}': choose one of ${names}.`, {
    field: 'strategy.id',
  });
}

/** `admit`: from then on a strategy is played under its id, by host and games alike. */
export const testing = {
  admit: <S>(strategy: Strategy<S>): void => void guests.set(strategy.id, entry(strategy)),
};
