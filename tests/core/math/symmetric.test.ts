/** Eigenvalues and roots against closed forms and identities. */
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/math/rng.ts';
import { squareRoot, testing } from '../../../src/core/math/symmetric.ts';

const { eigenSymmetric } = testing;

const product = (a: Float64Array, b: Float64Array, n: number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let k = 0; k < n; k++) sum += a[i * n + k]! * b[k * n + j]!;
    return sum;
  });

const transposed = (a: Float64Array, n: number): Float64Array =>
  a.map((_, at) => a[(at % n) * n + Math.floor(at / n)]!);

function random(n: number): Float64Array {
  const rng = createRng(5);
  const a = new Float64Array(n * n).map(() => rng.normal());
  return product(a, transposed(a, n), n);
}

const expectAlike = (actual: Float64Array, expected: Float64Array, digits = 9): void =>
  expected.forEach((value, at) => expect(actual[at]).toBeCloseTo(value, digits));

describe('eigenvalues', () => {
  it('of [[2, 1], [1, 2]] are 1 and 3, and those of a second difference 2 − 2 cos(k π / (n + 1))', () => {
    expectAlike(eigenSymmetric(Float64Array.of(2, 1, 1, 2), 2).values.sort(), Float64Array.of(1, 3), 14);
    const n = 12;
    const second = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      second[i * n + i] = 2;
      if (i + 1 < n) second[i * n + i + 1] = second[(i + 1) * n + i] = -1;
    }
    const expected = Float64Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)));
    expectAlike(eigenSymmetric(second, n).values.sort(), expected, 12);
  });

  it('with their vectors give the matrix back, and the vectors are of length one and at right angles', () => {
    const n = 20;
    const matrix = random(n);
    const { values, vectors } = eigenSymmetric(matrix, n);
    const scaled = vectors.map((value, at) => value * values[at % n]!);
    expectAlike(product(scaled, transposed(vectors, n), n), matrix);
    const one = product(transposed(vectors, n), vectors, n);
    one.forEach((value, at) => expect(value).toBeCloseTo(at % (n + 1) === 0 ? 1 : 0, 12));
  });

  it('are not looked for where a number is none', () => {
    expect(() => eigenSymmetric(Float64Array.of(1, NaN, NaN, 1), 2)).toThrow(RangeError);
  });
});

describe('the square root', () => {
  it('times itself is the matrix, with the ridge on its diagonal', () => {
    const n = 15;
    const matrix = random(n);
    const root = squareRoot(matrix, n, 0.5);
    const wanted = matrix.map((value, at) => value + (at % (n + 1) === 0 ? 0.5 : 0));
    expectAlike(product(root, root, n), wanted);
    expectAlike(root, transposed(root, n), 14);
  });

  it('of a singular matrix is there: what rounding puts below 0 is 0', () => {
    const outer = Float64Array.of(1, 2, 2, 4);
    const root = squareRoot(outer, 2);
    expectAlike(product(root, root, 2), outer, 12);
  });
});
