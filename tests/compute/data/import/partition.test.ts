/** A cut loses no image, shows none twice, and keeps the classes in proportion. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partition } from '../../../../src/compute/data/import/partition.ts';
import { repeated } from '../../support/sources.ts';

const CLASSES = ['a', 'b', 'c', 'd'];
const cut = (labels: readonly number[], shares: { val?: number; test?: number }, seed = 1) =>
  partition('here', Uint8Array.from(labels), CLASSES, shares, seed);
const countIn = (labels: readonly number[], order: Iterable<number>, label: number): number =>
  [...order].filter((index) => labels[index] === label).length;

describe('partition', () => {
  it('puts every image into exactly one split, whatever the classes and shares', () => {
    const labels = fc
      .array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 60 })
      .map((few) => [...few, ...repeated(4, 3)]);
    const share = fc.double({ min: 0.01, max: 0.3, noNaN: true });
    fc.assert(
      fc.property(labels, share, share, fc.nat(), (all, val, test, seed) => {
        const { train, val: validation = [], test: tests = [] } = cut(all, { val, test }, seed);
        const indices = [...train, ...validation, ...tests].sort((left, right) => left - right);
        expect(indices).toEqual([...all.keys()]);
      }),
    );
  });

  it('takes the rounded share of each class, and one image of a class that is too small for it', () => {
    const labels = [...Array(40).fill(0), ...Array(20).fill(1), ...Array(4).fill(2)];
    const { train, val = [], test = [] } = cut(labels, { val: 0.1, test: 0.2 });
    expect([0, 1, 2].map((label) => countIn(labels, val, label))).toEqual([4, 2, 1]);
    expect([0, 1, 2].map((label) => countIn(labels, test, label))).toEqual([8, 4, 1]);
    expect([0, 1, 2].map((label) => countIn(labels, train, label))).toEqual([28, 14, 2]);
  });

  it('deals the training images, so that a search on the first few sees every class in proportion', () => {
    const labels = [...Array(44).fill(3), ...Array(22).fill(1)];
    const { train } = cut(labels, { val: 0.1 });
    for (let length = 3; length <= 60; length += 3) {
      expect(countIn(labels, train.subarray(0, length), 3)).toBe((2 * length) / 3);
    }
  });

  it('is decided by its seed', () => {
    const labels = repeated(4, 20);
    expect(cut(labels, { val: 0.2 }, 7)).toEqual(cut(labels, { val: 0.2 }, 7));
    expect(cut(labels, { val: 0.2 }, 7).val).not.toEqual(cut(labels, { val: 0.2 }, 8).val);
  });

  it('names the class that is too small to cut', () => {
    expect(() => cut([0, 0, 0, 1, 1], { val: 0.1, test: 0.1 })).toThrow(
      expect.objectContaining({
        code: 'dataset.unusable',
        message: expect.stringContaining('class "b" has 2 training images, too few to cut test and validation'),
      }),
    );
  });
});
