import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../src/core/errors.ts';
import type { Proposal, RunEvent } from '../../src/core/events.ts';
import type { Problem } from '../../src/core/objective.ts';
import { candidateKey } from '../../src/core/space/candidate-key.ts';
import { validateCandidate } from '../../src/core/space/lattice.ts';
import { spaceSize } from '../../src/core/space/lattice.ts';
import { openStrategy, STRATEGIES, strategyInfo } from '../../src/core/strategies/registry.ts';
import type { OpenStrategy } from '../../src/core/strategies/registry.ts';
import type { StrategyOptions } from '../../src/core/strategies/strategy.ts';
import {
  createProblem,
  evaluate,
  familiesProblem,
  latencyOf,
  latencyProblem,
  poolProblem,
  singleObjective,
  threeObjectives,
  vastProblem,
} from './strategy-problems.ts';

interface Game {
  readonly problem: Problem;
  readonly strategy: OpenStrategy;
  readonly log: RunEvent[];
  ask(count?: number): readonly Proposal[];
  tell(proposal: Proposal, accuracy?: number): void;
  fail(proposal: Proposal): void;
}

function start(id: string, problem: Problem, options: StrategyOptions = {}, seed = 5): Game {
  const strategy = openStrategy(id, { problem, seed, options });
  const log: RunEvent[] = [];
  const push = (event: RunEvent): void => {
    log.push(event);
    strategy.fold(event);
  };
  return {
    problem,
    strategy,
    log,
    ask(count = 1) {
      const event = strategy.ask(count);
      push(event);
      return event.proposals;
    },
    tell: ({ trial, candidate }, accuracy) =>
      push({
        type: 'told',
        trial,
        metrics: { ...evaluate(problem.space, candidate), ...(accuracy === undefined ? {} : { accuracy }) },
      }),
    fail: ({ trial }) => push({ type: 'failed', trial, reason: 'the trainer crashed' }),
  };
}

/** Asks and tells until nothing more is proposed. */
function playOut(game: Game, batch = 1, accuracy?: (proposal: Proposal) => number): Proposal[] {
  const all: Proposal[] = [];
  for (let proposals = game.ask(batch); proposals.length > 0; proposals = game.ask(batch)) {
    all.push(...proposals);
    for (const proposal of proposals) game.tell(proposal, accuracy?.(proposal));
    expect(all.length).toBeLessThanOrEqual(game.problem.budget);
  }
  return all;
}

const keys = (proposals: readonly Proposal[]): string[] => proposals.map(({ candidate }) => candidateKey(candidate));

for (const id of Object.keys(STRATEGIES)) {
  describe(`strategy ${id}`, () => {
    it('spends the budget on distinct members of the space, numbered without gaps', () => {
      const game = start(id, familiesProblem());
      const all = playOut(game);
      expect(all).toHaveLength(24);
      expect(new Set(keys(all)).size).toBe(24);
      expect(all.map(({ trial }) => trial)).toEqual(all.map((_, i) => i));
      for (const { candidate } of all) expect(validateCandidate(game.problem.space, candidate)).toEqual(candidate);
    });

    it('proposes the same for the same seed, and something else for another', () => {
      const play = (seed: number): string[] => keys(playOut(start(id, familiesProblem(), {}, seed)));
      expect(play(5)).toEqual(play(5));
      expect(play(6)).not.toEqual(play(5));
    });

    it('gives the same answer to the same question, and asking changes nothing', () => {
      const game = start(id, familiesProblem());
      for (let i = 0; i < 9; i++) game.ask().forEach((proposal) => game.tell(proposal));
      const first = game.strategy.ask(2);
      game.strategy.ask(5);
      expect(game.strategy.ask(2)).toEqual(first);
    });

    it('goes on from the log alone exactly as the unbroken run does', () => {
      const game = start(id, familiesProblem());
      for (let i = 0; i < 22; i++) {
        const resumed = openStrategy(id, { problem: familiesProblem(), seed: 5, options: {} });
        for (const event of game.log) resumed.fold(event);
        const next = game.strategy.ask(1);
        expect(resumed.ask(1)).toEqual(next);
        game.ask().forEach((proposal) => (i % 7 === 3 ? game.fail(proposal) : game.tell(proposal)));
      }
    });

    it('survives the log written down as JSON', () => {
      const game = start(id, familiesProblem());
      for (let i = 0; i < 10; i++) game.ask().forEach((proposal) => game.tell(proposal));
      const resumed = openStrategy(id, { problem: familiesProblem(), seed: 5, options: {} });
      for (const event of JSON.parse(JSON.stringify(game.log)) as RunEvent[]) resumed.fold(event);
      expect(resumed.ask(1)).toEqual(game.strategy.ask(1));
    });

    it('keeps batches distinct, and answers from slots that finish out of order', () => {
      expect(new Set(keys(playOut(start(id, familiesProblem()), 5))).size).toBe(24);
      const game = start(id, familiesProblem());
      const running: Proposal[] = [...game.ask(3)];
      const all = [...running];
      while (running.length > 0) {
        const done = running.splice(running.length >> 1, 1);
        done.forEach((proposal) => game.tell(proposal));
        const next = game.ask();
        running.push(...next);
        all.push(...next);
      }
      expect(all).toHaveLength(24);
      expect(new Set(keys(all)).size).toBe(24);
    });

    it('draws a proposal for each free slot before anything has been told', () => {
      const game = start(id, familiesProblem());
      expect(new Set(keys(game.ask(12))).size).toBe(12);
    });

    it('never proposes a failed student again, and goes on when all fail', () => {
      const game = start(id, familiesProblem());
      const all: Proposal[] = [];
      for (let proposals = game.ask(); proposals.length > 0; proposals = game.ask()) {
        all.push(...proposals);
        proposals.forEach(game.fail);
      }
      expect(new Set(keys(all)).size).toBe(24);
    });

    it('stops when the space is exhausted, even a space of one point', () => {
      const all = playOut(start(id, poolProblem()), 2);
      expect(new Set(keys(all)).size).toBe(3);
      const only = { ...poolProblem().space.families[0]!, pool: [{ code: 'a' }] };
      expect(playOut(start(id, createProblem([only])))).toHaveLength(1);
    });

    it('keeps to limits on known costs', () => {
      const problem = familiesProblem({ limits: [{ metric: 'params', max: 900 }] });
      for (const { candidate } of playOut(start(id, problem))) {
        const family = problem.space.families.find(({ name }) => name === candidate.family)!;
        expect(family.costs(candidate.config)['params']).toBeLessThanOrEqual(900);
      }
    });

    it('refuses limits that no student meets, naming the field and the cheapest cost', () => {
      const problem = familiesProblem({ limits: [{ metric: 'params', max: 3 }] });
      const refusal = (): OpenStrategy => openStrategy(id, { problem, seed: 1, options: {} });
      expect(refusal).toThrow(WorkbenchError);
      expect(refusal).toThrow(/params <= 3.*16/);
      try {
        refusal();
      } catch (error) {
        expect(error).toMatchObject({ code: 'budget.unreachable', place: { field: 'limits' } });
      }
    });

    it('finds students within a limit that no random draw from a vast space meets', () => {
      const problem = vastProblem({ limits: [{ metric: 'params', max: 22 }], budget: 6 });
      const all = playOut(start(id, problem, { references: false }));
      expect(all.length).toBeGreaterThan(0);
      for (const { candidate } of all)
        expect(problem.space.families[0]!.costs(candidate.config)['params']).toBeLessThanOrEqual(22);
    });

    it('takes equal values, NaN and infinities without losing its way', () => {
      const odd = [NaN, Infinity, -Infinity, 1e308, -1e308];
      for (const accuracy of [
        () => 0.5,
        ({ trial }: Proposal) => odd[trial % 5]!,
        ({ trial }: Proposal) => (trial % 3 ? 0.5 : NaN),
      ]) {
        expect(new Set(keys(playOut(start(id, familiesProblem()), 1, accuracy))).size).toBe(24);
      }
    });

    it('lets the last word on a trial stand, and ignores trials that were never asked', () => {
      const game = start(id, familiesProblem());
      for (let i = 0; i < 10; i++) game.ask().forEach((proposal) => game.tell(proposal));
      game.strategy.fold({ type: 'told', trial: 4, metrics: { accuracy: 0.99 } });
      game.strategy.fold({ type: 'told', trial: 4, metrics: { accuracy: 0.2 } });
      game.strategy.fold({ type: 'told', trial: 900, metrics: { accuracy: 0.99 } });
      const next = game.strategy.ask(1).proposals;
      expect(next[0]?.trial).toBe(10);
    });

    it('works with one objective, with three, and with one to be minimised', () => {
      const minimised = [{ metric: 'loss', goal: 'minimize', known: false }] as const;
      for (const objectives of [singleObjective, threeObjectives, minimised]) {
        const all = playOut(
          start(
            id,
            familiesProblem({
              objectives,
              reference: objectives === threeObjectives ? familiesProblem().reference : {},
            }),
          ),
        );
        expect(new Set(keys(all)).size).toBe(24);
      }
    });

    it('works in a space too large to list, in batches', () => {
      expect(new Set(keys(playOut(start(id, vastProblem({ budget: 16 })), 2))).size).toBe(16);
    });

    it('starts with the reference students, unless told not to', () => {
      const first = start(id, familiesProblem()).ask();
      expect(first[0]).toMatchObject({
        candidate: { family: 'plain', config: { width: 16, depth: 2, act: 'relu' } },
        why: { source: 'reference' },
      });
      const without = playOut(start(id, familiesProblem(), { references: false }));
      expect(without.some(({ why }) => why.source === 'reference')).toBe(false);
    });

    it('proposes nothing past its budget, and nothing when asked for nothing', () => {
      const game = start(id, familiesProblem({ budget: 3 }));
      expect(game.ask(0)).toHaveLength(0);
      expect(game.ask(10)).toHaveLength(3);
      expect(game.ask(10)).toHaveLength(0);
    });

    it('trades a latency that only results tell, and does so from the log alone', () => {
      const problem = latencyProblem({ limits: [{ metric: 'latencyMs', max: 0.6 }] });
      const game = start(id, problem);
      const told = new Set<string>();
      for (let i = 0; i < 20; i++) {
        const resumed = openStrategy(id, { problem, seed: 5, options: {} });
        for (const event of game.log) resumed.fold(event);
        expect(resumed.ask(1)).toEqual(game.strategy.ask(1));
        for (const { trial, candidate } of game.ask()) {
          const latencyMs = latencyOf(problem.space, candidate);
          // What is too slow is told without having been trained.
          const trained = latencyMs <= 0.6 ? evaluate(problem.space, candidate) : {};
          const event: RunEvent = { type: 'told', trial, metrics: { ...trained, latencyMs } };
          game.log.push(event);
          game.strategy.fold(event);
          told.add(candidateKey(candidate));
        }
      }
      expect(told.size).toBe(20);
    });

    it('refuses a second objective that has to be learned', () => {
      const objectives = [...singleObjective, { metric: 'latency', goal: 'minimize', known: false }] as const;
      expect(() => start(id, familiesProblem({ objectives }))).toThrow(/latency/);
    });
  });
}

describe('the registry', () => {
  it('refuses an unknown strategy by naming those there are', () => {
    expect(() => strategyInfo('trad')).toThrow(/trade, random, evolution/);
    expect(() => openStrategy('toString', { problem: poolProblem(), seed: 1, options: {} })).toThrow(WorkbenchError);
  });

  it('refuses an option that a strategy does not have, or of the wrong type', () => {
    const open = (options: StrategyOptions) => () =>
      openStrategy('trade', { problem: poolProblem(), seed: 1, options });
    expect(open({ refrences: true })).toThrow(/refrences.*references, regions, costFeatures/);
    expect(open({ references: 'yes' })).toThrow(/boolean/);
  });

  it('lists each strategy under its own id', () => {
    for (const [id, { info }] of Object.entries(STRATEGIES)) expect(info.id).toBe(id);
    expect(spaceSize(poolProblem().space)).toBe(3);
  });
});
