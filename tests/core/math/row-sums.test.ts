/** Sums over many rows must be those of each row alone, bit by bit, whichever and however many are
 * chosen. */
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/math/rng.ts';
import { addMismatches, addSquares, squaredDistance } from '../../../src/core/math/row-sums.ts';

const [N, STRIDE, OFFSET, SHARPNESS] = [11, 7, 3, 0.7];
const rng = createRng(5);
const row = Float64Array.from({ length: OFFSET + STRIDE }, () => rng.normal());
/** The columns from 4 on are categories of three kinds. */
const rows = Float64Array.from({ length: N * STRIDE }, (_, i) => (i % STRIDE < 4 ? rng.normal() : rng.int(3)));
for (let column = 4; column < STRIDE; column++) row[OFFSET + column] = 1;
const rates = Float64Array.of(0.3, 0.5, 1.1);

/** Reads columns 1 to 3 and the categories as the definitions say, in the columns' order. */
function alone(other: number) {
  const of = (column: number): number => row[OFFSET + column]! - rows[other * STRIDE + column]!;
  const ordinals = [1, 2, 3].map((column) => of(column) * of(column));
  const differs = [4, 5, 6].map((column) => of(column) !== 0);
  const likeness = ordinals.reduce((sum, square) => sum + 1 / (1 + SHARPNESS * square), 0);
  return {
    square: ordinals.reduce((sum, square) => sum + square, 0),
    mismatch: differs.reduce((sum, isOther, i) => sum + (isOther ? rates[i]! : 0), 0),
    likeness: differs.reduce((sum, isOther) => sum + (isOther ? 0 : 1), likeness),
  };
}

describe('sums over many rows', () => {
  it('are those of each row alone, for any number of them', () => {
    for (let count = 1; count <= N; count++) {
      const chosen = Int32Array.from(rng.shuffle([...Array(N).keys()]).slice(0, count));
      const [squares, likenesses, mismatches] = [12, 12, N].map((length) => new Float64Array(length).fill(NaN));
      addSquares(row, OFFSET, rows, STRIDE, 1, 4, SHARPNESS, chosen, count, squares!, likenesses!);
      addMismatches(row, OFFSET, rows, STRIDE, 4, rates, chosen, count, mismatches!, likenesses!);
      chosen.forEach((other, k) => {
        expect({ square: squares![k], mismatch: mismatches![k], likeness: likenesses![k] }).toEqual(alone(other));
        expect(squaredDistance(row, OFFSET, rows, other * STRIDE, 1, 4)).toBe(alone(other).square);
      });
    }
  });
});
