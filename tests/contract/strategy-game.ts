/** Plays a strategy by hand: asks, tells and fails, and keeps the log that all of it makes. */
import { expect } from 'vitest';
import { askedIn } from '../../src/core/records/events.ts';
import type { Proposal, RunEvent, Search } from '../../src/core/records/events.ts';
import type { Metrics, Problem } from '../../src/core/objective.ts';
import { candidateKey } from '../../src/core/space/candidate-key.ts';
import { familyOf, validateCandidate } from '../../src/core/space/lattice.ts';
import type { KnownCosts } from '../../src/core/space/space.ts';
import { openStrategy } from '../../src/core/strategies/registry.ts';
import type { OpenStrategy } from '../../src/core/strategies/registry.ts';
import type { StrategyOptions } from '../../src/core/strategies/strategy.ts';
import { ANY_EMBEDDING } from './any-embedding.ts';
import { evaluate, latencyOf } from './strategy-problems.ts';

export interface Game {
  readonly id: string;
  readonly problem: Problem;
  readonly strategy: OpenStrategy;
  readonly log: readonly RunEvent[];
  ask(count?: number): readonly Proposal[];
  /** The made-up accuracy and latency of the student, with `changes`. */
  tell(proposal: Proposal, changes?: Metrics): void;
  fail(proposal: Proposal): void;
  fold(event: RunEvent): void;
  /** Another strategy with the same log. */
  resume(): OpenStrategy;
}

export const SEED = 5;
/** Of a whole training. */
export const EPOCHS = 9;

export function start(id: string, problem: Problem, options: StrategyOptions = {}, seed = SEED): Game {
  const given = { epochs: EPOCHS, keepsWeights: true, embedding: ANY_EMBEDDING };
  const open = (): OpenStrategy => openStrategy(id, { problem, seed, options, ...given });
  const strategy = open();
  const log: RunEvent[] = [];
  const known = new Map<number, Proposal>();
  const fold = (event: RunEvent): void => {
    log.push(event);
    for (const proposal of askedIn(event)) known.set(proposal.trial, proposal);
    strategy.fold(event);
  };
  // Who asks for a search has it behind it when the game begins.
  const opening = strategy.info.needs?.includes('supernet') ? strategy.ask(1) : undefined;
  if (opening?.search) [opening, searchedBy(problem, opening.search)].forEach(fold);
  /** A leg is answered by a closed form, too: a student is worse the earlier it rests. */
  const answer = ({ trial, candidate, leg }: Omit<Proposal, 'why' | 'seed'>, changes: Metrics = {}): void => {
    const { space } = problem;
    const whole: Metrics = { ...evaluate(space, candidate), latencyMs: latencyOf(space, candidate) };
    if (!leg) return fold({ type: 'told', trial, metrics: { ...whole, ...changes } });
    const accuracy = (whole['accuracy'] ?? NaN) * (1 - 0.3 / (leg.until + 1));
    fold({ type: 'rested', trial, epoch: leg.until, metrics: { ...whole, accuracy, ...changes } });
  };
  return {
    ...{ id, problem, strategy, log, fold },
    /** What rests and is to go on does so on the way, until there is something new or nothing
     * more. */
    ask(count = 1) {
      for (;;) {
        const event = strategy.ask(count);
        const { proposals, continues = [] } = event;
        fold(event);
        for (const { trial, leg } of continues) {
          const candidate = known.get(trial)?.candidate;
          if (!candidate) throw new Error(`Trial ${trial} was never asked for`);
          answer({ trial, candidate, ...(leg && { leg }) });
        }
        if (proposals.length > 0 || continues.length === 0) return proposals;
      }
    },
    tell: answer,
    fail: ({ trial }) => fold({ type: 'failed', trial, reason: 'the trainer crashed' }),
    resume() {
      const resumed = open();
      for (const event of log) resumed.fold(event);
      return resumed;
    },
  };
}

/** A search is over at once: of each edge the last path counts most. */
function searchedBy({ space }: Problem, { search, family }: Search): RunEvent {
  const edges = familyOf(space, family).supernet?.().edges ?? [];
  const mixing = edges.flatMap(({ paths }) => paths.map((_, level) => level / 10));
  return { type: 'searched', search, mixing, cpuSeconds: 1 };
}

/** What becomes of a proposal. */
export type Answer = (game: Game, proposal: Proposal) => void;

const tell: Answer = (game, proposal) => game.tell(proposal);

/** Asks and answers until nothing more is proposed. Every proposal is a new member of the space,
 * within the budget. */
export function playOut(
  game: Game,
  { batch = 1, answer = tell }: { batch?: number; answer?: Answer } = {},
): Proposal[] {
  const all: Proposal[] = [];
  for (let proposals = game.ask(batch); proposals.length > 0; proposals = game.ask(batch)) {
    all.push(...proposals);
    expectNew(game, all);
    for (const proposal of proposals) answer(game, proposal);
  }
  return all;
}

/** As many slots as `slots`, each asking for one more when a trial ends; `next` chooses the one
 * that ends. */
export function playSlots(game: Game, slots: number, next: (running: readonly Proposal[]) => number): Proposal[] {
  const running = [...game.ask(slots)];
  const all = [...running];
  while (running.length > 0) {
    for (const proposal of running.splice(next(running), 1)) game.tell(proposal);
    const asked = game.ask();
    running.push(...asked);
    all.push(...asked);
    expectNew(game, all);
  }
  return all;
}

/** Distinct members in canonical form, numbered without gaps, no more than the budget. */
export function expectNew({ problem }: Pick<Game, 'problem'>, all: readonly Proposal[]): void {
  expect(new Set(keys(all)).size).toBe(all.length);
  expect(all.map(({ trial }) => trial)).toEqual(all.map((_, i) => i));
  expect(all.length).toBeLessThanOrEqual(problem.budget);
  for (const { candidate } of all) expect(validateCandidate(problem.space, candidate)).toEqual(candidate);
}

export const keys = (proposals: readonly Proposal[]): string[] =>
  proposals.map(({ candidate }) => candidateKey(candidate));

export const costsOf = ({ space }: Problem, { candidate }: Proposal): KnownCosts =>
  familyOf(space, candidate.family).costs(candidate.config);
