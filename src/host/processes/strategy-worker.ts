/**
 * Process for the work of strategies, which would keep the host from answering: it owns a
 * strategy's state (which is only the folded log), explains runs, counts spaces, and plays on
 * recorded tables.
 */
import { studentSpace } from '../../core/arch/families/registry.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { RunEvent } from '../../core/records/events.ts';
import type { Limit } from '../../core/objective.ts';
import { createRng } from '../../core/math/rng.ts';
import { completeConfiguration, enumerateFamily } from '../../core/space/lattice.ts';
import { familySize } from '../../core/space/size.ts';
import type { Family, KnownCosts } from '../../core/space/space.ts';
import { weighedSample } from '../../core/space/spread.ts';
import type { Weighed } from '../../core/space/spread.ts';
import { explainRun } from '../../core/strategies/explain.ts';
import type { RecordedTable } from '../../core/strategies/recorded-table.ts';
import type { Embedding } from '../../core/strategies/embedding.ts';
import { checkNeeds, needsOf, openStrategy, strategyInfo } from '../../core/strategies/registry.ts';
import type { OpenStrategy } from '../../core/strategies/registry.ts';
import { replay } from '../../core/strategies/replay.ts';
import type { TableBudget } from '../../core/strategies/replay.ts';
import { readEmbedding } from '../library/embedding.ts';
import { checkLimits, readTable, tableFacts } from '../replays/table.ts';
import { strategyInputOf } from '../runs/context.ts';
import { yieldToEvents } from '../slices.ts';
import { serve } from './channel.ts';
import type { ProblemDescriptor, SpaceDescriptor } from './problem.ts';

/** Costs of every student of a family, in the order of its enumeration; of a family that is too
 * large to list, of a sample and of those students that no other undercuts. */
export interface FamilySurvey {
  readonly family: string;
  /** Students, exact. */
  readonly total: number;
  /** Students that each of a sample stands for; absent: each for itself. */
  readonly weights?: Float64Array;
  readonly params: Float64Array;
  readonly macs: Float64Array;
}

/** One strategy with one seed. */
export type GameOrder = TableBudget & {
  readonly strategy: string;
  readonly seed: number;
  readonly batch: number;
  readonly single: boolean;
  readonly limits: readonly Limit[];
  /** Short trainings cannot be asked for. */
  readonly noLegs?: boolean;
};

/** What the host offers while a game is played. */
export interface GameWatcher {
  /** `share` of the budget that has been spent. */
  progress(share: number): void;
}

/** Students between two yields to events: a survey takes seconds, and hears of its host's end in
 * one. */
const BEFORE_YIELDING = 64;

/** A family of stages that has no more is listed. */
const MOST_LISTED = 5_000;

/** Students of each stratum, and the seed of every sample: a space is always told of alike. */
const SAMPLE_EACH = 128;
const SAMPLE_SEED = 1;

/** Between two reports of one game. */
const REPORT_MS = 100;

let heard: RunEvent[] = [];
let strategy: OpenStrategy | undefined;
let table: RecordedTable | undefined;
/** What strategies search in on a table; read by the first that does. */
let embedding: (() => Promise<Embedding>) | undefined;

const functions = {
  /** A part of a run's log: what is opened or explained next has all the parts sent before. */
  hear: (events: readonly RunEvent[]) => void heard.push(...events),
  open: async (problem: ProblemDescriptor) => {
    const found = problem.embedding === undefined ? undefined : await readEmbedding(problem.embedding);
    strategy = openStrategy(problem.strategy.id, strategyInputOf(problem, found));
    for (const event of heard) strategy.fold(event);
    heard = [];
  },
  fold: (event: RunEvent) => opened(strategy).fold(event),
  ask: (count: number) => opened(strategy).ask(count),
  explain: (problem: ProblemDescriptor) => explainRun(problem.strategy.id, strategyInputOf(problem), heard),
  survey,
  /** A table crosses as text: it is parsed where it is played. */
  openTable: (text: string, file: string, limits: readonly Limit[], embeddingFile: string) => {
    const read = readTable(text, file);
    checkLimits(read, limits, file);
    table = read;
    let reading: Promise<Embedding> | undefined;
    embedding = () => (reading ??= readEmbedding(embeddingFile));
    return tableFacts(read, limits);
  },
  /** Throws `config.invalid` for a strategy that finds nothing of the table in its embedding. */
  checkGames: async (strategies: readonly string[]) => {
    for (const id of strategies) {
      const found = await embeddingFor(id);
      const families = opened(table).families.map(({ parameters }) => ({
        dimensions: parameters.map(({ name, values: levels }) => ({ name, levels })),
      }));
      if (found) checkNeeds({ title: strategyInfo(id).title, needs: ['embedding'] }, { families, embedding: found });
    }
  },
  play: async (order: GameOrder) => {
    const found = await embeddingFor(order.strategy);
    const given = { ...order, ...(found && { embedding: found }) };
    const played = replay(opened(table), { ...given, now: () => performance.now(), spent: reportsOf() });
    const { hypervolume, best, askMs, rows, epochs } = played;
    return { hypervolume, best, askMs, rows, ...(epochs.length > 0 && { epochs }) };
  },
};

export type StrategyWorker = typeof functions;

const host = serve<GameWatcher>(functions);

async function embeddingFor(strategy: string): Promise<Embedding | undefined> {
  return needsOf({ id: strategy, options: {} }).includes('embedding') ? opened(embedding)() : undefined;
}

function opened<T>(what: T | undefined): T {
  if (what !== undefined) return what;
  throw new WorkbenchError('internal', 'The strategy worker was used before it was opened.');
}

async function survey({ families, space, ...task }: SpaceDescriptor): Promise<readonly FamilySurvey[]> {
  const surveys: FamilySurvey[] = [];
  for (const family of studentSpace(families, task, space).families) {
    const total = familySize(family);
    const isListed = family.cheapest === undefined || total <= MOST_LISTED;
    const costs: KnownCosts[] = [];
    const weights: number[] = [];
    for (const { config, weight } of isListed ? listedMembers(family) : sampledMembers(family)) {
      costs.push(family.costs(config));
      weights.push(weight);
      if (costs.length % BEFORE_YIELDING === 0) await yieldToEvents();
    }
    surveys.push({
      ...{ family: family.name, total },
      ...(!isListed && { weights: Float64Array.from(weights) }),
      params: Float64Array.from(costs, (cost) => cost['params'] ?? NaN),
      macs: Float64Array.from(costs, (cost) => cost['macs'] ?? NaN),
    });
  }
  return surveys;
}

function* listedMembers(family: Family): Generator<Weighed> {
  for (const config of enumerateFamily(family)) yield { config, weight: 1 };
}

/** Both ends stand for nobody: they settle whether any student is within limits, and how large one
 * can be. */
function* sampledMembers(family: Family): Generator<Weighed> {
  yield* weighedSample(family, SAMPLE_EACH, createRng(SAMPLE_SEED));
  for (const { config } of family.cheapest?.() ?? []) yield { config, weight: 0 };
  const dearest = Object.fromEntries(family.dimensions.map(({ name, levels }) => [name, levels.at(-1) ?? 0]));
  yield { config: completeConfiguration(family, dearest), weight: 0 };
}

/** Tells what share of the budget is spent, not too often. */
function reportsOf(): (share: number) => void {
  let reported = performance.now();
  return (share) => {
    if (performance.now() - reported < REPORT_MS) return;
    reported = performance.now();
    void host.progress.asEvent(share);
  };
}
