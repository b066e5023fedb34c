import { describe, expect, test } from 'vitest';
import { MEASURES } from '../../src/core/measures.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { atThreshold, rocDifference, rocOf } from '../../src/core/roc.ts';
import type { TwoClasses } from '../../src/core/roc.ts';

const Z = 1.959963984540054;

function given(labels: readonly number[], said: readonly number[]): TwoClasses {
  return { labels, probabilities: said.flatMap((one) => [1 - one, one]) };
}

/** Probabilities of few different values, so that many are tied. */
function drawn(count: number, seed: number, values = 12): TwoClasses {
  const rng = createRng(seed);
  const labels = Array.from({ length: count }, () => rng.int(2));
  return given(
    labels,
    labels.map((label) => Math.min(values, rng.int(values) + 3 * label) / values),
  );
}

/** By the definition: every positive against every negative. */
function bruteForce({ labels, probabilities }: TwoClasses) {
  const of = (wanted: number): number[] =>
    Array.from(labels).flatMap((label, example) => (label === wanted ? [probabilities[2 * example + 1] ?? NaN] : []));
  const [positives, negatives] = [of(1), of(0)];
  const psi = (x: number, y: number): number => (x > y ? 1 : x === y ? 0.5 : 0);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const v10 = positives.map((x) => mean(negatives.map((y) => psi(x, y))));
  const v01 = negatives.map((y) => mean(positives.map((x) => psi(x, y))));
  return { v10, v01, area: mean(v10) };
}

function sampleCovariance(left: readonly number[], right: readonly number[]): number {
  const [one, other] = [left, right].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  const sum = left.reduce((total, value, place) => total + (value - one!) * (right[place]! - other!), 0); // as long
  return sum / (left.length - 1);
}

describe('the curve', () => {
  test('has a step aslant for tied probabilities: their order in the file says nothing', () => {
    const points = [given([1, 0, 1, 0], [0.8, 0.5, 0.5, 0.1]), given([1, 1, 0, 0], [0.8, 0.5, 0.5, 0.1])].map((one) =>
      rocOf(one).points.map(({ falsePositives, truePositives }) => [falsePositives, truePositives]),
    );
    expect(points[0]).toEqual([
      [0, 0],
      [0, 0.5],
      [0.5, 1],
      [1, 1],
    ]);
    expect(points[1]).toEqual(points[0]);
  });

  test('tells what a threshold means: what has just that probability is called class 1', () => {
    const roc = rocOf(given([1, 0, 1, 0], [0.8, 0.5, 0.5, 0.1]));
    expect(atThreshold(roc, 0.5)).toEqual({ threshold: 0.5, falsePositives: 0.5, truePositives: 1 });
    expect(atThreshold(roc, 0.51)).toEqual({ threshold: 0.51, falsePositives: 0, truePositives: 0.5 });
    expect(atThreshold(roc, 0.9)).toMatchObject({ falsePositives: 0, truePositives: 0 });
    expect(atThreshold(roc, 0)).toMatchObject({ falsePositives: 1, truePositives: 1 });
  });

  test('of a network whose outputs are no numbers is the diagonal', () => {
    const roc = rocOf(given([1, 0, 1], [NaN, NaN, NaN]));
    expect(roc.area).toBe(0.5);
    expect(roc.points.at(-1)).toMatchObject({ falsePositives: 1, truePositives: 1 });
    expect(roc.points).toHaveLength(2);
  });

  test('of one class alone has no area', () => {
    expect(rocOf(given([1, 1], [0.2, 0.3])).area).toBeNaN();
    expect(rocOf(given([0, 0], [0.2, 0.3])).area).toBeNaN();
  });
});

describe("DeLong's interval", () => {
  test.each([1, 2, 3])('is that of every positive against every negative, drawing %i', (seed) => {
    const one = drawn(200, seed);
    const { v10, v01, area } = bruteForce(one);
    const roc = rocOf(one);
    expect([...roc.ofPositives]).toEqual(v10.map((value) => expect.closeTo(value, 12)));
    expect([...roc.ofNegatives]).toEqual(v01.map((value) => expect.closeTo(value, 12)));
    expect(roc.area).toBeCloseTo(area, 12);
    expect(roc.area).toBeCloseTo(MEASURES.auc({ classes: 2, ...one }), 12);
    const variance = sampleCovariance(v10, v10) / v10.length + sampleCovariance(v01, v01) / v01.length;
    expect(roc.high - roc.area).toBeCloseTo(Z * Math.sqrt(variance), 12);
    expect(roc.area - roc.low).toBeCloseTo(Z * Math.sqrt(variance), 12);
  });

  test('of a network that says yes or no has a closed form', () => {
    // t of m positives and f of n negatives are said to be positive. V10 is 1 - f/2 or (1 - f)/2,
    // half apart: a binomial of t. A = (1 + t - f) / 2.
    const [m, n, t, f] = [40, 25, 0.75, 0.2];
    const labels = Array.from({ length: m + n }, (_, example) => (example < m ? 1 : 0));
    const said = labels.map((_, example) => (example < m ? (example < t * m ? 1 : 0) : example - m < f * n ? 1 : 0));
    const { area, low, high } = rocOf(given(labels, said));
    const variance = (t * (1 - t)) / 4 / (m - 1) + (f * (1 - f)) / 4 / (n - 1);
    expect(area).toBeCloseTo((1 + t - f) / 2, 12);
    expect(high).toBeCloseTo(area + Z * Math.sqrt(variance), 12);
    expect(low).toBeCloseTo(area - Z * Math.sqrt(variance), 12);
  });

  test('stays within what an area can be', () => {
    const { area, low, high } = rocOf(given([0, 0, 0, 1, 1, 1, 1], [0.1, 0.2, 0.6, 0.5, 0.7, 0.8, 0.9]));
    expect(high).toBe(1);
    expect(low).toBeLessThan(area);
  });

  test('covers the true area in about 95 of 100 drawings', () => {
    // Two normals a deviation apart: A = Phi(1 / sqrt 2) = 0.7602. Of 400, 380 cover it, give or
    // take 4.4 by chance.
    let covered = 0;
    for (let seed = 1; seed <= 400; seed += 1) {
      const rng = createRng(seed);
      const labels = Array.from({ length: 120 }, (_, example) => example % 2);
      const { low, high } = rocOf(
        given(
          labels,
          labels.map((label) => rng.normal() + label),
        ),
      );
      if (low <= 0.7602499389 && 0.7602499389 <= high) covered += 1;
    }
    expect(covered).toBeGreaterThan(365);
    expect(covered).toBeLessThan(395);
  });
});

describe('the difference of two networks on the same examples', () => {
  const first = drawn(150, 7);
  const second = { ...drawn(150, 8), labels: first.labels };

  test('takes in how they go together, by covariances of the definition', () => {
    const [one, other] = [bruteForce(first), bruteForce(second)];
    const part = (a: readonly number[], b: readonly number[]): number =>
      (sampleCovariance(a, a) + sampleCovariance(b, b) - 2 * sampleCovariance(a, b)) / a.length;
    const deviation = Math.sqrt(part(one.v10, other.v10) + part(one.v01, other.v01));
    const { difference, low, high, p } = rocDifference(rocOf(first), rocOf(second));
    expect(difference).toBeCloseTo(one.area - other.area, 12);
    expect(high - low).toBeCloseTo(2 * Z * deviation, 12);
    // At 1.96 deviations p is 0.05: both ends of the interval say the same as p does.
    expect(p < 0.05).toBe(low > 0 || high < 0);
  });

  test('of a network with itself is none', () => {
    expect(rocDifference(rocOf(first), rocOf(first))).toEqual({ difference: 0, low: 0, high: 0, p: 1 });
  });
});
