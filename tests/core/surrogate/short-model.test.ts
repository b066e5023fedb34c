/** What a whole training will tell, from a short one: on laws that are known. */
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/math/rng.ts';
import type { Family } from '../../../src/core/space/space.ts';
import { createEncoding, encode } from '../../../src/core/surrogate/encoding.ts';
import { fitLinear, predictLinear } from '../../../src/core/surrogate/linear-model.ts';
import { fitShort } from '../../../src/core/surrogate/short-model.ts';
import type { ShortResult } from '../../../src/core/surrogate/short-model.ts';

const LEVELS = Array.from({ length: 30 }, (_, level) => level);
const families = ['early', 'late'].map((name): Family => {
  return {
    ...{ name, title: name, dimensions: [{ name: 'x', title: 'x', role: 'width', type: 'ordinal', levels: LEVELS }] },
    costs: ({ x }) => ({ params: 1000 * 1.1 ** Number(x) }),
  };
});
const members = families.flatMap((family) =>
  LEVELS.map((x) => ({ candidate: { family: family.name, config: { x } }, costs: family.costs({ x }), x })),
);
const encoding = createEncoding({ families }, ['params'], members);

/** The late family has half of what it will have gained by then; both lose with cost. */
const wholeOf = (x: number): number => 0.8 + 0.004 * x;
const shortOf = (family: string, x: number): number => wholeOf(x) - 0.05 - (family === 'late' ? 0.04 : 0) - 0.001 * x;

function resultsOf(trained: (x: number, family: string) => boolean, noise = 0): readonly ShortResult[] {
  const rng = createRng(7);
  return members.map(({ candidate, costs, x }) => ({
    point: encode(encoding, { candidate, costs }),
    short: shortOf(candidate.family, x) + noise * rng.normal(),
    whole: trained(x, candidate.family) ? wholeOf(x) + noise * rng.normal() : undefined,
  }));
}

describe('a whole training told by a short one', () => {
  it('allows for a family that learns late, and for costs, from a few that have both', () => {
    const results = resultsOf((x) => x % 6 === 0);
    const { predict, pairs } = fitShort(encoding, results);
    expect(pairs).toBe(10);
    const errors = members.map(({ x }, i) => predict(results[i]!.point, results[i]!.short).mean - wholeOf(x));
    // A straight line through both families would be .02 off.
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(0.006);
  });

  it('takes the short one for the whole as long as none has both, and says how little that is', () => {
    const results = resultsOf(() => false);
    const { predict, pairs, noise } = fitShort(encoding, results);
    expect(pairs).toBe(0);
    expect(predict(results[3]!.point, 0.7)).toEqual({ mean: 0.7, deviation: noise });
    expect(noise).toBeGreaterThan(0);
  });

  it('knows how noisy it is: deviations are of the size of its errors', () => {
    const noise = 0.01;
    const all = resultsOf(() => true, noise);
    const model = fitShort(
      encoding,
      all.map((result, i) => (i % 2 === 0 ? result : { ...result, whole: undefined })),
    );
    const misses = all.flatMap(({ point, short, whole = NaN }, i) => {
      const { mean, deviation } = model.predict(point, short);
      return i % 2 === 0 ? [] : [((mean - whole) / deviation) ** 2];
    });
    const mean = misses.reduce((sum, value) => sum + value, 0) / misses.length;
    expect(mean).toBeGreaterThan(0.3);
    expect(mean).toBeLessThan(2);
    // Costs and families tell the whole law here, so that the whole training's noise is left.
    expect(model.noise).toBeGreaterThan(0.5 * noise);
    expect(model.noise).toBeLessThan(2 * noise);
  });

  it('is less sure of a family that nobody trained whole', () => {
    const results = resultsOf((x, family) => family === 'early' && x % 4 === 0);
    const { predict } = fitShort(encoding, results);
    const [early, late] = ['early', 'late'].map((name) => {
      const i = members.findIndex(({ candidate, x }) => candidate.family === name && x === 5);
      return predict(results[i]!.point, results[i]!.short).deviation;
    });
    expect(late).toBeGreaterThan(2 * early!);
  });

  it('does not depend on the unit of what is measured', () => {
    const results = resultsOf((x) => x % 6 === 0);
    const percent = results.map(({ point, short, whole }) => {
      return { point, short: 100 * short, whole: whole === undefined ? undefined : 100 * whole };
    });
    const { point, short } = results[4]!;
    const [plain, scaled] = [fitShort(encoding, results), fitShort(encoding, percent)];
    expect(scaled.predict(point, 100 * short).mean).toBeCloseTo(100 * plain.predict(point, short).mean, 8);
  });

  it('stands equal results, and one alone', () => {
    const { point } = resultsOf(() => false)[0]!;
    for (const whole of [0.6, undefined]) {
      const { predict } = fitShort(encoding, [
        { point, short: 0.5, whole },
        { point, short: 0.5, whole },
      ]);
      expect(predict(point, 0.5).mean).toBeCloseTo(whole ?? 0.5, 6);
      expect(Number.isFinite(fitShort(encoding, [{ point, short: 0.5, whole }]).predict(point, 0.5).deviation)).toBe(
        true,
      );
    }
  });
});

describe('linear regression', () => {
  it('has the weights and the deviation of the closed form for one feature', () => {
    const rows = [1, 2, 3].map((x) => Float64Array.of(x));
    const values = [1, 0, 2];
    const ratio = 0.5;
    const model = fitLinear(rows, values, { ratios: [ratio], priorScale: 2 })!;
    // Centre 1, y = (0, -1, 1); xy = 1, xx = 14.
    const weight = 1 / (14 + ratio);
    const variance = ((2 - weight) / ratio + 4) / 4;
    const { mean, deviation } = predictLinear(model, Float64Array.of(2));
    expect(mean).toBeCloseTo(1 + 2 * weight, 12);
    expect(deviation).toBeCloseTo(Math.sqrt(variance * ratio * (1 + 4 / (14 + ratio))), 12);
  });

  it('takes the likelier noise', () => {
    const rng = createRng(3);
    const rows = Array.from({ length: 40 }, () => Float64Array.of(rng.normal()));
    const clean = rows.map((row) => row[0]!);
    const noisy = clean.map((value) => value + 3 * rng.normal());
    const ratioOf = (values: readonly number[]) =>
      fitLinear(rows, values, { ratios: [0.01, 10], priorScale: 1 })?.ratio;
    expect([ratioOf(clean), ratioOf(noisy)]).toEqual([0.01, 10]);
    expect(fitLinear([], [], { ratios: [1], priorScale: 1 })).toBeUndefined();
  });
});
