import { describe, expect, test } from 'vitest';
import type { PredictionsView } from '../../src/bridge/schemas/records.ts';
import { agreementOf, verdictWords, testing } from '../../src/renderer/review/agreement.ts';
import { calibrationOf } from '../../src/renderer/review/calibration.ts';
import { confusionOf, predictedClasses, shareOf } from '../../src/renderer/review/confusion.ts';
import { contestedImages } from '../../src/renderer/review/disagreement.ts';
import { networkOf, pinOf } from '../../src/renderer/review/network.ts';

const { mcNemar } = testing;

/** Networks that are sure of a class for each image. */
function predictions(labels: readonly number[], said: readonly number[], classes = 3): PredictionsView {
  const probabilities = new Float32Array(labels.length * classes);
  said.forEach((one, image) => (probabilities[image * classes + one] = 1));
  return { count: labels.length, classes, probabilities, labels: Uint8Array.from(labels) };
}

describe("McNemar's exact test", () => {
  // Exact fractions: Python's integers, 2 * sum(comb(n, k)) / 2**n.
  test.each([
    [1, 9, 0.021484375],
    [5, 5, 1],
    [0, 5, 0.0625],
    [0, 6, 0.03125],
    [39, 45, 0.5856467947212246],
  ])('b = %i, c = %i', (b, c, p) => expect(mcNemar(b, c)).toBeCloseTo(p, 6));

  test('does not depend on which network comes first', () => expect(mcNemar(3, 17)).toBe(mcNemar(17, 3)));

  test('thousands of images neither underflow to a certain difference nor overflow', () => {
    expect(mcNemar(2500, 2500)).toBe(1);
    expect(mcNemar(2400, 2600)).toBeCloseTo(0.004883649737517518, 9);
  });

  test('no image tells the two apart', () => expect(mcNemar(0, 0)).toBe(1));
});

describe('agreement', () => {
  const labels = [0, 0, 1, 1, 2, 2];
  const first = predictions(labels, [0, 0, 1, 2, 2, 0]);
  const second = predictions(labels, [0, 1, 1, 2, 1, 2]);

  test('counts what both say, right or wrong, and who alone is right', () => {
    expect(agreementOf(first, second)).toMatchObject({ examples: 6, same: 3 / 6, onlyFirst: 2, onlySecond: 1 });
  });

  test('networks that saw other images are not compared', () => {
    expect(agreementOf(first, predictions([1, 0, 1, 1, 2, 2], [0, 0, 0, 0, 0, 0]))).toBeUndefined();
  });

  test('nobody is called better without significance', () => {
    const agreement = agreementOf(first, second);
    expect(agreement && verdictWords(agreement, 'A', 'B')).toMatch(/^No significant difference/);
    expect(
      verdictWords({ examples: 99, same: 0.5, onlyFirst: 2, onlySecond: 30, p: mcNemar(2, 30) }, 'A', 'B'),
    ).toMatch(/^B is better/);
  });
});

describe('confusion', () => {
  test('rows are true classes and add up to their images', () => {
    const confusion = confusionOf(predictions([0, 0, 1, 2], [0, 1, 1, 0]));
    expect(confusion.counts).toEqual([1, 1, 0, 0, 1, 0, 1, 0, 0]);
    expect(confusion.totals).toEqual([2, 1, 1]);
    expect(shareOf(confusion, 0, 1)).toBe(0.5);
  });

  test('a class without images has no share instead of NaN', () => {
    expect(shareOf(confusionOf(predictions([0], [0])), 2, 2)).toBe(0);
  });

  test('NaN probabilities do not beat a number', () => {
    const view = predictions([1], [1]);
    view.probabilities[2] = NaN;
    expect([...predictedClasses(view)]).toEqual([1]);
  });
});

describe('calibration', () => {
  test('is the mean gap between confidence and accuracy, by hand', () => {
    // Two images at 0.9, one of them right; two at 0.6, both right: (2/4)(0.9 - 0.5) + (2/4)(1 -
    // 0.6).
    const view: PredictionsView = {
      ...{ count: 4, classes: 2, labels: Uint8Array.of(0, 1, 0, 1) },
      probabilities: Float32Array.of(0.9, 0.1, 0.9, 0.1, 0.6, 0.4, 0.4, 0.6),
    };
    const { ece, excess, bins } = calibrationOf(view, 10);
    expect(ece).toBeCloseTo(0.4, 6);
    expect(excess).toBeCloseTo(0, 6);
    expect(bins.filter(({ count }) => count > 0).map(({ count }) => count)).toEqual([2, 2]);
  });

  test('a network of certainties that are all right has no error, one of NaN has none to tell', () => {
    expect(calibrationOf(predictions([0, 1], [0, 1])).ece).toBe(0);
    const broken = { ...predictions([0, 1], [0, 1]), probabilities: new Float32Array(6).fill(NaN) };
    expect(calibrationOf(broken).ece).toBeNaN();
  });
});

describe('contested images', () => {
  const labels = [0, 0, 1, 1, 2];
  const one = predictions(labels, [0, 1, 1, 0, 0]);
  const other = predictions(labels, [0, 0, 1, 0, 1]);
  const imagesOf = (contest: Parameters<typeof contestedImages>[1]) =>
    contestedImages([one, other], contest).map(({ image }) => image);

  test('are those on which two say different classes', () => {
    expect(imagesOf({ kind: 'any' })).toEqual([1, 4]);
    expect(imagesOf({ kind: 'all-wrong' })).toEqual([4, 3]);
    expect(imagesOf({ kind: 'only-right', network: 1 })).toEqual([1]);
    expect(imagesOf({ kind: 'only-wrong', network: 0 })).toEqual([1]);
    expect(imagesOf({ kind: 'cell', cell: { label: 1, predicted: 0 } })).toEqual([3]);
  });

  test('come with what each says, the furthest apart first', () => {
    const unsure = { ...other, probabilities: other.probabilities.map((value) => 0.8 * value + 0.1) };
    const [first] = contestedImages([one, unsure], { kind: 'any' });
    expect(first).toMatchObject({ image: 1, label: 0, said: [1, 0] });
    expect(first?.distance).toBeCloseTo((0.9 + 0.9 + 0.1) / 2, 6);
  });
});

describe('pins of networks', () => {
  test.each([
    { kind: 'student', id: '20261125-150003-f9ea68-0003' },
    { kind: 'student', id: 'a', checkpoint: 'best' },
    { kind: 'teacher', id: 'my teacher' },
  ] as const)('say which network they are of: %j', (network) => expect(networkOf(pinOf(network))).toEqual(network));
});
