/** Measures against closed forms and a count of pairs. */
import { expect, test } from 'vitest';
import { createRng } from '../../src/core/math/rng.ts';
import { MEASURES, positionWeights } from '../../src/core/measures.ts';

const binary = (scores: readonly number[]): number[] => scores.flatMap((score) => [1 - score, score]);

test('balanced accuracy counts classes alike, and none that has no example', () => {
  // Nine of ten right of class 0, none of two of class 1; class 2 is absent.
  const labels = [...Array<number>(10).fill(0), 1, 1];
  const said = [...Array<number>(9).fill(0), 1, 0, 2];
  const probabilities = said.flatMap((one) => [0, 1, 2].map((place) => Number(place === one)));
  expect(MEASURES.balancedAccuracy({ classes: 3, labels, probabilities })).toBeCloseTo(0.45, 12);
});

test('balanced accuracy takes the first of equal probabilities, as accuracy does', () => {
  const judged = { classes: 2, labels: [0, 1], probabilities: [0.5, 0.5, 0.5, 0.5] };
  expect(MEASURES.balancedAccuracy(judged)).toBe(0.5);
});

test('AUC is the weighted share of pairs in order, ties half', () => {
  const rng = createRng(5);
  const labels = Array.from({ length: 60 }, () => Number(rng.uniform() < 0.4));
  // Few levels, so that many are tied.
  const scores = labels.map(() => Math.floor(rng.uniform() * 8) / 8);
  const weights = labels.map(() => rng.uniform() + 0.1);
  const pairs = (weigh: (example: number) => number): number => {
    let [sum, all] = [0, 0];
    for (const [i, left] of labels.entries()) {
      for (const [j, right] of labels.entries()) {
        if (left !== 1 || right !== 0) continue;
        const weight = weigh(i) * weigh(j);
        const [high = 0, low = 0] = [scores[i], scores[j]];
        sum += weight * (high > low ? 1 : high === low ? 0.5 : 0);
        all += weight;
      }
    }
    return sum / all;
  };
  const judged = { classes: 2, labels, probabilities: binary(scores), weights };
  expect(MEASURES.auc(judged)).toBeCloseTo(
    pairs(() => 1),
    10,
  );
  expect(MEASURES.weightedAuc(judged)).toBeCloseTo(
    pairs((example) => weights[example] ?? 0),
    10,
  );
});

test('AUC of one class alone is unknown', () => {
  expect(MEASURES.auc({ classes: 2, labels: [1, 1], probabilities: binary([0.2, 0.8]) })).toBeNaN();
});

test('weights rise with the place and sum to one over each pupil, however they are mixed', () => {
  expect([...positionWeights([1, 1, 2, 3], [7, 9, 7, 9])]).toEqual([1 / 3, 1 / 4, 2 / 3, 3 / 4]);
});
