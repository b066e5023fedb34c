import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paramsAndMacs, weightSpecs } from '../../../src/core/arch/cost.ts';
import { familyNamesFor, studentFamily } from '../../../src/core/arch/families/registry.ts';
import { scaleOf } from '../../../src/core/arch/families/wide/levels.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import type { SpaceKind } from '../../../src/core/records/space-kind.ts';
import { enumerateFamily, randomMember, validateConfiguration } from '../../../src/core/space/lattice.ts';
import { familySize } from '../../../src/core/space/size.ts';
import { spreadSample, weighedSample } from '../../../src/core/space/spread.ts';
import type { Configuration, Family, Level } from '../../../src/core/space/space.ts';
import { seededChance } from './chance.ts';

const NAMES = familyNamesFor({});
const SHAPES = [
  [8, 8, 1],
  [28, 28, 1],
  [32, 32, 3],
  [64, 48, 3],
  [224, 224, 3],
] as const;

const wide = (scale = 100_000, levels?: Extract<SpaceKind, { kind: 'wide' }>['levels']): SpaceKind => ({
  ...{ kind: 'wide', scale },
  ...(levels && { levels }),
});

const fashion = (name: string, kind = wide()) => studentFamily(name, { inputShape: [28, 28, 1], classes: 10 }, kind);

/** The same family with two levels a dimension, the first and the last: few enough to list. */
function narrowed(name: string, most: number) {
  const family = fashion(name);
  const levels: Record<string, readonly Level[]> = {};
  for (const [at, dimension] of family.dimensions.entries()) {
    const [first, last] = [dimension.levels[0] ?? 0, dimension.levels.at(-1) ?? 0];
    const isDepth = dimension.role === 'depth';
    const shallow = dimension.levels[1] ?? last;
    levels[dimension.name] = at < most || isDepth ? [first, isDepth ? shallow : last] : [last];
  }
  const known = new Set(family.dimensions.map((one) => one.name));
  // Blocks that the shallower rows do not have are no dimensions of theirs.
  const deepest = Math.max(...(levels['blocks'] ?? [0]).map(Number));
  const kept = Object.entries(levels).filter(([dimension]) => {
    const block = /^(heads|mlpRatio|tokenHidden)(\d+)$/.exec(dimension)?.[2];
    return known.has(dimension) && (block === undefined || deepest === 0 || Number(block) <= deepest);
  });
  return fashion(name, wide(100_000, { [name]: Object.fromEntries(kept) }));
}

const within = (family: Family, limit: number) => (config: Configuration) =>
  (family.costs(config)['params'] ?? Infinity) <= limit;

describe.each(NAMES)('wide %s', (name) => {
  it('costs what its graph costs, at every shape and scale, and its weights have names of their own', () => {
    const scales = fc.constantFrom(scaleOf(5_000), 100_000, scaleOf(5_000_000));
    fc.assert(
      fc.property(fc.constantFrom(...SHAPES), scales, fc.nat(), (shape, scale, seed) => {
        const family = studentFamily(name, { inputShape: shape, classes: 7 }, wide(scale));
        const config = randomMember(family, seededChance(seed));
        const graph = family.build(config);
        expect(family.costs(config)).toEqual(paramsAndMacs(graph));
        const names = weightSpecs(graph).map((weight) => weight.name);
        expect(new Set(names).size).toBe(names.length);
        expect(validateConfiguration(family, family.reference)).toEqual(family.reference);
      }),
      { numRuns: 40 },
    );
  });

  it('has 1e5 to 1e11 members at 100,000 params', () => {
    expect(familySize(fashion(name))).toBeGreaterThan(1e5);
    expect(familySize(fashion(name))).toBeLessThan(1e11);
  });

  it('has hundreds of members within 5,000 params and within 5 million, small and large', () => {
    for (const limit of [5_000, 5_000_000]) {
      const family = studentFamily(name, { inputShape: [32, 32, 3], classes: 10 }, wide(scaleOf(limit)));
      const found = spreadSample(family, within(family, limit), { wanted: 600, looks: 3000 }, createRng(1));
      expect(found.length).toBeGreaterThan(200);
      const params = found.map((config) => family.costs(config)['params'] ?? NaN);
      expect(Math.max(...params)).toBeGreaterThan(limit / 2);
      expect(Math.min(...params)).toBeLessThan(limit / 2);
    }
  });

  it('counts its members, and finds those that no other undercuts, as a list of all does', () => {
    const family = narrowed(name, 9);
    const all = [...enumerateFamily(family)];
    expect(familySize(family)).toBe(all.length);
    expect(all.length).toBeGreaterThan(50);
    const costs = all.map((config) => family.costs(config));
    const best = costs.filter((a) => !costs.some((b) => isUnder(b, a)));
    const points = (list: readonly Readonly<Record<string, number>>[]) =>
      [...new Set(list.map(({ params, macs }) => `${params} ${macs}`))].sort();
    const cheapest = family.cheapest?.() ?? [];
    expect(points(cheapest.map(({ params, macs }) => ({ params, macs })))).toEqual(points(best));
    for (const { config, ...cost } of cheapest) {
      expect(validateConfiguration(family, config)).toEqual(config);
      expect(family.costs(config)).toEqual(cost);
    }
  });

  it('weighs a sample so that shares come out as counted', () => {
    const family = narrowed(name, 9);
    const all = [...enumerateFamily(family)];
    const params = all.map((config) => family.costs(config)['params'] ?? NaN).sort((a, b) => a - b);
    const limit = params[Math.floor(params.length / 5)] ?? NaN;
    const share = params.filter((count) => count <= limit).length / all.length;
    const sample = weighedSample(family, 400, createRng(3));
    const sum = (fits: (config: Configuration) => boolean) =>
      sample.reduce((total, { config, weight }) => total + (fits(config) ? weight : 0), 0);
    expect(sum(() => true) / all.length).toBeCloseTo(1, 0);
    expect(Math.abs(sum(within(family, limit)) / all.length - share)).toBeLessThan(0.06);
  });
});

function isUnder(b: Readonly<Record<string, number>>, a: Readonly<Record<string, number>>): boolean {
  const [bp = 0, ap = 0, bm = 0, am = 0] = [b['params'], a['params'], b['macs'], a['macs']];
  return bp <= ap && bm <= am && (bp < ap || bm < am);
}

describe('own levels', () => {
  it('narrow and extend a dimension, in the order of cost', () => {
    const family = fashion('resnet', wide(100_000, { resnet: { width2: [40, 16, 24, 100] } }));
    expect(family.dimensions.find((one) => one.name === 'width2')?.levels).toEqual([16, 24, 40, 100]);
    expect(family.costs({ ...family.reference, width2: 100 })).toEqual(
      paramsAndMacs(family.build({ ...family.reference, width2: 100 })),
    );
  });

  it('give deeper rows their blocks, and shallower ones no more than they have', () => {
    const deep = fashion('vit', wide(100_000, { vit: { blocks: [2, 9] } }));
    expect(deep.dimensions.find((one) => one.name === 'mlpRatio9')?.activeWhen?.levels).toEqual([9]);
    expect(deep.dimensions.find((one) => one.name === 'mlpRatio2')?.activeWhen?.levels).toEqual([2, 9]);
    const flat = fashion('vit', wide(100_000, { vit: { blocks: [1] } }));
    expect(flat.dimensions.map((one) => one.name)).toEqual(['patch', 'width', 'blocks', 'heads1', 'mlpRatio1']);
  });

  it.each([
    [{ width9: [4] }, 'levels.resnet.width9', /no such dimension.*width1/],
    [{ width2: [] }, 'levels.resnet.width2', /no level is left/],
    [{ width2: [0.5] }, 'levels.resnet.width2', /0\.5 is not possible.*whole numbers/],
    [{ width2: [8, 8] }, 'levels.resnet.width2', /twice/],
    [{ kernel1: [4] }, 'levels.resnet.kernel1', /odd/],
    [{ blocks2: ['two'] }, 'levels.resnet.blocks2', /"two" is not possible/],
  ])('refuse %j by its field', (levels, field, problem) => {
    const attempt = () => fashion('resnet', wide(100_000, { resnet: levels }));
    expect(attempt).toThrow(problem);
    expect(attempt).toThrow(expect.objectContaining({ place: expect.objectContaining({ field }) }));
  });

  it('that are all levels of a space make the same space', () => {
    for (const name of NAMES) {
      const family = fashion(name, wide(scaleOf(2_000_000)));
      const levels = Object.fromEntries(family.dimensions.map((one) => [one.name, one.levels]));
      expect(fashion(name, wide(scaleOf(2_000_000), { [name]: levels })).dimensions).toEqual(family.dimensions);
    }
  });
});
