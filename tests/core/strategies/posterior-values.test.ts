import { describe, expect, it } from 'vitest';
import { costedCandidates, oracleSpace, readSurrogateOracle } from '../../oracle/read-surrogate.ts';
import { createModel, oracleTheta } from '../../oracle/surrogate-model.ts';
import type { Problem } from '../../../src/core/objective.ts';
import { rewardFactor } from '../../../src/core/reward.ts';
import type { DataTrial } from '../../../src/core/strategies/ledger.ts';
import { posteriorValues } from '../../../src/core/strategies/trade/learn.ts';
import { encode } from '../../../src/core/surrogate/encoding.ts';
import { createGp, posterior } from '../../../src/core/surrogate/gp.ts';
import { createStandardiser, toOutput, toValue } from '../../../src/core/surrogate/standardise.ts';

const oracle = readSurrogateOracle();
const costed = costedCandidates(oracle);
const model = createModel(oracleSpace(oracle), costed);
const points = oracle.train.map((index) => encode(model.encoding, costed[index]!));
/** One far below the knee. */
const learned = Array.from(oracle.y, (y, i) => 0.8 + 0.01 * y - (i === 0 ? 0.5 : 0));
const scale = createStandardiser(learned);
const gp = createGp(
  model,
  oracleTheta(model),
  points,
  Float64Array.from(learned, (value) => toOutput(scale, value)),
);

const data = oracle.train.map((index, i): DataTrial => {
  const { candidate, costs } = costed[index]!;
  const value = learned[i]!;
  return {
    ...{ trial: i, key: `${index}`, candidate, costs, why: { source: 'random' }, state: 'told', metrics: {} },
    ...{ legs: [], isWhole: true },
    ...{ value, learned: value, order: i },
  };
});

const plain: Problem = {
  space: oracleSpace(oracle),
  objectives: [{ metric: 'accuracy', goal: 'maximize', known: false }],
  limits: [],
  reference: {},
  budget: 100,
};

describe('what results are worth by a process', () => {
  it('are the posterior means at them, in values: the shortcut by α forgets neither noise nor scale', () => {
    const values = posteriorValues(plain, data, { gp, scale });
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(toValue(scale, posterior(gp, points[i]!).mean), 9);
    });
    expect(Math.max(...values.map((value, i) => Math.abs(value - learned[i]!)))).toBeGreaterThan(1e-4);
  });

  it('have what earlier runs add to the mean', () => {
    const offset = ({ trial }: DataTrial): number => 0.1 * trial;
    const values = posteriorValues(plain, data, { gp, scale, offset });
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(toValue(scale, posterior(gp, points[i]!).mean + 0.1 * i), 9);
    });
  });

  it('are rewards at the costs of each where a reward is searched', () => {
    const reward = { cost: 'params', target: 20_000, under: -0.07, over: -0.07 } as const;
    const values = posteriorValues({ ...plain, reward }, data, { gp, scale });
    const accuracies = posteriorValues(plain, data, { gp, scale });
    values.forEach((value, i) => {
      expect(value / accuracies[i]!).toBeCloseTo(rewardFactor(reward, data[i]!.costs), 9);
    });
  });
});
