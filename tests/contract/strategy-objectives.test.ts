/** Every kind of objective that a search can have, played by every strategy. */
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/core/objective.ts';
import type { Reward } from '../../src/core/objective.ts';
import { CONTESTANTS } from './contestants.ts';
import { costsOf, playOut, start } from './strategy-game.ts';
import {
  familiesProblem,
  fourObjectivesProblem,
  latencyProblem,
  singleObjective,
  threeObjectives,
} from './strategy-problems.ts';

const byReward = (reward: Reward): Problem =>
  familiesProblem({
    objectives: [{ metric: 'reward', goal: 'maximize', known: false }],
    reference: { reward: 0 },
    reward,
  });

const soft: Reward = { cost: 'params', target: 1000, under: -0.07, over: -0.07 };
const limited = [{ metric: 'params', max: 900 }];

const KINDS: readonly (readonly [string, Problem])[] = [
  ['accuracy alone', familiesProblem({ objectives: singleObjective, reference: {} })],
  [
    'a loss to be minimised',
    familiesProblem({ objectives: [{ metric: 'loss', goal: 'minimize', known: false }], reference: {} }),
  ],
  ['accuracy under a limit', familiesProblem({ objectives: singleObjective, limits: limited })],
  ['accuracy against a cost', familiesProblem()],
  ['accuracy against a cost under a limit', familiesProblem({ limits: limited })],
  ['a front without a reference point', familiesProblem({ reference: {} })],
  ['accuracy against two costs', familiesProblem({ objectives: threeObjectives })],
  ['accuracy against three costs', fourObjectivesProblem()],
  [
    'accuracy against something known that should be large',
    familiesProblem({
      objectives: [...singleObjective, { metric: 'macs', goal: 'maximize', known: true }],
      reference: { accuracy: 0.1, macs: 0 },
    }),
  ],
  ['accuracy against a measured latency', latencyProblem()],
  ['accuracy against a latency with a limit', latencyProblem({ limits: [{ metric: 'latencyMs', max: 0.6 }] })],
  [
    'accuracy against a cost and a latency',
    latencyProblem({
      objectives: [
        ...singleObjective,
        { metric: 'params', goal: 'minimize', known: true },
        { metric: 'latencyMs', goal: 'minimize', known: false },
      ],
      reference: { accuracy: 0.1, params: 20_000, latencyMs: 2 },
    }),
  ],
  [
    'accuracy under a latency limit',
    familiesProblem({ objectives: singleObjective, limits: [{ metric: 'latencyMs', max: 0.6 }] }),
  ],
  ['the MnasNet reward, soft', byReward(soft)],
  ['the MnasNet reward with a hard target', byReward({ ...soft, under: 0, over: -1 })],
  ['the MnasNet reward of a latency', byReward({ ...soft, cost: 'latencyMs', target: 0.15 })],
];

for (const id of CONTESTANTS) {
  describe(`objectives of ${id}`, () => {
    it.each(KINDS)('%s: distinct students within the limits, the same from the log alone', (_name, problem) => {
      const game = start(id, problem);
      const all = playOut(game, { batch: 2 });
      expect(all).toHaveLength(24);
      for (const { metric, max } of problem.limits) {
        for (const proposal of all) expect(costsOf(problem, proposal)[metric] ?? 0).toBeLessThanOrEqual(max);
      }
      const half = start(id, problem);
      for (let i = 0; i < 6; i++) half.ask(2).forEach((proposal) => half.tell(proposal));
      expect(half.resume().ask(2)).toEqual(game.log[half.log.length]);
    });

    it('refuses a second objective that has to be learned, and none at all', () => {
      const objectives = [...singleObjective, { metric: 'robustness', goal: 'maximize', known: false }] as const;
      expect(() => start(id, familiesProblem({ objectives }))).toThrow(/robustness.*known costs/);
      expect(() => start(id, familiesProblem({ objectives: [] }))).toThrow(/no objective/);
    });
  });
}
