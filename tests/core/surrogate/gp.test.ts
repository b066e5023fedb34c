import { describe, expect, it } from 'vitest';
import { costedCandidates, oracleSpace, readSurrogateOracle } from '../../oracle/read-surrogate.ts';
import { createModel, oracleTheta } from '../../oracle/surrogate-model.ts';
import { encode } from '../../../src/core/surrogate/encoding.ts';
import type { CostedCandidate } from '../../../src/core/surrogate/encoding.ts';
import {
  appendPending,
  appendPoint,
  createGp,
  leaveOneOut,
  logMarginalLikelihood,
  posterior,
} from '../../../src/core/surrogate/gp.ts';
import type { Model } from '../../../src/core/surrogate/gp.ts';
import { NOISE_FLOOR } from '../../../src/core/surrogate/hyperparameters.ts';
import { fitHyperparameters, testing } from '../../../src/core/surrogate/fit.ts';
import type { Space } from '../../../src/core/space/space.ts';

const { negativeLogPosterior } = testing;

const oracle = readSurrogateOracle();
const costed = costedCandidates(oracle);
const model = createModel(oracleSpace(oracle), costed);
const pointOf = (index: number) => encode(model.encoding, costed[index]!);
const train = oracle.train.map(pointOf);
const y = Float64Array.from(oracle.y);

const theta = oracleTheta(model);
const gp = createGp(model, theta, train, y);

describe('the posterior against numpy and scipy', () => {
  it('has their means and variances, conditional dimensions and cost-ordered categories included', () => {
    oracle.test.forEach((index, i) => {
      const { mean, variance } = posterior(gp, pointOf(index));
      expect(mean).toBeCloseTo(oracle.mean[i]!, 9);
      expect(variance).toBeCloseTo(oracle.variance[i]!, 9);
    });
  });

  it('has their marginal likelihood', () => {
    const { value } = logMarginalLikelihood(model, theta, train, y);
    expect(value).toBeCloseTo(oracle.logMarginalLikelihood, 8);
  });

  it('has their complex-step gradient in every hyperparameter', () => {
    const gradient = logMarginalLikelihood(model, theta, train, y).gradient();
    const at = (name: string): number => gradient[model.layout.names.indexOf(name)]!;
    for (const [name, value] of Object.entries(oracle.gradient)) {
      const factor = name === 'noise' ? 1 - NOISE_FLOOR / Math.exp(oracle.logHyperparameters['noise']!) : 1;
      expect(at(name), name).toBeCloseTo(factor * value, 7);
    }
    expect(at('length.width')).toBeCloseTo(
      oracle.gradient['length.plain.width']! + oracle.gradient['length.blocks.width']!,
      7,
    );
  });

  it('has the leave-one-out predictions of models refitted without each point', () => {
    leaveOneOut(gp).forEach(({ mean, variance }, i) => {
      expect(mean).toBeCloseTo(oracle.leaveOneOut[i]!.mean, 9);
      expect(variance).toBeCloseTo(oracle.leaveOneOut[i]!.variance, 9);
    });
  });
});

describe('identities of the posterior', () => {
  it('passes through the data as the noise goes to its floor', () => {
    const quiet = theta.slice();
    quiet[model.layout.noise] = -12;
    const sharp = createGp(model, quiet, train, y);
    train.forEach((point, i) => expect(posterior(sharp, point).mean).toBeCloseTo(y[i]!, 2));
  });

  it('is bit for bit the same whether points are appended or given at once', () => {
    let grown = createGp(model, theta, train.slice(0, 3), y.slice(0, 3));
    for (let i = 3; i < train.length; i++) grown = appendPoint(grown, train[i]!, y.slice(0, i + 1));
    expect(grown.factor.values.slice(0, gp.factor.values.length)).toEqual(gp.factor.values);
    expect(grown.alpha).toEqual(gp.alpha);
  });

  it('keeps the mean everywhere and lowers the variance when a pending point is assumed at its mean', () => {
    const pending = pointOf(oracle.test[0]!);
    const conditioned = appendPending(gp, pending);
    const other = pointOf(oracle.test[1]!);
    expect(posterior(conditioned, other).mean).toBeCloseTo(posterior(gp, other).mean, 10);
    expect(posterior(conditioned, other).variance).toBeLessThanOrEqual(posterior(gp, other).variance);
    expect(posterior(conditioned, pending).variance).toBeLessThan(0.5 * posterior(gp, pending).variance);
  });
});

describe('what must not matter', () => {
  const means = (of: Model, candidates: readonly CostedCandidate[]): number[] => {
    const surrogate = createGp(
      of,
      oracleTheta(of),
      oracle.train.map((i) => encode(of.encoding, candidates[i]!)),
      y,
    );
    return oracle.test.map((i) => posterior(surrogate, encode(of.encoding, candidates[i]!)).mean);
  };

  it('the order of families, and of the levels of a category', () => {
    const space = oracleSpace(oracle);
    const shuffled: Space = {
      families: space.families.toReversed().map((family) => ({
        ...family,
        dimensions: family.dimensions.map((dimension) =>
          dimension.type === 'categorical' ? { ...dimension, levels: dimension.levels.toReversed() } : dimension,
        ),
      })),
    };
    expect(means(createModel(shuffled, costed), costed)).toEqual(means(model, costed));
  });

  it('the names of the levels of a category', () => {
    const renamed = (level: unknown): string => `a ${String(level)} by any other name`;
    const space = oracleSpace(oracle);
    const other: Space = {
      families: space.families.map((family) =>
        family.name !== 'plain'
          ? family
          : {
              ...family,
              dimensions: family.dimensions.map((dimension) =>
                dimension.name === 'act' ? { ...dimension, levels: dimension.levels.map(renamed) } : dimension,
              ),
            },
      ),
    };
    const candidates = costed.map((item) =>
      item.candidate.family !== 'plain'
        ? item
        : {
            ...item,
            candidate: {
              ...item.candidate,
              config: { ...item.candidate.config, act: renamed(item.candidate.config['act']) },
            },
          },
    );
    expect(means(createModel(other, candidates), candidates)).toEqual(means(model, costed));
  });
});

describe('the fit', () => {
  it('has a gradient that agrees with central differences of the posterior it minimises', () => {
    const gradient = negativeLogPosterior(model, train, y, theta).gradient();
    const step = 1e-5;
    theta.forEach((_, i) => {
      const at = (delta: number): number => {
        const moved = theta.slice();
        moved[i]! += delta;
        return negativeLogPosterior(model, train, y, moved).value;
      };
      expect((at(step) - at(-step)) / (2 * step), model.layout.names[i]).toBeCloseTo(gradient[i]!, 4);
    });
  });

  it('never ends worse than it started, and ends where the gradient is flat', () => {
    const start = Array.from(theta);
    const fitted = fitHyperparameters(model, train, y, start, 200);
    const end = negativeLogPosterior(model, train, y, Float64Array.from(fitted));
    expect(end.value).toBeLessThan(negativeLogPosterior(model, train, y, theta).value);
    // By deviations of the priors: a narrow one makes a steep gradient out of a small step.
    const { deviations } = model.layout;
    expect(Math.max(...end.gradient().map((slope, i) => Math.abs(slope) * deviations[i]!))).toBeLessThan(0.05);
  });

  it('starts from the prior when the warm start is of another space', () => {
    expect(fitHyperparameters(model, train, y, [1, 2], 5)).toEqual(fitHyperparameters(model, train, y, undefined, 5));
  });
});
