import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { costOf, layerCosts, weightSpecs } from '../../../src/core/arch/cost.ts';
import { familyNamesFor, studentFamily, studentSpace } from '../../../src/core/arch/families/registry.ts';
import { patchSizes } from '../../../src/core/arch/families/student-family.ts';
import { sizeOf } from '../../../src/core/arch/ops.ts';
import { WorkbenchError } from '../../../src/core/errors.ts';
import { enumerateFamily, randomMember, validateConfiguration } from '../../../src/core/space/lattice.ts';
import { familySize } from '../../../src/core/space/size.ts';
import { seededChance } from './chance.ts';

const NAMES = familyNamesFor({});
const LIMIT = 1_500_000;

function fashion(name: string) {
  return studentFamily(name, { inputShape: [28, 28, 1], classes: 10 });
}

describe.each(NAMES)('family %s', (name) => {
  const family = fashion(name);
  let built: readonly {
    readonly text: string;
    readonly params: number;
    readonly macs: number;
    readonly first: number;
  }[];
  /** Every member once: its graph, its costs and the MACs of its first convolution. */
  beforeAll(() => {
    built = [...enumerateFamily(family)].map((config) => {
      const graph = family.build(config);
      const rows = layerCosts(graph);
      const [params, macs] = [
        rows.reduce((sum, row) => sum + row.params, 0),
        rows.reduce((sum, row) => sum + row.macs, 0),
      ];
      return { text: JSON.stringify(graph.layers), params, macs, first: rows.find((row) => row.macs > 0)?.macs ?? NaN };
    });
  });

  it('has a few hundred to some thousand members, each a network of its own', () => {
    expect(built.length).toBe(familySize(family));
    expect(built.length).toBeGreaterThan(300);
    expect(built.length).toBeLessThan(5000);
    expect(new Set(built.map(({ text }) => text)).size).toBe(built.length);
  });

  it('spans the costs of small students, and the limit of the sample search leaves most of it', () => {
    const macs = built.map((cost) => cost.macs).sort((left, right) => left - right);
    const params = built.map((cost) => cost.params).sort((left, right) => left - right);
    // A cell can be empty: what stands between cells costs all the same.
    const least = family.name === 'cells' ? { macs: 500_000, params: 20_000 } : { macs: 100_000, params: 4000 };
    expect(macs[0]).toBeLessThan(least.macs);
    expect(macs.at(-1)).toBeGreaterThan(2_500_000);
    expect(params[0]).toBeGreaterThan(500);
    expect(params[0]).toBeLessThan(least.params);
    expect(params.at(-1)).toBeLessThan(250_000);
    const share = macs.filter((count) => count <= LIMIT).length / macs.length;
    expect(share).toBeGreaterThan(0.6);
    expect(share).toBeLessThan(0.95);
  });

  it('spends little of the budget on its first convolution', () => {
    for (const { first } of built) expect(first).toBeLessThan(0.06 * LIMIT);
  });

  it('has a reference student that is a member and within the limit', () => {
    expect(validateConfiguration(family, family.reference)).toEqual(family.reference);
    expect(family.costs(family.reference)['macs']).toBeLessThanOrEqual(LIMIT);
  });

  it('builds every member for every input from 8x8 to 64x64 with 1 or 3 channels', () => {
    const side = fc.integer({ min: 8, max: 64 });
    fc.assert(
      fc.property(side, side, fc.constantFrom(1, 3), fc.integer({ min: 2, max: 100 }), fc.nat(), (h, w, c, k, seed) => {
        const other = studentFamily(name, { inputShape: [h, w, c], classes: k });
        for (const dimension of other.dimensions) expect(dimension.levels.length).toBeGreaterThanOrEqual(2);
        expect(validateConfiguration(other, other.reference)).toEqual(other.reference);
        const graph = other.build(randomMember(other, seededChance(seed)));
        const { params, macs, peakActivationBytes } = costOf(graph);
        for (const cost of [params, macs, peakActivationBytes])
          expect(Number.isSafeInteger(cost) && cost > 0).toBe(true);
        const weights = weightSpecs(graph);
        expect(new Set(weights.map((weight) => weight.name)).size).toBe(weights.length);
        const trainable = weights.filter((weight) => weight.spec.trainable);
        expect(trainable.reduce((sum, weight) => sum + sizeOf(weight.spec.shape), 0)).toBe(params);
      }),
    );
  });

  it.each([[[8, 8, 1]], [[28, 28, 1]], [[32, 32, 3]], [[64, 64, 3]]])(
    'builds 60 members by chance over %j',
    (shape) => {
      const other = studentFamily(name, { inputShape: shape, classes: 10 });
      for (let seed = 0; seed < 60; seed += 1) {
        const config = randomMember(other, seededChance(seed));
        expect(other.costs(config)['params']).toBeGreaterThan(0);
      }
    },
  );

  it('has a reference student of 10,000 to 60,000 params for digits, clothes and small photographs', () => {
    for (const shape of [
      [28, 28, 1],
      [32, 32, 3],
    ]) {
      const params = studentFamily(name, { inputShape: shape, classes: 10 }).costs(family.reference)['params'];
      expect(params).toBeGreaterThan(10_000);
      expect(params).toBeLessThan(60_000);
    }
  });

  it('costs no less where one level of width, depth or expansion goes up', () => {
    const grows = new Set(['width', 'depth', 'expansion']);
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (seed, pick) => {
        const config = randomMember(family, seededChance(seed));
        const dimensions = family.dimensions.filter(
          ({ role, name: dimension }) => grows.has(role) && dimension in config,
        );
        const dimension = dimensions[pick % dimensions.length];
        const higher = dimension?.levels[dimension.levels.indexOf(config[dimension.name] ?? '') + 1];
        if (dimension === undefined || higher === undefined) return;
        const larger = { ...config, [dimension.name]: higher };
        if (dimension.name === 'blocks3' && !('width3' in config)) Object.assign(larger, { width3: 64 });
        expect(family.costs(larger)['macs']).toBeGreaterThan(family.costs(config)['macs'] ?? NaN);
        expect(family.costs(larger)['params']).toBeGreaterThan(family.costs(config)['params'] ?? NaN);
      }),
    );
  });
});

describe('patchSizes', () => {
  it('divide the input where they can', () => {
    expect(patchSizes([28, 28, 1])).toEqual([4, 7]);
    expect(patchSizes([32, 32, 3])).toEqual([4, 8]);
    expect(patchSizes([64, 64, 3])).toEqual([8, 16]);
    expect(patchSizes([8, 8, 1])).toEqual([1, 2]);
  });

  it('give two sizes and few tokens where nothing divides the input', () => {
    expect(patchSizes([29, 29, 1])).toEqual([5, 8]);
  });
});

describe('studentSpace', () => {
  it('refuses a family that does not exist, naming those that do', () => {
    const attempt = () => studentSpace(['resnet', 'resnext'], { inputShape: [28, 28, 1], classes: 10 });
    expect(attempt).toThrow(WorkbenchError);
    expect(attempt).toThrow(new RegExp(`"resnext".*${NAMES.join(', ')}`));
  });

  it('refuses a name that only an object inherits', () => {
    expect(() => studentFamily('toString', { inputShape: [28, 28, 1], classes: 10 })).toThrow('no family "toString"');
  });

  it.each([[[]], [['vit', 'vit']]])('refuses %j', (names) => {
    expect(() => studentSpace(names, { inputShape: [28, 28, 1], classes: 10 })).toThrow('at least one family');
  });

  it('holds the families in the order asked for', () => {
    expect(
      studentSpace(['vit', 'resnet'], { inputShape: [28, 28, 1], classes: 10 }).families.map((family) => family.name),
    ).toEqual(['vit', 'resnet']);
  });
});
