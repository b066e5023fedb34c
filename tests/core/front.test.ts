/** Which students a search is said to have won with: a wrong choice is trained again for hours. */
import { describe, expect, it } from 'vitest';
import { reportedOf, winnersOf } from '../../src/core/front.ts';
import type { Trial } from '../../src/core/records/trial.ts';
import { searchConfig } from '../support/store-records.ts';

const config = { ...searchConfig(), reference: { accuracy: 0, params: 10 }, limits: [] };

function trial(number: number, accuracy: number, params: number, changes: Partial<Trial> = {}): Trial {
  return {
    ...{ id: `r-${number}`, runId: 'r', number, state: 'finished', seed: 1, why: { source: 'random' } },
    ...{ candidate: { family: 'resnet', config: { number } }, params, macs: params, peakActivationBytes: 0 },
    ...{ metrics: { accuracy }, epochsDone: 3, epochs: 3, seconds: 1, attempts: 1, createdAt: '', ...changes },
  };
}

const numbers = (trials: readonly Trial[]): readonly number[] => trials.map(({ number }) => number);

describe('the winners of a search', () => {
  // Of the box of 10 x 1 the front's points (2, .5), (4, .8), (8, .9) alone dominate 2 x .5, 4 x .3
  // and 2 x .1.
  const trials = [trial(0, 0.5, 2), trial(1, 0.8, 4), trial(2, 0.9, 8), trial(3, 0.7, 5)];

  it('come by the hypervolume that each adds to those before it, then from behind the front', () => {
    expect(numbers(winnersOf(config, trials, 2))).toEqual([1, 0]);
    expect(numbers(winnersOf(config, trials, 4))).toEqual([1, 0, 2, 3]);
    expect(numbers(winnersOf(config, trials, 9))).toEqual([1, 0, 2, 3]);
  });

  // What would be lost without each is most at the small end, where a step in parameters costs many
  // points: [0, 1, 2] by that. The front of the sample search, in thousands of parameters.
  it('are spread over the front, the accurate end too', () => {
    const sample = [trial(0, 0.7676, 1.08), trial(1, 0.8362, 2.72), trial(2, 0.869, 7.75), trial(3, 0.8786, 15.5)];
    const large = [trial(4, 0.8944, 24.9), trial(5, 0.8956, 40.6), trial(6, 0.8972, 54.8)];
    const winners = winnersOf({ ...config, reference: { accuracy: 0.1, params: 176 } }, [...sample, ...large], 3);
    expect(numbers(winners)).toEqual([2, 0, 4]);
  });

  it('are finished, within the limits, and each student once', () => {
    const failed = trial(4, 0.99, 1, { state: 'failed' });
    const again = trial(5, 0.8, 4, { candidate: trials[1]!.candidate });
    const chosen = winnersOf({ ...config, limits: [{ metric: 'params', max: 7 }] }, [...trials, failed, again], 9);
    expect(numbers(chosen)).toEqual([5, 0, 3]);
  });

  it('come last where they lie beyond the reference: nothing would be lost without them', () => {
    expect(numbers(winnersOf(config, [trial(0, 0.99, 11), ...trials.slice(1)], 2))).toEqual([1, 2]);
    expect(numbers(winnersOf(config, [trial(0, 0.99, 11), ...trials.slice(1, 3)], 3))).toEqual([1, 2, 0]);
  });

  it('are the most accurate where nothing else counts, and none of those without a finite value', () => {
    const one = { ...config, objectives: config.objectives.slice(0, 1) };
    expect(numbers(winnersOf(one, [...trials, trial(4, NaN, 3)], 9))).toEqual([2, 1, 3, 0]);
  });
});

describe('what is reported, and tested', () => {
  it('is the front of a search, and every finished training of given students, whose spread is the point', () => {
    const trials = [trial(0, 0.8, 4), trial(1, 0.7, 4), trial(2, 0.6, 4, { state: 'failed' })];
    expect(numbers(reportedOf(config, trials))).toEqual([0]);
    expect(numbers(reportedOf({ ...config, students: [trials[0]!.candidate] }, trials))).toEqual([0, 1]);
  });
});
