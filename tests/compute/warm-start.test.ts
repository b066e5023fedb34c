/**
 * Weights that a student inherits: a child that only grew computes what its parent computes. Held
 * to the parent's own logits in every family, so that filters, norms, readers, shortcuts, heads and
 * new blocks all have to agree.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { ArchitectureGraph } from '../../src/core/arch/graph.ts';
import { sampleTask, studentFamily, studentFamilyNames } from '../../src/core/arch/families/registry.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { randomMember } from '../../src/core/space/lattice.ts';
import type { Configuration } from '../../src/core/space/space.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { initialWeights, layoutOf } from '../../src/compute/model/parameters.ts';
import type { HostWeights } from '../../src/compute/model/parameters.ts';
import { sharesOf, stretched } from '../../src/compute/training/warm-start/channels.ts';
import { inherit } from '../../src/compute/training/warm-start/inherit.ts';
import type { Parent } from '../../src/compute/training/warm-start/inherit.ts';
import { logitsOf, trained } from './support/warm-parents.ts';

beforeAll(async () => void (await loadBackend()));

const SHAPE = [28, 28, 1] as const;
const CLASSES = 10;

/** What a family keeps its function over: `grows` may take any larger level, `multiplies` a
 * multiple, the rest stay. */
const CLAIMS: Readonly<Record<string, { readonly grows: readonly string[]; readonly multiplies?: readonly string[] }>> =
  {
    resnet: { grows: ['width1', 'width2', 'width3', 'blocks1', 'blocks2', 'blocks3'] },
    'mobilenet-v2': { grows: ['width1', 'width2', 'width3', 'blocks', 'expansion', 'kernel'] },
    'mobilenet-v3': { grows: ['width1', 'width2', 'width3', 'blocks', 'expansion', 'kernel'] },
    'shufflenet-v2': { grows: ['kernel'], multiplies: ['width1', 'width2', 'width3'] },
    convnext: { grows: ['blocks', 'expansion', 'kernel'], multiplies: ['width1', 'width2', 'width3'] },
    coatnet: {
      grows: ['width1', 'width2', 'blocks', 'attentionBlocks', 'expansion', 'kernel'],
      multiplies: ['width3'],
    },
    vit: { grows: ['blocks', 'mlpRatio'], multiplies: ['width'] },
    'mlp-mixer': { grows: ['blocks', 'tokenHidden', 'mlpRatio'], multiplies: ['width'] },
    gru: { grows: ['width', 'units1', 'units2', 'hidden'] },
    sakt: { grows: ['blocks', 'mlpRatio'], multiplies: ['width'] },
  };

function grown(name: string, parent: Configuration, wished: Configuration): Configuration {
  const { grows = [], multiplies = [] } = CLAIMS[name] ?? {};
  const entries = Object.entries(parent).map(([dimension, level]) => {
    const other = wished[dimension];
    if (typeof level !== 'number' || typeof other !== 'number' || other < level) return [dimension, level];
    // A stage, an expansion or a layer that was not there has no twin.
    if (['blocks3 0', 'expansion 1', 'hidden 0'].includes(`${dimension} ${level}`)) return [dimension, level];
    const takes = grows.includes(dimension) || (multiplies.includes(dimension) && other % level === 0);
    return [dimension, takes ? other : level];
  });
  return Object.fromEntries(entries) as Configuration;
}

function inherited(child: ArchitectureGraph, parents: readonly Parent[], seed = 3): HostWeights {
  return inherit({ graph: child, fresh: initialWeights(layoutOf(child), 99) }, parents, seed);
}

/** The largest difference, as a share of the largest logit where that is more than 1. */
function apart(logits: Float32Array, expected: Float32Array): number {
  const largest = Math.max(1, ...expected.map(Math.abs));
  return Math.max(...logits.map((logit, index) => Math.abs(logit - (expected[index] ?? NaN)))) / largest;
}

/** Nothing of a compact cell is larger than another: an op is another op. A further layer of fusion
 * computes something else. */
const CANNOT_GROW = ['cells', 'fusion'];

it('every family says what it keeps its function over, or cannot grow', () => {
  expect([...Object.keys(CLAIMS), ...CANNOT_GROW].sort()).toEqual([...studentFamilyNames()].sort());
});

describe.each(Object.keys(CLAIMS))('a child in %s that only grew', (name) => {
  const family = studentFamily(name, sampleTask(name));

  it('gives the logits of its parent', () => {
    const { uniform } = createRng(5);
    let grew = 0;
    for (let pair = 0; pair < 16; pair += 1) {
      const config = randomMember(family, uniform);
      const childConfig = grown(name, config, randomMember(family, uniform));
      grew += Object.keys(config).filter((key) => config[key] !== childConfig[key]).length;
      const parent = trained(family.build(config), pair);
      const child = family.build(childConfig);
      const told = JSON.stringify([config, childConfig]);
      expect(
        apart(logitsOf(child, inherited(child, [parent])), logitsOf(parent.graph, parent.weights)),
        told,
      ).toBeLessThan(1e-4);
    }
    expect(grew).toBeGreaterThan(5);
  });
});

const build = (name: string, config: Configuration): ArchitectureGraph =>
  studentFamily(name, { inputShape: SHAPE, classes: CLASSES }).build(config);

const RESNET = { width1: 4, blocks1: 1, width2: 8, blocks2: 1, blocks3: 1, width3: 16 };
const VIT = { patch: 4, width: 16, blocks: 1, heads: 2, mlpRatio: 2 };

describe('attention', () => {
  it.each([
    ['gets wider heads, whose scores are of more channels', { width: 32 }],
    ['gets more heads as wide as the old ones', { width: 32, heads: 4 }],
    ['gets more and wider ones', { width: 64, heads: 4 }],
  ])('%s', (_, grows) => {
    const parent = trained(build('vit', VIT), 1);
    const child = build('vit', { ...VIT, ...grows });
    expect(apart(logitsOf(child, inherited(child, [parent])), logitsOf(parent.graph, parent.weights))).toBeLessThan(
      1e-4,
    );
  });
});

describe('what is inherited', () => {
  const parent = trained(build('resnet', RESNET), 2);
  const expected = (): Float32Array => logitsOf(parent.graph, parent.weights);
  const child = build('resnet', { ...RESNET, width2: 16, blocks3: 2 });

  it('would be another function without the division by multiplicity, or with a new block that speaks', () => {
    const weights = inherited(child, [parent]);
    const doubled = (weights.get('stage3.block1.conv1/kernel') ?? new Float32Array()).map((value) => 2 * value);
    expect(
      apart(logitsOf(child, new Map(weights).set('stage3.block1.conv1/kernel', doubled)), expected()),
    ).toBeGreaterThan(0.01);
    const loud = new Float32Array(16).fill(1);
    expect(
      apart(logitsOf(child, new Map(weights).set('stage3.block2.conv2.norm/gamma', loud)), expected()),
    ).toBeGreaterThan(0.01);
  });

  it('lets copies part: readers take unequal shares of them, which sum to one', () => {
    const source = stretched(5, 2);
    expect([...source]).toEqual([0, 0, 0, 1, 1]);
    const shares = sharesOf(source, 2, createRng(1));
    const of = (output: number, ...channels: readonly number[]): number[] =>
      channels.map((channel) => shares[2 * channel + output] ?? NaN);
    for (const output of [0, 1]) {
      expect(of(output, 0, 1, 2).reduce((sum, share) => sum + share)).toBeCloseTo(1, 6);
      expect(of(output, 3, 4).reduce((sum, share) => sum + share)).toBeCloseTo(1, 6);
      expect(new Set(of(output, 0, 1, 2)).size).toBe(3);
    }
  });

  it('hangs on the seed of the map, and on nothing else that is drawn', () => {
    const [first, again, other] = [3, 3, 4].map((seed) => inherited(child, [parent], seed));
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('is all of a parent of the same network', () => {
    expect(inherited(parent.graph, [parent])).toEqual(parent.weights);
  });

  it('is the first parent’s of what two have, and the second one’s of the rest', () => {
    const deep = trained(build('resnet', { ...RESNET, blocks2: 2 }), 3);
    const weights = inherited(deep.graph, [parent, deep]);
    expect(weights.get('stem/kernel')).toEqual(parent.weights.get('stem/kernel'));
    expect(weights.get('stage2.block2.conv1/kernel')).toEqual(deep.weights.get('stage2.block2.conv1/kernel'));
    expect(apart(logitsOf(deep.graph, weights), expected())).toBeLessThan(1e-4);
  });

  it('leaves the classifier of other classes, a criterion’s weights and a new stage as they were drawn', () => {
    const others = studentFamily('resnet', { inputShape: SHAPE, classes: 3 }).build({ ...RESNET, width1: 8 });
    const fresh = new Map(initialWeights(layoutOf(others), 99)).set('criterion/x', new Float32Array([7]));
    const weights = inherit({ graph: others, fresh }, [parent], 1);
    expect(weights.get('classifier/kernel')).toEqual(fresh.get('classifier/kernel'));
    expect(weights.get('criterion/x')).toEqual(new Float32Array([7]));
    expect(weights.get('stem/kernel')).not.toEqual(fresh.get('stem/kernel'));
    const flat = trained(build('resnet', { width1: 4, blocks1: 1, width2: 8, blocks2: 1, blocks3: 0 }), 4);
    const staged = inherited(child, [flat]);
    expect(staged.get('stage3.block1.conv1/kernel')).toEqual(inherited(child, []).get('stage3.block1.conv1/kernel'));
    expect(logitsOf(child, staged).every(Number.isFinite)).toBe(true);
  });

  it('is finite for any two members of a family, also where the child is smaller', () => {
    for (const name of studentFamilyNames()) {
      const family = studentFamily(name, sampleTask(name));
      const { uniform } = createRng(11);
      for (let pair = 0; pair < 4; pair += 1) {
        const parents = [trained(family.build(randomMember(family, uniform)), pair)];
        const graph = family.build(randomMember(family, uniform));
        const weights = inherited(graph, parents);
        const sizes = [...weights].map(([key, values]) => [key, values.length]);
        expect(sizes).toEqual([...initialWeights(layoutOf(graph), 0)].map(([key, values]) => [key, values.length]));
        expect(
          [...weights.values()].every((values) => values.every(Number.isFinite)),
          name,
        ).toBe(true);
      }
    }
  });
});
