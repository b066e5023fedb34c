/** DrNAS: what is drawn against moments in closed form, and its stages. */
import { expect, test } from 'vitest';
import { createRng } from '../../../src/core/math/rng.ts';
import { allKept } from '../../../src/core/one-shot/method.ts';
import { oneShotMethod } from '../../../src/core/one-shot/registry.ts';
import { alphaOf, SPACE } from './spaces.ts';

const KEPT = allKept(SPACE);
const ALPHA = alphaOf(0.3, -1, 2, 0.5, 0.4, -0.2, 0, 1, 1.5);
const drNas = (options = {}) => oneShotMethod({ method: 'dr-nas', options }, SPACE);

/** Of the first edge: ELU(alpha) + 1. */
const BETA = [1.3, Math.exp(-1), 3];
const TOTAL = BETA.reduce((sum, beta) => sum + beta, 0);
const DRAWS = 20_000;

const rng = createRng(3);
const drawn = Array.from({ length: DRAWS }, () => drNas().draw(ALPHA, rng, 'weights', KEPT)[0] ?? { p: ALPHA });

test.each([0, 1, 2])('draws path %i with mean and variance of a Dirichlet distribution', (path) => {
  const share = (BETA[path] ?? NaN) / TOTAL;
  const spread = (share * (1 - share)) / (TOTAL + 1);
  const values = drawn.map(({ p }) => p[path] ?? NaN);
  const mean = values.reduce((sum, value) => sum + value, 0) / DRAWS;
  expect(Math.abs(mean - share)).toBeLessThan(4 * Math.sqrt(spread / DRAWS));
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / DRAWS;
  expect(variance / spread).toBeCloseTo(1, 1);
  expect(drNas().shares(ALPHA, KEPT)[path]).toBeCloseTo(share, 12);
});

// The slope of the mean of p by alpha in closed form; draws whose noise is held fixed give it but
// for their own small bias.
test('has slopes whose mean is the slope of the mean', () => {
  const source = createRng(8);
  const slope = alphaOf(1, 0, 0, 0, 0, 0, 0, 0, 0);
  const mean = new Float64Array(3);
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const pulled = drNas().draw(ALPHA, source, 'mixing', KEPT)[0]?.pull(slope) ?? slope;
    mean.forEach((sum, path) => (mean[path] = sum + (pulled[path] ?? NaN) / DRAWS));
  }
  const first = (BETA[0] ?? NaN) / TOTAL ** 2;
  const exact = [((TOTAL - (BETA[0] ?? NaN)) / TOTAL ** 2) * 1, -first * Math.exp(-1), -first * 1];
  for (const [path, value] of exact.entries()) expect((mean[path] ?? NaN) / value).toBeCloseTo(1, 1);
});

test('pulls alpha towards 0, where all shares are alike', () => {
  expect([...(drNas({ regularisation: 0.5 }).slope?.(ALPHA) ?? [])]).toEqual([...ALPHA].map((value) => value / 2));
  expect(
    [
      ...drNas().shares(
        ALPHA.map(() => 0),
        KEPT,
      ),
    ].slice(3, 5),
  ).toEqual([0.5, 0.5]);
});

test('begins with a quarter of the channels and all paths, and goes on with half and the strongest', () => {
  expect(drNas().stages).toEqual([
    { share: 0.5, part: 4, keep: 4 },
    { share: 0.5, part: 2, keep: 3 },
  ]);
  expect(drNas().warmup).toBe(0.2);
  expect(drNas({ stages: 1, firstPart: 1 }).stages).toEqual([{ share: 1, part: 1, keep: 4 }]);
});
