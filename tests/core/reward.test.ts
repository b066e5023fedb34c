import { describe, expect, it } from 'vitest';
import { learnedMetric, rewardFactor, rewardText, withReward } from '../../src/core/reward.ts';
import type { Reward } from '../../src/core/objective.ts';

const soft: Reward = { cost: 'macs', target: 1000, under: -0.07, over: -0.07 };
const hard: Reward = { ...soft, under: 0, over: -1 };

describe('the reward', () => {
  it('of the soft setting holds that doubling the cost is worth 5 % of the accuracy, anywhere', () => {
    for (const macs of [200, 1000, 7000]) {
      const half = withReward(soft, { accuracy: 0.8, macs })['reward'] ?? NaN;
      const double = withReward(soft, { accuracy: 0.8 * 1.05, macs: 2 * macs })['reward'] ?? NaN;
      expect(double / half).toBeCloseTo(1, 2); // Tan et al. 2019: 2^-0.07 * 1.05 = 1.0003
    }
  });

  it('of the hard setting is the accuracy up to the target, and falls as its inverse beyond', () => {
    expect(withReward(hard, { accuracy: 0.8, macs: 1000 })['reward']).toBe(0.8);
    expect(withReward(hard, { accuracy: 0.8, macs: 10 })['reward']).toBe(0.8);
    expect(withReward(hard, { accuracy: 0.8, macs: 4000 })['reward']).toBeCloseTo(0.2, 12);
  });

  it('is no number without a positive cost, and absent without an accuracy or a reward', () => {
    expect(rewardFactor(soft, { accuracy: 1 })).toBeNaN();
    expect(rewardFactor(soft, { macs: 0 })).toBeNaN();
    expect(withReward(soft, { macs: 5 })).toEqual({ macs: 5 });
    expect(withReward(undefined, { accuracy: 0.5, macs: 5 })).toEqual({ accuracy: 0.5, macs: 5 });
  });

  it('is read with its target and exponents, and learned through the accuracy alone', () => {
    expect(rewardText(soft)).toBe('accuracy · (macs / 1000)^-0.07');
    expect(rewardText(hard)).toBe('accuracy · (macs / 1000)^w, w = 0 up to the target and -1 beyond');
    const objectives = [{ metric: 'reward', goal: 'maximize', known: false }] as const;
    expect(learnedMetric({ objectives, reward: soft })).toBe('accuracy');
    expect(learnedMetric({ objectives: [{ metric: 'loss', goal: 'minimize', known: false }] })).toBe('loss');
  });
});
