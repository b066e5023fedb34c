/** Half floats: the error is the format's and no more, and a blob in the middle of a shared buffer
 * is read in place. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testing } from '../../src/store/rows/predictions.ts';

const { fromHalfFloats, toHalfFloats } = testing;

test('a probability comes back within half a unit of its 11 bits (2^-12 relative, 2^-25 below normal)', () => {
  const probability = fc.float({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(probability), (values) => {
      const back = fromHalfFloats(toHalfFloats(Float32Array.from(values)));
      expect(back).toHaveLength(values.length);
      values.forEach((value, index) => {
        expect(Math.abs((back[index] ?? NaN) - value)).toBeLessThanOrEqual(Math.max(value * 2 ** -11, 2 ** -25));
      });
    }),
  );
});

test('bytes are little-endian IEEE halves: 1 is 3C00, NaN stays NaN', () => {
  expect(toHalfFloats(Float32Array.of(1, 0.5)).toString('hex')).toBe('003c0038');
  expect(fromHalfFloats(toHalfFloats(Float32Array.of(NaN)))[0]).toBeNaN();
});

test('a blob at an odd offset of a larger buffer is read from its own bytes', () => {
  const shared = Buffer.concat([Buffer.from([9]), toHalfFloats(Float32Array.of(0.25, 0.75)), Buffer.from([9])]);
  expect([...fromHalfFloats(shared.subarray(1, 5))]).toEqual([0.25, 0.75]);
});
