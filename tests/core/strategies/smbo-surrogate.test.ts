/** The network that foresees what a student is worth: its numbers, and its way back. */
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/math/rng.ts';
import { createVocabulary } from '../../../src/core/strategies/smbo/description.ts';
import { gruStep } from '../../../src/core/strategies/smbo/gru.ts';
import { teachSurrogate, testing } from '../../../src/core/strategies/smbo/surrogate.ts';
import { enumerateFamily } from '../../../src/core/space/lattice.ts';
import { MADE_UP, valueOf } from './made-up-fusions.ts';

const { createNet, viewOf, squaredError } = testing;

describe('a gated recurrent unit', () => {
  it('computes its formula, worked out by hand for one unit', () => {
    const weights = {
      units: 1,
      input: Float64Array.of(0.5, -1, 2),
      state: Float64Array.of(1, 0.25, -0.5),
      bias: Float64Array.of(0.1, 0.2, 0.3),
    };
    const sigma = (x: number): number => 1 / (1 + Math.exp(-x));
    const first = gruStep(weights, Float64Array.of(0.8));
    const h1 = (1 - sigma(-0.6)) * Math.tanh(1.9);
    expect(first.hidden[0]).toBeCloseTo(h1, 14);
    const second = gruStep(weights, Float64Array.of(-0.4), first);
    const z = sigma(0.4 + 0.25 * h1 + 0.2);
    const n = Math.tanh(-0.8 + 0.3 + sigma(-0.2 + h1 + 0.1) * (-0.5 * h1));
    expect(second.hidden[0]).toBeCloseTo((1 - z) * n + z * h1, 14);
  });
});

describe('the gradient of its squared error', () => {
  // A wrong sign in one gate still learns, and only foresees worse.
  it('agrees with finite differences in every weight, over descriptions of one to three layers', () => {
    const [words, units] = [5, 3];
    const net = createNet(words, units, createRng(4));
    const examples = [
      { description: [[0, 3]], value: 0.7 },
      { description: [[1, 2], [4]], value: -0.4 },
      { description: [[0, 1], [2, 2], [3]], value: 1.1 },
    ];
    const gradient = viewOf(new Float64Array(net.theta.length), words, units);
    squaredError(net, examples, gradient);
    const lossAt = (index: number, step: number): number => {
      const theta = net.theta.slice();
      theta[index]! += step;
      return squaredError(viewOf(theta, words, units), examples, viewOf(new Float64Array(theta.length), words, units));
    };
    net.theta.forEach((_, index) => {
      const slope = (lossAt(index, 1e-5) - lossAt(index, -1e-5)) / 2e-5;
      expect(gradient.theta[index], `weight ${index}`).toBeCloseTo(slope, 8);
    });
  });
});

describe('a description', () => {
  const { describe: described, size } = createVocabulary({ families: [MADE_UP] });

  it('has a step a layer, and the same word for the same choice in each', () => {
    const config = {
      layers: 3,
      inputs1: 'skill+time',
      op1: 'gate',
      act1: 'relu',
      with2: 'time',
      op2: 'gate',
      act2: 'tanh',
    };
    const steps = described({ family: 'made-up', config: { ...config, with3: 'time', op3: 'add', act3: 'relu' } });
    expect(steps.map((words) => words.length)).toEqual([4, 3, 3]);
    const [first = [], second = [], third = []] = steps;
    expect(first[2]).toBe(second[1]); // gate
    expect(second[0]).toBe(third[0]); // time
    expect(first[3]).toBe(third[2]); // relu
    // The family, six pairs, four modalities, three operations, two activations.
    expect(size).toBe(1 + 6 + 4 + 3 + 2);
  });

  it('keeps choices apart that stand in one layer', () => {
    const twice = (name: string) => ({
      name,
      title: name,
      role: 'width' as const,
      type: 'ordinal' as const,
      levels: [1, 2],
    });
    const family = { ...MADE_UP, dimensions: [twice('width1'), twice('width2')], grows: 'layers' };
    expect(createVocabulary({ families: [family] }).size).toBe(5);
  });
});

describe('what it foresees', () => {
  it('orders students that it was not taught, deeper ones among them', () => {
    const rng = createRng(2);
    const all = rng.shuffle([...enumerateFamily(MADE_UP)].filter(({ layers }) => layers !== 3));
    const vocabulary = createVocabulary({ families: [MADE_UP] });
    const candidates = all.map((config) => ({ family: 'made-up', config }));
    const scaled = (candidate: (typeof candidates)[number]): number => (valueOf(candidate) - 0.7) / 0.06;
    const taught = candidates
      .slice(0, 80)
      .map((one) => ({ description: vocabulary.describe(one), value: scaled(one) }));
    const foresee = teachSurrogate(vocabulary.size, taught, createRng(1));
    const again = teachSurrogate(vocabulary.size, taught, createRng(1));
    const others = candidates.slice(80, 280).map((one) => ({ told: scaled(one), by: vocabulary.describe(one) }));
    for (const { by } of others) expect(again(by)).toBe(foresee(by));
    const [mean, error] = [
      others.reduce((sum, { told }) => sum + told / 200, 0),
      (told: number, by: number) => (told - by) ** 2,
    ];
    const unaided = others.reduce((sum, { told }) => sum + error(told, mean), 0);
    expect(others.reduce((sum, { told, by }) => sum + error(told, foresee(by)), 0)).toBeLessThan(0.3 * unaided);
  });
});
