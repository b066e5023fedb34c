/**
 * The surrogate and the acquisition against GPyTorch 1.15.2 and BoTorch 0.18.1 in double precision:
 * the numbers of tests/oracle/surrogate_gpytorch.py, whose kernel is put together from those
 * libraries' own.
 */
import { describe, expect, it } from 'vitest';
import { createEhvi } from '../../../src/core/acquisition/ehvi.ts';
import { logGainOf } from '../../../src/core/acquisition/improvement-terms.ts';
import { createCells } from '../../../src/core/geometry/cells.ts';
import { logExpectedImprovement } from '../../../src/core/math/normal.ts';
import { encode } from '../../../src/core/surrogate/encoding.ts';
import { createGp, logMarginalLikelihood, posterior } from '../../../src/core/surrogate/gp.ts';
import { NOISE_FLOOR } from '../../../src/core/surrogate/hyperparameters.ts';
import { costedCandidates, oracleSpace, readGpytorchOracle, readSurrogateOracle } from '../../oracle/read-surrogate.ts';
import { createModel, oracleTheta } from '../../oracle/surrogate-model.ts';

const given = readSurrogateOracle();
const gpytorch = readGpytorchOracle();
const costed = costedCandidates(given);
const model = createModel(oracleSpace(given), costed);
const pointOf = (index: number) => encode(model.encoding, costed[index]!);
const train = given.train.map(pointOf);
const y = Float64Array.from(given.y);
const gp = createGp(model, oracleTheta(model), train, y);
const likelihood = logMarginalLikelihood(model, oracleTheta(model), train, y);

/** Largest distance that the issue allows. */
const TOLERANCE = 1e-6;
const distance = (value: number, reference: number): number => Math.abs(value - reference);

describe("the posterior against GPyTorch's exact process", () => {
  const predictions = given.test.map((index) => posterior(gp, pointOf(index)));

  it('has its means', () => {
    expect(gpytorch.mean).toHaveLength(predictions.length);
    predictions.forEach(({ mean }, i) => expect(distance(mean, gpytorch.mean[i]!)).toBeLessThan(TOLERANCE));
  });

  it('has its variances', () => {
    predictions.forEach(({ variance }, i) => expect(distance(variance, gpytorch.variance[i]!)).toBeLessThan(TOLERANCE));
  });

  it('has its marginal likelihood', () => {
    expect(distance(likelihood.value, gpytorch.logMarginalLikelihood)).toBeLessThan(TOLERANCE);
  });

  it('has the gradient of its automatic differentiation, in every hyperparameter', () => {
    const gradient = likelihood.gradient();
    expect(Object.keys(gpytorch.gradient).sort()).toEqual(Object.keys(given.logHyperparameters).sort());
    for (const [name, value] of Object.entries(gpytorch.gradient)) {
      // Ours is by the logarithm of what the noise has above its floor.
      const factor = name === 'noise' ? 1 - NOISE_FLOOR / Math.exp(given.logHyperparameters['noise']!) : 1;
      const own = gradient[model.layout.names.indexOf(name)]!;
      expect(distance(own, factor * value), name).toBeLessThan(TOLERANCE);
    }
  });
});

/** Outputs that are the values themselves. */
const plain = { kneeValue: 0, kneeOutput: 0, unit: 1, lowUnit: 1, floorOutput: -1e9 };

describe("the acquisition against BoTorch's", () => {
  const { front, reference, cases } = gpytorch.ehvi;
  for (const { mean, deviation, cost, value } of cases) {
    it(`gains the hypervolume it expects at mean ${mean}, deviation ${deviation}, cost ${cost}`, () => {
      const ehvi = createEhvi(createCells(front, reference), plain);
      const gain = Math.exp(logGainOf(plain, ehvi.improvementTermsOf([[cost]]), mean, deviation));
      expect(distance(gain, value)).toBeLessThan(TOLERANCE * Math.max(1, value));
    });
  }

  it('has the logarithm of its expected improvement, deep into the tail', () => {
    const { best, cases: improvements } = gpytorch.logEi;
    for (const { mean, deviation, value } of improvements) {
      const own = logExpectedImprovement(mean, deviation, best);
      expect(distance(own, value), `${mean}, ${deviation}`).toBeLessThan(TOLERANCE * Math.max(1, Math.abs(value)));
    }
  });
});
