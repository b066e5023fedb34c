import { describe, expect, it } from 'vitest';
import {
  appendRow,
  cholesky,
  inverse,
  logDeterminant,
  packedLength,
  solve,
} from '../../../src/core/math/linear-algebra.ts';
import { createRng } from '../../../src/core/math/rng.ts';

/** B Bᵀ + I for a random B, as a full matrix. */
function positiveDefinite(n: number, seed: number): number[][] {
  const rng = createRng(seed);
  const b = Array.from({ length: n }, () => Array.from({ length: n }, () => rng.normal()));
  return b.map((row, i) =>
    b.map((other, j) => row.reduce((sum, value, k) => sum + value * other[k]!, i === j ? 1 : 0)),
  );
}

const pack = (matrix: number[][]): Float64Array => Float64Array.from(matrix.flatMap((row, i) => row.slice(0, i + 1)));

const times = (matrix: number[][], x: ArrayLike<number>): number[] =>
  matrix.map((row) => row.reduce((sum, value, j) => sum + value * x[j]!, 0));

const matrix = positiveDefinite(9, 1);
const factor = cholesky(pack(matrix), 9)!;

describe('Cholesky factors', () => {
  it('multiply back to the matrix', () => {
    for (let i = 0; i < 9; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let k = 0; k <= j; k++) sum += factor.values[packedLength(i) + k]! * factor.values[packedLength(j) + k]!;
        expect(sum).toBeCloseTo(matrix[i]![j]!, 10);
      }
    }
  });

  it('solve the system: A x = b', () => {
    const b = Float64Array.from({ length: 9 }, (_, i) => i - 3);
    times(matrix, solve(factor, b)).forEach((value, i) => expect(value).toBeCloseTo(b[i]!, 9));
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 13])('of %i rows invert: A times column j is the unit vector', (n) => {
    const own = positiveDefinite(n, n);
    const packed = inverse(cholesky(pack(own), n)!);
    const entry = (i: number, j: number): number => packed[packedLength(Math.max(i, j)) + Math.min(i, j)]!;
    for (let j = 0; j < n; j++) {
      const column = Array.from({ length: n }, (_, i) => entry(i, j));
      times(own, column).forEach((value, i) => expect(value).toBeCloseTo(i === j ? 1 : 0, 9));
    }
  });

  it('give the log determinant of a matrix known in closed form', () => {
    // tridiagonal (2, -1): determinant n + 1
    const n = 12;
    const second = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
    );
    expect(logDeterminant(cholesky(pack(second), n)!)).toBeCloseTo(Math.log(n + 1), 12);
  });

  it.each([3, 4, 5, 6, 7, 8, 9, 22])('of %i rows grow to exactly what is computed at once, past their storage', (n) => {
    const own = positiveDefinite(n, n);
    let grown = cholesky(pack(own).slice(0, packedLength(2)), 2)!;
    for (let i = 2; i < n; i++) grown = appendRow(grown, Float64Array.from(own[i]!))!;
    expect(grown.values.slice(0, packedLength(n))).toEqual(cholesky(pack(own), n)!.values);
    expect(grown.n).toBe(n);
  });

  it('add jitter to a singular matrix, and say how much', () => {
    const singular = cholesky(Float64Array.of(1, 1, 1, 1, 1, 1), 3)!;
    expect(singular.jitter).toBeGreaterThan(0);
    expect(singular.jitter).toBeLessThan(1e-6);
  });

  it('refuse what is not positive definite or not a number', () => {
    expect(cholesky(Float64Array.of(1, 5, 1), 2)).toBeUndefined();
    expect(cholesky(Float64Array.of(1, 0, NaN), 2)).toBeUndefined();
    expect(appendRow(factor, Float64Array.of(...matrix[0]!, 0))).toBeUndefined();
  });
});
