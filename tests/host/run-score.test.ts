/** Figures kept up to date trial by trial: they must be those of the whole log, at a cost that does
 * not grow with it. */
import { describe, expect, test } from 'vitest';
import { expandConfig } from '../../src/bridge/config/expand-config.ts';
import { parseSearch } from '../../src/bridge/config/parse-config.ts';
import { hypervolume, hypervolumeHistory } from '../../src/core/geometry/hypervolume.ts';
import { paretoFront } from '../../src/core/geometry/pareto-front.ts';
import { createRng } from '../../src/core/math/rng.ts';
import type { Metrics } from '../../src/core/objective.ts';
import { createRunScorer, runningScore, testing } from '../../src/host/runs/score.ts';
import { familied } from '../support/familied.ts';

const { scoreOf } = testing;

const config = expandConfig(familied(parseSearch({ name: 'x' })), { params: 1000, macs: 1000 });

/** Few distinct values, so that equal and dominating points are common; some are no numbers. */
function someMetrics(count: number): readonly Metrics[] {
  const rng = createRng(3);
  return Array.from({ length: count }, () => ({
    accuracy: rng.uniform() < 0.05 ? NaN : 0.5 + rng.int(40) / 100,
    params: 10 * (1 + rng.int(90)),
    macs: 1,
  }));
}

describe('the running score', () => {
  test('is after each trial what the whole log gives', () => {
    const metrics = someMetrics(200);
    const scorer = createRunScorer(config);
    metrics.forEach((one, index) => {
      const so = metrics.slice(0, index + 1);
      const { frontSize, hypervolume: volume } = scorer.add(one);
      expect(frontSize).toBe(paretoFront(so, config.objectives).length);
      expect(volume).toBeCloseTo(hypervolume(so, config.objectives, config.reference), 6);
    });
  });

  test('thins a long history and says so: its points stay those of the full one', () => {
    const metrics = someMetrics(3000);
    const full = hypervolumeHistory(metrics, config.objectives, config.reference);
    const { history, historyStep, hypervolume: last } = scoreOf(config, metrics);
    expect(history.length).toBeGreaterThan(100);
    expect(history.length).toBeLessThanOrEqual(256);
    expect(historyStep).toBe(16);
    expect(history).toEqual(history.map((_value, index) => full[(index + 1) * historyStep - 1]));
    expect(last).toBe(full.at(-1));
  });

  test('goes on from what the log told before', () => {
    const [first, second, third] = someMetrics(3);
    const score = runningScore(config, [first!]);
    score.add(second!);
    expect(score.add(third!)).toEqual(scoreOf(config, [first!, second!, third!]));
  });

  test('does not count what could not be written: a full disk must not leave a trial in the figures', () => {
    const [first, second] = someMetrics(2);
    const score = runningScore(config, [first!]);
    score.add({ accuracy: 0.99, params: 1, macs: 1 });
    score.forget();
    expect(score.add(second!)).toEqual(scoreOf(config, [first!, second!]));
  });
});
