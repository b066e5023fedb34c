import { describe, expect, it } from 'vitest';
import { costedCandidates, oracleSpace, readSurrogateOracle } from '../../oracle/read-surrogate.ts';
import { createModel, oracleTheta } from '../../oracle/surrogate-model.ts';
import { encode } from '../../../src/core/surrogate/encoding.ts';
import { createGp, posterior } from '../../../src/core/surrogate/gp.ts';
import { kernelVector, priorVariance } from '../../../src/core/surrogate/kernel.ts';
import { createSubset, mostTelling, varianceBound } from '../../../src/core/surrogate/subset.ts';

const oracle = readSurrogateOracle();
const costed = costedCandidates(oracle);
const model = createModel(oracleSpace(oracle), costed);
const pointOf = (index: number) => encode(model.encoding, costed[index]!);
const train = oracle.train.map(pointOf);
const gp = createGp(model, oracleTheta(model), train, Float64Array.from(oracle.y));
const n = train.length;
const vectorOf = (index: number): Float64Array =>
  kernelVector(model.encoding, gp.terms, gp.scaled, pointOf(index), new Float64Array(n));

describe('the variance that part of the data leaves', () => {
  it.each([1, 3, n - 1])('bounds what all of it leaves, and is less than the prior: %i results', (count) => {
    for (const index of oracle.test) {
      const point = pointOf(index);
      const prior = priorVariance(gp.terms, point.family);
      const subset = createSubset(gp, mostTelling([vectorOf(index)], n, count))!;
      const bound = varianceBound(subset, vectorOf(index), prior);
      expect(subset.places).toHaveLength(count);
      expect(bound).toBeGreaterThanOrEqual(posterior(gp, point).variance);
      expect(bound).toBeLessThan(prior);
    }
  });

  it('is that of all where all are the part, but for a whisker', () => {
    const subset = createSubset(gp, mostTelling([vectorOf(0)], n, n))!;
    for (const index of oracle.test) {
      const prior = priorVariance(gp.terms, pointOf(index).family);
      expect(varianceBound(subset, vectorOf(index), prior)).toBeCloseTo(posterior(gp, pointOf(index)).variance, 6);
    }
  });

  it('is of the results that candidates have most in common with, in the order of the data', () => {
    const places = mostTelling([Float64Array.of(0.1, 0.9, 0, -0.8), Float64Array.of(0.1, 0, 0.3, 0)], 4, 2);
    expect(places).toEqual([1, 3]);
  });
});
