/** What every strategy owes to the log: it decides everything, and nothing else does. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/records/events.ts';
import { split } from '../../src/core/math/rng.ts';
import { openStrategy, sourceWords } from '../../src/core/strategies/registry.ts';
import { ANY_EMBEDDING } from './any-embedding.ts';
import { CONTESTANTS } from './contestants.ts';
import { EPOCHS, keys, playOut, playSlots, SEED, start } from './strategy-game.ts';
import type { Answer } from './strategy-game.ts';
import { familiesProblem, latencyOf, latencyProblem, singleObjective, vastProblem } from './strategy-problems.ts';

const mixed: Answer = (game, proposal) => (proposal.trial % 7 === 3 ? game.fail(proposal) : game.tell(proposal));

describe.each(CONTESTANTS)('the log of %s', (id) => {
  it('gives other proposals for another seed', () => {
    const play = (seed: number): string[] => keys(playOut(start(id, familiesProblem({ budget: 10 }), {}, seed)));
    expect(play(6)).not.toEqual(play(5));
  });

  it('gives the same answer to the same question, and asking changes nothing', () => {
    const game = start(id, familiesProblem());
    for (let i = 0; i < 9; i++) game.ask().forEach((proposal) => game.tell(proposal));
    const first = game.strategy.ask(2);
    game.strategy.ask(5);
    expect(game.strategy.ask(2)).toEqual(first);
  });

  it.each([
    ['one by one, some failing', 1],
    ['in batches of three', 3],
  ])('folded again it gives the same proposals at every step: %s', (_name, batch) => {
    const game = start(id, familiesProblem());
    playOut(game, { batch, answer: mixed });
    const again = openStrategy(id, {
      problem: familiesProblem(),
      seed: SEED,
      options: {},
      epochs: EPOCHS,
      keepsWeights: true,
      embedding: ANY_EMBEDDING,
    });
    for (const event of game.log) {
      if (event.type === 'asked') expect(again.ask(batch)).toEqual(event);
      again.fold(event);
    }
  });

  it('is enough to go on from at any step, without a question ever asked', () => {
    const game = start(id, familiesProblem());
    for (let i = 0; i < 22; i++) {
      if (i % 3 === 0) expect(game.resume().ask(1)).toEqual(game.strategy.ask(1));
      game.ask().forEach((proposal) => mixed(game, proposal));
    }
  });

  it('holds a batch as if its students had been asked one after the other', () => {
    for (const told of [0, 16]) {
      const game = start(id, familiesProblem({ objectives: singleObjective, budget: 40 }));
      for (let i = 0; i < told; i++) game.ask().forEach((proposal) => game.tell(proposal));
      const batch = game.strategy.ask(5).proposals;
      const single = [0, 1, 2, 3, 4].flatMap(() => game.ask());
      expect(keys(batch)).toEqual(keys(single));
    }
  });

  it('is enough in a space too large to list, with trials still running', () => {
    const game = start(id, vastProblem({ budget: 12 }));
    let steps = 0;
    playSlots(game, 3, (running) => {
      if (steps++ % 4 === 1) expect(game.resume().ask(1)).toEqual(game.strategy.ask(1));
      return running.length >> 1;
    });
    expect(steps).toBe(12);
  });

  it('is enough where a latency is measured, and what is too slow is told untrained', () => {
    const max = 0.2;
    const problem = latencyProblem({ limits: [{ metric: 'latencyMs', max }] });
    const game = start(id, problem);
    let slow = 0;
    const answer: Answer = (_, proposal) => {
      const latencyMs = latencyOf(problem.space, proposal.candidate);
      if (latencyMs <= max) game.tell(proposal);
      else game.fold({ type: 'told', trial: proposal.trial, metrics: { latencyMs } });
      if (latencyMs > max) slow++;
      if (proposal.trial % 4 === 3) expect(game.resume().ask(1)).toEqual(game.strategy.ask(1));
    };
    expect(playOut(game, { answer })).toHaveLength(24);
    expect(slow).toBeGreaterThan(0);
  });

  it('says where each of its trials comes from, in a sentence', () => {
    const game = start(id, familiesProblem({ budget: 60 }));
    playOut(game, { answer: mixed });
    const whys = game.log.flatMap((event) =>
      event.type === 'asked' ? [...event.proposals, ...(event.continues ?? [])].map(({ why }) => why.source) : [],
    );
    for (const source of new Set(whys)) expect(sourceWords(source)?.sentence, source).toMatch(/^[A-Z].*\.$/);
  });

  it('means the same written down as JSON', () => {
    const game = start(id, familiesProblem());
    for (let i = 0; i < 12; i++) game.ask().forEach((proposal) => mixed(game, proposal));
    const resumed = openStrategy(id, {
      problem: familiesProblem(),
      seed: SEED,
      options: {},
      epochs: EPOCHS,
      keepsWeights: true,
      embedding: ANY_EMBEDDING,
    });
    for (const event of JSON.parse(JSON.stringify(game.log)) as RunEvent[]) resumed.fold(event); // as it was written
    expect(resumed.ask(1)).toEqual(game.strategy.ask(1));
  });

  it('may hold an event twice, and events of trials that were never asked: nothing changes', () => {
    const game = start(id, familiesProblem());
    for (let i = 0; i < 20; i++) game.ask().forEach((proposal) => mixed(game, proposal));
    const before = game.strategy.ask(1);
    const results = game.log.filter(({ type }) => type !== 'asked');
    for (const event of [...results.slice(0, 6), ...results.slice(-6)]) game.strategy.fold(event);
    game.strategy.fold({ type: 'told', trial: 900, metrics: { accuracy: 0.99 } });
    game.strategy.fold({ type: 'failed', trial: 901, reason: 'lost' });
    expect(game.strategy.ask(1)).toEqual(before);
  });

  it('gives each trial the training seed that it has with every strategy, so that trainings compare', () => {
    const all = playOut(start(id, familiesProblem()), { batch: 4 });
    expect(all.map(({ seed }) => seed)).toEqual(all.map(({ trial }) => split(SEED, trial)));
  });

  it('counts the trials that were drawn so far, whatever came of them', () => {
    const game = start(id, familiesProblem());
    playOut(game, { batch: 5, answer: mixed });
    const positions = game.log.flatMap((event) => (event.type === 'asked' && !event.search ? [event.position] : []));
    expect([...new Set(positions)]).toEqual([5, 10, 15, 20, 24]);
  });
});
