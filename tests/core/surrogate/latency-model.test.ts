/** The latency of students that were not measured: predictions hold up on a law that the model does
 * not know. */
import { describe, expect, it } from 'vitest';
import { studentSpace } from '../../../src/core/arch/families/registry.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import { enumerateFamily } from '../../../src/core/space/lattice.ts';
import { createEncoding, encode } from '../../../src/core/surrogate/encoding.ts';
import { fitLatency, latencyFeatures, predictLatency, testing } from '../../../src/core/surrogate/latency-model.ts';

const { LATENCY_MODEL } = testing;

const space = studentSpace(['resnet', 'mobilenet-v2', 'vit', 'mlp-mixer'], { inputShape: [28, 28, 1], classes: 10 });

/** Students of every family, drawn evenly from its enumeration, with features and true latency. */
function students(perFamily: number, seed: number) {
  const rng = createRng(seed);
  const drawn = space.families.flatMap((family) => {
    const all = [...enumerateFamily(family)];
    return rng
      .shuffle(all)
      .slice(0, perFamily)
      .map((config) => ({ candidate: { family: family.name, config }, costs: family.costs(config), family }));
  });
  const encoding = createEncoding(space, ['params', 'macs'], drawn);
  // Milliseconds: a call for each layer, and the arithmetic at a rate of the family's own.
  const rates = { resnet: 20e6, 'mobilenet-v2': 5e6, vit: 12e6, 'mlp-mixer': 30e6 } as const;
  return drawn.map(({ candidate, costs, family }) => {
    const layers = family.build(candidate.config).layers.length;
    const rate = rates[candidate.family as keyof typeof rates]; // one of the four above
    const macs = costs['macs'] ?? NaN;
    const latency = 0.004 * layers + macs / rate;
    return { features: latencyFeatures(encoding, encode(encoding, { candidate, costs })), latency, macs };
  });
}

const ranks = (values: readonly number[]): readonly number[] => {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const result = new Array<number>(values.length);
  order.forEach(({ index }, rank) => (result[index] = rank));
  return result;
};

/** Spearman's correlation of values without ties, in closed form. */
function spearman(left: readonly number[], right: readonly number[]): number {
  const [a, b] = [ranks(left), ranks(right)];
  const n = left.length;
  return 1 - (6 * a.reduce((sum, rank, i) => sum + (rank - (b[i] ?? NaN)) ** 2, 0)) / (n * (n * n - 1));
}

describe('a fit to 24 measured students of four families', () => {
  const all = students(60, 3);
  const rng = createRng(4);
  const shuffled = rng.shuffle(all);
  const [seen, held] = [shuffled.slice(0, 24), shuffled.slice(24)];
  const model = fitLatency(
    seen.map(({ features }) => features),
    seen.map(({ latency }) => latency * Math.exp(0.03 * rng.normal())),
  )!;
  const predictions = held.map(({ features }) => predictLatency(model, features));

  it('ranks the students that were held out, far better than their MACs do', () => {
    const latencies = held.map(({ latency }) => latency);
    const ranked = spearman(
      predictions.map(({ mean }) => mean),
      latencies,
    );
    const byMacs = spearman(
      held.map(({ macs }) => macs),
      latencies,
    );
    expect(ranked).toBeGreaterThan(0.9);
    expect(1 - ranked).toBeLessThan((1 - byMacs) / 3);
  });

  it('knows how wrong it is: most held-out values lie within two deviations, not all within a tenth', () => {
    const misses = predictions.map(({ mean, deviation }, i) => Math.abs(Math.log(held[i]!.latency) - mean) / deviation);
    const within = (bound: number): number => misses.filter((miss) => miss <= bound).length / misses.length;
    expect(within(2)).toBeGreaterThan(0.85);
    expect(within(0.1)).toBeLessThan(0.5);
  });
});

describe('the arithmetic', () => {
  const features = [Float64Array.of(2, 1), Float64Array.of(2, -0.5), Float64Array.of(2, 0.25)];
  const latencies = [2, 0.5, 1.5];

  it('solves the normal equations of ridge regression', () => {
    const { weights, ratio, centre } = fitLatency(features, latencies)!;
    // (ΦᵀΦ + λI) w = Φᵀy, checked by putting w back in.
    const y = latencies.map((value) => Math.log(value) - centre);
    for (const i of [0, 1]) {
      const left = [0, 1].reduce(
        (sum, j) => sum + features.reduce((dot, row) => dot + row[i]! * row[j]!, i === j ? ratio : 0) * weights[j]!,
        0,
      );
      expect(left).toBeCloseTo(features.reduce((sum, row, k) => sum + row[i]! * y[k]!, 0), 10); // prettier-ignore
    }
  });

  it('of one measurement expects the like of every other student, with the prior doubt', () => {
    const model = fitLatency([Float64Array.of(2, 0)], [3])!;
    const { mean, deviation } = predictLatency(model, Float64Array.of(2, 1));
    expect(mean).toBeCloseTo(Math.log(3), 10);
    expect(deviation).toBeGreaterThan(LATENCY_MODEL.priorScale / 4);
  });

  it('of none makes no model', () => {
    expect(fitLatency([], [])).toBeUndefined();
  });
});
