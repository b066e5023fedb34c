/** Figures of a run: score, progress, histogram. */
import { describe, expect, it } from 'vitest';
import { expandConfig } from '../../src/bridge/config/expand-config.ts';
import { parseSearch } from '../../src/bridge/config/parse-config.ts';
import { countSpending } from '../../src/core/budget.ts';
import type { Trial } from '../../src/core/records/trial.ts';
import { createLiveProgress } from '../../src/host/runs/live-progress.ts';
import { testing as previewTesting } from '../../src/host/runs/preview.ts';
import { frontOf } from '../../src/core/front.ts';
import { testing as scoreTesting } from '../../src/host/runs/score.ts';
import { familied } from '../support/familied.ts';

const { histogramOf } = previewTesting;
const { scoreOf } = scoreTesting;

const config = expandConfig(
  familied(parseSearch({ name: 'x', limits: { params: 1000 }, reference: { accuracy: 0.5 } })),
  {
    params: 1,
    macs: 1,
  },
);

const trial = (number: number, params: number, accuracy: number, more: Partial<Trial> = {}): Trial => ({
  id: `r-${number}`,
  runId: 'r',
  number,
  state: 'finished',
  candidate: { family: 'resnet', config: {} },
  seed: 1,
  why: { source: 'random' },
  params,
  macs: params,
  peakActivationBytes: 0,
  metrics: { accuracy, loss: 1 },
  epochsDone: 3,
  epochs: 3,
  seconds: 1,
  attempts: 1,
  createdAt: '',
  ...more,
});

describe('front and score', () => {
  it('leave out what is unfinished, beyond a limit, dominated or not a number', () => {
    const trials = [
      trial(0, 500, 0.7),
      trial(1, 500, 0.6),
      trial(2, 2000, 0.99),
      trial(3, 100, NaN),
      trial(4, 200, 0.65),
      trial(5, 100, 0.9, { state: 'failed' }),
    ];
    expect(frontOf(config, trials).map(({ number }) => number)).toEqual([0, 4]);
  });

  it('are the rectangle between point and reference for one trial', () => {
    const { hypervolume, bestAccuracy, frontSize, history } = scoreOf(config, [
      { accuracy: 0.75, params: 100, macs: 1 },
    ]);
    // reference: accuracy 0.5, params 1.1 times the limit
    expect(hypervolume).toBeCloseTo((0.75 - 0.5) * (1100 - 100), 9);
    expect([bestAccuracy, frontSize, history.length]).toEqual([0.75, 1, 1]);
  });

  it('exist for no trials, NaN and trials beyond the limits', () => {
    expect(scoreOf(config, [])).toEqual({
      bestAccuracy: undefined,
      frontSize: 0,
      hypervolume: 0,
      history: [],
      historyStep: 1,
    });
    const poor = scoreOf(config, [
      { accuracy: NaN, params: 1 },
      { accuracy: 0.9, params: 5000 },
    ]);
    expect(poor).toEqual({ bestAccuracy: undefined, frontSize: 0, hypervolume: 0, history: [0, 0], historyStep: 1 });
  });
});

describe('live progress', () => {
  const plan = {
    config: { ...config, budget: { trials: 4 }, slots: 1 },
    spending: countSpending(config),
    ...{ done: 0, measured: [], seconds: 0 },
  };

  it('counts failed and resumed trials as done, and interrupted ones not', () => {
    const progress = createLiveProgress({ ...plan, now: () => 0 });
    for (const [number, ended] of [
      [0, true],
      [1, false],
      [2, true],
    ] as const) {
      const one = trial(number, 1, 1, { epochsDone: 0 });
      progress.trialStarted(one);
      progress.trialLeft(one, { ended, isWhole: false, seconds: 0 });
    }
    expect(progress.view()).toMatchObject({ done: 2, total: 4 });
  });

  it('estimates from measured trials, and from a part of the first one before there are any', () => {
    let clock = 0;
    const progress = createLiveProgress({ ...plan, now: () => clock });
    expect(progress.view().secondsLeft).toBeUndefined();
    const first = trial(0, 1, 1, { epochsDone: 0 });
    progress.trialStarted(first);
    clock = 5000;
    progress.trialStage(first, 'training', 0.5);
    expect(progress.view().secondsLeft).toBeCloseTo(35, 9); // 10 s each, three and a half left
    progress.trialLeft(first, { ended: true, isWhole: true, seconds: 8 });
    expect(progress.view().secondsLeft).toBeCloseTo(24, 9);
  });

  it('says how far a stage is and how long it still takes, as soon as that is known', () => {
    // Soft targets took a hundred seconds without another word.
    let clock = 0;
    const progress = createLiveProgress({ ...plan, now: () => clock });
    const one = trial(0, 1, 1, { epochsDone: 0 });
    const words = "computing the teacher's soft targets";
    const stageNow = (part: number | undefined, atMs: number): string => {
      clock = atMs;
      progress.trialStage(one, words, undefined, part);
      return progress.view().stage.replace('Student 1 of 4: ', '');
    };
    progress.trialStarted(one);
    expect(progress.view().stage).toBe('Student 1 of 4: getting ready');
    expect(stageNow(0, 1000)).toBe(`${words}, 0 %`);
    expect(stageNow(0.01, 2000)).toBe(`${words}, 1 %`);
    // A quarter in ten seconds: thirty are left.
    expect(stageNow(0.25, 11_000)).toBe(`${words}, 25 %, 30 s left`);
    expect(stageNow(0.99, 40_600)).toBe(`${words}, 99 %`);
    expect(stageNow(1, 41_000)).toBe(words);
    expect(stageNow(undefined, 42_000)).toBe(words);
    progress.trialStage(one, 'training', 0.5);
    expect(progress.view().stage).toBe('Student 1 of 4: training');
  });

  it('shares what is left among the slots', () => {
    const ten = { ...config, budget: { trials: 10 }, slots: 2 };
    const progress = createLiveProgress({ ...plan, config: ten, measured: [4], now: () => 0 });
    expect(progress.view().secondsLeft).toBeCloseTo(20, 9);
  });

  // Counted by students, a search whose first nine rest after one of nine epochs would be done.
  it('counts a budget in epochs by its legs, with the seconds that all of them took', () => {
    let clock = 0;
    const recipe = { ...config.recipe, epochs: 9 };
    const byEpochs = { budget: { epochs: 90 }, recipe, slots: 1 };
    const spending = countSpending(byEpochs);
    const progress = createLiveProgress({ ...plan, config: byEpochs, spending, now: () => clock });
    const leg = { until: 3, schedule: 'part' } as const;
    const one = trial(0, 1, 1, { epochsDone: 0, epochs: 9, leg });
    const { candidate, seed, why } = one;
    spending.fold({ type: 'asked', position: 0, proposals: [{ trial: 0, candidate, seed, why, leg }] });
    progress.trialStarted(one);
    clock = 4000;
    progress.trialStage(one, 'epoch 2 of 9 done', 2 / 9);
    expect(progress.view()).toMatchObject({ stage: 'Student 1: epoch 2 of 9 done', done: 2, total: 90 });
    expect(progress.view().secondsLeft).toBeCloseTo(2 * 88, 9);
    progress.trialLeft(one, { ended: false, isWhole: false, seconds: 6.6 });
    spending.fold({ type: 'rested', trial: 0, epoch: 3, metrics: {} });
    expect(progress.view().done).toBe(3);
    expect(progress.view().secondsLeft).toBeCloseTo(2.2 * 87, 9);
    spending.fold({ type: 'asked', position: 1, proposals: [], continues: [{ trial: 0, why }] });
    const { leg: _, ...whole } = one;
    const again = { ...whole, epochsDone: 3 };
    progress.trialStarted(again);
    expect(progress.view().done).toBe(3);
    progress.trialStage(again, 'epoch 6 of 9 done', 6 / 9);
    expect(progress.view().done).toBe(6);
  });

  it('counts a short schedule by its own length', () => {
    const byEpochs = { budget: { epochs: 80 }, recipe: { ...config.recipe, epochs: 8 }, slots: 1 };
    const spending = countSpending(byEpochs);
    const progress = createLiveProgress({ ...plan, config: byEpochs, spending, now: () => 0 });
    const leg = { until: 2, schedule: 'own' } as const;
    const one = trial(0, 1, 1, { epochsDone: 0, epochs: 8, leg });
    const { candidate, seed, why } = one;
    spending.fold({ type: 'asked', position: 0, proposals: [{ trial: 0, candidate, seed, why, leg }] });
    progress.trialStarted(one);
    progress.trialStage(one, 'training', 0.5);
    expect(progress.view().done).toBe(1);
  });
});

describe('histogram', () => {
  const alone = (value: number) => ({ value, weight: 1 });

  it('holds every value once, the greatest in the last bin', () => {
    const bins = histogramOf([1, 2, 3, 4].map(alone), 3);
    expect(bins.map(({ count }) => count)).toEqual([1, 1, 2]);
    expect([bins[0]?.from, bins.at(-1)?.to]).toEqual([1, 4]);
  });
  it('counts what each of a sample stands for', () => {
    const bins = histogramOf(
      [
        { value: 1, weight: 40.4 },
        { value: 2, weight: 2 },
      ],
      2,
    );
    expect(bins.map(({ count }) => count)).toEqual([40, 2]);
  });

  it('exists for no values and for equal ones', () => {
    expect(histogramOf([])).toEqual([]);
    expect(histogramOf([2, 2].map(alone))).toEqual([{ from: 2, to: 2, count: 2 }]);
  });
});
