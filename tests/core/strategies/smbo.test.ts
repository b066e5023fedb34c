/** A search that adds layer to layer: who comes first, who is extended and with whose weights, and
 * how warm it draws. */
import { describe, expect, it } from 'vitest';
import { studentSpace } from '../../../src/core/arch/families/registry.ts';
import { pairedBootstrap } from '../../../src/core/math/paired-bootstrap.ts';
import { createRng, split } from '../../../src/core/math/rng.ts';
import type { Problem } from '../../../src/core/objective.ts';
import type { Proposal, RunEvent } from '../../../src/core/records/events.ts';
import { growthLevel } from '../../../src/core/space/growth.ts';
import { explainBy, openStrategy } from '../../../src/core/strategies/registry.ts';
import { testing } from '../../../src/core/strategies/smbo/smbo.ts';
import type { StrategyOptions } from '../../../src/core/strategies/strategy.ts';
import { answerSentences } from '../../../src/bridge/words/answer-words.ts';
import { MADE_UP, madeUpProblem, readBy, valueOf } from './made-up-fusions.ts';

interface Played {
  readonly proposals: readonly Proposal[];
  readonly log: readonly RunEvent[];
  /** What was told. */
  readonly values: readonly number[];
}

/** `noise`: deviation of a training's. */
function play(id: string, problem: Problem, { seed = 1, options = {}, noise = 0 }: Playing = {}): Played {
  const strategy = openStrategy(id, { problem, seed, options, keepsWeights: true });
  const [proposals, values, log]: [Proposal[], number[], RunEvent[]] = [[], [], []];
  const fold = (event: RunEvent): void => {
    log.push(event);
    strategy.fold(event);
  };
  for (;;) {
    const event = strategy.ask(1);
    const [proposal] = event.proposals;
    if (proposal === undefined) return { proposals, values, log };
    fold(event);
    proposals.push(proposal);
    const accuracy = valueOf(proposal.candidate) + noise * createRng(split(seed, proposal.trial)).normal();
    values.push(accuracy);
    fold({ type: 'told', trial: proposal.trial, metrics: { accuracy } });
  }
}

interface Playing {
  readonly seed?: number;
  readonly options?: StrategyOptions;
  readonly noise?: number;
}

const levelOf = ({ candidate }: Proposal): number => growthLevel(MADE_UP, candidate.config);

describe('SMBO by layers', () => {
  it('tries all students of one layer, then twelve and twelve of two and of three layers', () => {
    const { proposals } = play('smbo', madeUpProblem(84));
    expect(proposals.map(levelOf)).toEqual(
      [0, 1, 2, 1, 2].flatMap((level, at) => Array(at === 0 ? 36 : 12).fill(level)),
    );
    const first = proposals.slice(0, 36).map(({ why }) => why.source);
    expect(new Set(first)).toEqual(new Set(['one-layer']));
    expect(new Set(proposals.slice(36).map(({ why }) => why.source))).toEqual(new Set(['extended']));
  });

  it('gives half of a small budget to them, and others with another seed', () => {
    const of = (seed: number) => play('smbo', madeUpProblem(20), { seed }).proposals;
    expect(of(1).map(levelOf)).toEqual([...Array(10).fill(0), ...Array(10).fill(1)]);
    expect(
      of(2)
        .slice(0, 10)
        .map(({ candidate }) => candidate),
    ).not.toEqual(
      of(1)
        .slice(0, 10)
        .map(({ candidate }) => candidate),
    );
  });

  // A child of another student's weights would compute something that nobody has trained.
  it('begins an extended student with the weights of the one that it extends, one of the best twelve', () => {
    const { proposals, values } = play('smbo', madeUpProblem(72));
    const best = new Set(
      [...values.slice(0, 36).entries()]
        .sort(([, a], [, b]) => b - a)
        .slice(0, 12)
        .map(([trial]) => trial),
    );
    for (const child of proposals.slice(36)) {
      expect(child.from).toMatchObject({ map: 'inherit' });
      const parent = proposals[Number(child.from?.parents[0])];
      const { layers, ...rest } = parent?.candidate.config ?? {};
      expect(child.candidate.config).toMatchObject({ ...rest, layers: Number(layers) + 1 });
      if (levelOf(child) === 1) expect(best.has(parent?.trial ?? -1)).toBe(true);
    }
    expect(proposals.slice(0, 36).every(({ from }) => from === undefined)).toBe(true);
  });

  it('begins all anew where that is asked for, and then needs no weights kept', () => {
    const { proposals } = play('smbo', madeUpProblem(48), { options: { weights: 'own' } });
    expect(proposals.some(({ from }) => from !== undefined)).toBe(false);
    const open = (options: StrategyOptions) => () =>
      openStrategy('smbo', { problem: madeUpProblem(9), seed: 1, options });
    expect(open({ weights: 'own' })).not.toThrow();
    expect(open({})).toThrow(/SMBO by layers begins with the weights of earlier students: keep them/);
    expect(open({ weights: 'mine' })).toThrow(/"mine" is no way to begin: choose inherit or own/);
  });

  it('is refused where nothing grows by layers', () => {
    const space = studentSpace(['resnet'], { inputShape: [28, 28, 1], classes: 10 });
    const attempt = () =>
      openStrategy('smbo', { problem: { ...madeUpProblem(9), space }, seed: 1, options: {}, keepsWeights: true });
    expect(attempt).toThrow(/adds layer to layer: choose a family that has one after the other, such as fusion/);
  });

  it('cools from 10 to .2 over the draws, as fast as its source', () => {
    const state = testing.init({ problem: madeUpProblem(85), seed: 1, options: { weights: 'own' } });
    const at = (trial: number): number => testing.temperatureAt(state, trial);
    expect(state.firstTrials).toBe(36);
    expect(at(36)).toBe(10);
    // .2 + 9.8 exp(-(3 / 2)^2), and at the end exp(-9) of it.
    expect(at(60)).toBeCloseTo(1.23291, 5);
    expect(at(84)).toBeCloseTo(0.2, 2);
  });

  it('draws as often as the softmax says', () => {
    const scores = [0, Math.log(2), Math.log(5), -Infinity];
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 8000; i++) counts[testing.softmaxDraw(scores, i / 8000)]! += 1;
    expect(counts).toEqual([1000, 2000, 5000, 0]);
  });

  it('says what its best students are made of, how much it tried and how warm it was', () => {
    const { log } = play('smbo', madeUpProblem(84));
    const input = { problem: madeUpProblem(84), seed: 1, options: {} };
    const growth = explainBy('smbo', input, log)?.growth;
    expect(growth?.first).toEqual({ asked: 36, all: 36 });
    expect(growth?.temperature).toBeCloseTo(0.2, 2);
    expect(growth?.students).toBeGreaterThan(0);
    expect(growth?.choices).toContainEqual({
      title: 'Inputs',
      level: expect.stringContaining('correct'),
      students: expect.any(Number) as number,
    });
    const words = answerSentences({ ...(growth && { growth }) }, String);
    expect(words).toEqual([
      'Of 36 students with one layer 36 were tried.',
      'The last draw had temperature 0.20.',
      expect.stringMatching(/^The front has \d students?: activation .*; inputs .*; operation .*; with .*\.$/),
      expect.stringMatching(/^Of what is known they do not read: .*noise by \d.*\.$/),
    ]);
    expect(explainBy('smbo', input, [])?.growth).toEqual({
      first: { asked: 0, all: 36 },
      students: 0,
      choices: [],
      unread: [],
    });
  });
});

describe('its sense, on a space whose best is known', () => {
  const BUDGET = 108;
  const best = {
    layers: 3,
    inputs1: 'skill+correct',
    op1: 'concat',
    act1: 'relu',
    with2: 'time',
    op2: 'gate',
    act2: 'relu',
  };
  const most = valueOf({ config: { ...best, with3: 'time', op3: 'add', act3: 'relu' } });

  /** What is lost by naming the student that was told best. */
  const regretOf = (id: string, seed: number): { regret: number; noisy: boolean } => {
    const { proposals, values } = play(id, madeUpProblem(BUDGET), { seed, noise: 0.004 });
    const at = values.indexOf(Math.max(...values));
    const config = proposals[at]?.candidate.config ?? {};
    return { regret: most - valueOf({ config }), noisy: readBy(config).includes('noise') };
  };

  it('finds better students than random draws with as many trainings, without the noise', () => {
    const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const own = seeds.map((seed) => regretOf('smbo', seed));
    const drawn = seeds.map((seed) => regretOf('random', seed));
    const gain = pairedBootstrap(seeds.map((_, at) => drawn[at]!.regret - own[at]!.regret));
    expect(gain.lower).toBeGreaterThan(0);
    expect(own.filter(({ noisy }) => noisy)).toEqual([]);
  }, 240_000);
});
