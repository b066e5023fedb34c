/** Bad input: a clear word or a sound answer from every strategy; never a hang, never a proposal
 * already told. */
import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../src/core/errors.ts';
import { askedIn } from '../../src/core/records/events.ts';
import type { Proposal } from '../../src/core/records/events.ts';
import { spaceSize } from '../support/space-size.ts';
import { openStrategy, STRATEGIES, strategyInfo } from '../../src/core/strategies/registry.ts';
import type { StrategyOptions } from '../../src/core/strategies/strategy.ts';
import type { Family } from '../../src/core/space/space.ts';
import { CONTESTANTS } from './contestants.ts';
import { EPOCHS, expectNew, keys, playOut, start } from './strategy-game.ts';
import type { Answer } from './strategy-game.ts';
import {
  createProblem,
  familiesProblem,
  latencyProblem,
  poolProblem,
  singleObjective,
  vastProblem,
} from './strategy-problems.ts';

const telling =
  (accuracy: (proposal: Proposal) => number): Answer =>
  (game, proposal) =>
    game.tell(proposal, { accuracy: accuracy(proposal) });

describe.each(CONTESTANTS)('bad input to %s', (id) => {
  it('a space of one point: it is proposed once', () => {
    const only = { ...poolProblem().space.families[0]!, pool: [{ code: 'a' }] };
    for (const batch of [1, 4]) expect(playOut(start(id, createProblem([only])), { batch })).toHaveLength(1);
  });

  it('a space without a point: refused', () => {
    // One that needs a supernet misses that first.
    const words = /empty|choose a family that has one/;
    expect(() => start(id, createProblem([]))).toThrow(words);
    const none = { ...poolProblem().space.families[0]!, pool: [] };
    expect(() => start(id, createProblem([none]))).toThrow(words);
  });

  it('all candidates infeasible by known costs: refused, naming the limits', () => {
    const limits = [{ metric: 'macs', max: NaN }];
    for (const problem of [familiesProblem({ limits }), vastProblem({ limits: [{ metric: 'params', max: 9 }] })]) {
      expect(() => start(id, problem)).toThrow(WorkbenchError);
      expect(() => start(id, problem)).toThrow(/No candidate meets the limits (macs <= NaN|params <= 9)/);
    }
  });

  it.each([
    ['with the latency as an objective', latencyProblem({ limits: [{ metric: 'latencyMs', max: 1e-3 }] })],
    [
      'with accuracy alone',
      familiesProblem({ objectives: singleObjective, limits: [{ metric: 'latencyMs', max: 1e-3 }] }),
    ],
  ])('all candidates infeasible by measurement: the budget is spent all the same, %s', (_name, problem) => {
    const slow: Answer = (game, proposal) => {
      game.fold({ type: 'told', trial: proposal.trial, metrics: { latencyMs: 1 + proposal.trial / 10 } });
    };
    expect(playOut(start(id, problem), { answer: slow })).toHaveLength(24);
  });

  it('all trials failed: the budget is spent on others, one by one and in batches', () => {
    for (const batch of [1, 5]) {
      const all = playOut(start(id, familiesProblem()), { batch, answer: (game, proposal) => game.fail(proposal) });
      expect(all).toHaveLength(24);
    }
  });

  it('all trials failed but the last: it is learned from without the others', () => {
    const answer: Answer = (game, proposal) => (proposal.trial < 18 ? game.fail(proposal) : game.tell(proposal));
    expect(playOut(start(id, familiesProblem()), { answer })).toHaveLength(24);
  });

  it.each([
    ['0.5 each', 0.5],
    ['0 each', 0],
    ['below 0 each', -3],
  ])('equal values: %s', (_name, value) => {
    for (const objectives of [singleObjective, familiesProblem().objectives]) {
      const game = start(id, familiesProblem({ objectives }));
      expect(playOut(game, { answer: telling(() => value) })).toHaveLength(24);
    }
  });

  it.each([
    ['all NaN', [NaN]],
    ['all infinite', [Infinity]],
    ['now and then', [0.5, NaN, 0.6, Infinity, -Infinity]],
    ['so large that its square is infinite', [1e308, -1e308, 0.5]],
  ])('NaN and infinity told: %s', (_name, values) => {
    for (const objectives of [singleObjective, familiesProblem().objectives]) {
      const game = start(id, familiesProblem({ objectives }));
      expect(playOut(game, { answer: telling(({ trial }) => values[trial % values.length]!) })).toHaveLength(24);
      expect(game.resume().ask(1)).toEqual(game.strategy.ask(1));
    }
  });

  it('NaN and infinity told: they are no results, whatever their sign', () => {
    const play = (bad: number): readonly string[] => {
      const answer = telling(({ trial }) => (trial % 3 === 1 ? bad : 0.5 + (trial % 5) / 10));
      return keys(playOut(start(id, familiesProblem()), { answer }));
    };
    const expected = play(NaN);
    for (const bad of [Infinity, -Infinity, 1e308]) expect(play(bad)).toEqual(expected);
  });

  it('nothing told: a result without the metric is a result without a value', () => {
    const answer: Answer = (game, { trial }) => game.fold({ type: 'told', trial, metrics: {} });
    expect(playOut(start(id, familiesProblem()), { answer })).toHaveLength(24);
  });

  it('a latency that is NaN, infinite, zero or negative', () => {
    const odd = [NaN, Infinity, 0, -1, 0.2];
    const answer: Answer = (game, proposal) => game.tell(proposal, { latencyMs: odd[proposal.trial % 5]! });
    expect(playOut(start(id, latencyProblem()), { answer })).toHaveLength(24);
  });

  it('the same student told twice with different results: the last word on a trial stands', () => {
    const game = start(id, familiesProblem());
    const all = playOut(game, {
      answer: (_, proposal) => {
        game.tell(proposal, { accuracy: 0.99 });
        game.tell(proposal);
        if (proposal.trial % 4 === 1) game.fail(proposal);
        if (proposal.trial % 8 === 1) game.tell(proposal);
      },
    });
    expect(all).toHaveLength(24);
    expect(game.resume().ask(1)).toEqual(game.strategy.ask(1));
  });

  it('the same student told twice with different results: two trials of it are two results', () => {
    const game = start(id, familiesProblem());
    for (let i = 0; i < 12; i++) game.ask().forEach((proposal) => game.tell(proposal));
    const proposals = game.log.flatMap(askedIn);
    const twins = [12, 13, 14].map((trial) => ({ ...proposals[0]!, trial }));
    game.fold({ type: 'asked', proposals: twins, position: 15 });
    game.tell(twins[0]!, { accuracy: 0.9 });
    game.tell(twins[1]!, { accuracy: 0.1 }); // the third is still running
    const rest = playOutFrom(game, 15);
    expect(rest).toHaveLength(9);
    expect(keys(rest)).not.toContain(keys(twins)[0]);
  });

  it('a budget larger than the space: every student once, then nothing', () => {
    const problem = familiesProblem({ budget: 500 });
    const game = start(id, problem);
    const all = playOut(game, { batch: 2 });
    expect(all).toHaveLength(spaceSize(problem.space));
    // Where luck has run out, the trial says so.
    for (const { why } of all) expect(why.fallback ?? 'in words').toMatch(/^[a-z]+ .*[^.]$/);
    expect(game.ask(4)).toHaveLength(0);
    expect(playOut(start(id, poolProblem()), { batch: 2 })).toHaveLength(3);
  });

  it('a budget of nothing, or of no number: nothing', () => {
    for (const budget of [0, -1, NaN]) expect(start(id, familiesProblem({ budget })).ask(3)).toHaveLength(0);
  });

  it('known costs that are the same for all, zero, or no number', () => {
    const families = familiesProblem().space.families;
    const costs: readonly Family['costs'][] = [
      () => ({ params: 700, macs: 1 }),
      () => ({ params: 0, macs: 0 }),
      ({ width = 1 }) => ({ params: width === 8 ? NaN : Number(width), macs: 1 }),
    ];
    for (const of of costs) {
      const problem = createProblem(families.map((family) => ({ ...family, costs: of })));
      expect(playOut(start(id, problem))).toHaveLength(24);
    }
  });

  it('a known cost that is no number keeps no limit', () => {
    const [family] = familiesProblem().space.families;
    const costs: Family['costs'] = ({ width }) => ({ params: width === 8 ? NaN : Number(width) });
    const problem = createProblem([{ ...family!, costs }], { limits: [{ metric: 'params', max: 20 }] });
    const all = playOut(start(id, problem));
    expect(all).toHaveLength(24);
    expect(all.some(({ candidate }) => candidate.config['width'] === 8)).toBe(false);
  });
});

/** Plays on after trials that no `ask` of this game has proposed. */
function playOutFrom(game: ReturnType<typeof start>, first: number): Proposal[] {
  const all: Proposal[] = [];
  for (let proposals = game.ask(); proposals.length > 0; proposals = game.ask()) {
    all.push(...proposals);
    expectNew(
      game,
      all.map((proposal) => ({ ...proposal, trial: proposal.trial - first })),
    );
    for (const proposal of proposals) game.tell(proposal);
  }
  return all;
}

describe('the registry', () => {
  it('refuses an unknown strategy by naming those there are', () => {
    expect(() => strategyInfo('trad')).toThrow(/trade, gp-ehvi, trade-m, trade-f, random, evolution/);
    expect(() => openStrategy('toString', { problem: poolProblem(), seed: 1, options: {}, epochs: EPOCHS })).toThrow(
      WorkbenchError,
    );
  });

  it('refuses an option that a strategy does not have, or of the wrong type', () => {
    const open = (options: StrategyOptions) => () =>
      openStrategy('trade', { problem: poolProblem(), seed: 1, options });
    expect(open({ refrences: true })).toThrow(/refrences.*references/);
    expect(open({ references: 'yes' })).toThrow(/boolean/);
  });

  it('lists each strategy under its own id, with reference students as an option of all that search anew', () => {
    for (const [id, { info }] of Object.entries(STRATEGIES)) {
      expect(info.id).toBe(id);
      expect(info.defaults['references']).toBe(info.needs?.includes('source') ? undefined : true);
    }
  });
});
