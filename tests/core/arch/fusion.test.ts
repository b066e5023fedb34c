/** The family of fusions: which networks it has, what they cost, and what they leave out. */
import { describe, expect, it } from 'vitest';
import { costOf, paramsAndMacs } from '../../../src/core/arch/cost.ts';
import { droppedModalities } from '../../../src/core/arch/families/fusion/code.ts';
import { studentFamily } from '../../../src/core/arch/families/registry.ts';
import type { StudentTask } from '../../../src/core/arch/families/student-family.ts';
import { scaleOf } from '../../../src/core/arch/families/wide/levels.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import type { SpaceKind } from '../../../src/core/records/space-kind.ts';
import { mostGrowth } from '../../../src/core/space/growth.ts';
import { enumerateFamily, randomMember, validateConfiguration } from '../../../src/core/space/lattice.ts';
import { familySize } from '../../../src/core/space/size.ts';
import { spreadSample } from '../../../src/core/space/spread.ts';
import type { Configuration } from '../../../src/core/space/space.ts';
import { seededChance } from './chance.ts';

const VALUES: Readonly<Record<string, number>> = { skill: 20, correct: 3, time: 9, noise: 9 };
const STEPS = 12;
const [W, U] = [16, 32];

/** Windows of so many steps, with these modalities of a byte each. */
function taskOver(names: readonly string[]): StudentTask {
  const modalities = names.map((name, channel) => ({
    ...{ name, title: name, channel, bytes: 1 as const, values: VALUES[name] ?? 5 },
  }));
  return { inputShape: [STEPS, 1, names.length], classes: 2, example: { kind: 'sequence', modalities } };
}

const FOUR = ['skill', 'correct', 'time', 'noise'];
const compact = (names: readonly string[]) => studentFamily('fusion', taskOver(names));
const wide = (levels?: Extract<SpaceKind, { kind: 'wide' }>['levels'], scale = 100_000) =>
  studentFamily('fusion', taskOver(FOUR), { kind: 'wide', scale, ...(levels && { levels }) });

/** Embeddings, the recurrent layer with its two biases, the classifier. */
const around = (read: readonly string[], w = W, u = U) => ({
  params: read.reduce((sum, name) => sum + (VALUES[name] ?? NaN) * w, 0) + 3 * u * (w + u + 2) + 2 * u + 2,
  macs: STEPS * 3 * u * (w + u) + 2 * u,
});

describe('the compact family of fusions', () => {
  it.each([
    // 15 operations with activations: of one pair, three, six and ten, then with each modality.
    [FOUR.slice(0, 2), 15 + 15 * 2 * 15],
    [FOUR.slice(0, 3), 45 + 45 * 3 * 15],
    [FOUR, 90 + 90 * 4 * 15],
    [[...FOUR, 'hints'], 150 + 150 * 5 * 15],
  ])('has over %j each network once', (names, size) => {
    const family = compact(names);
    const all = [...enumerateFamily(family)];
    expect(familySize(family)).toBe(size);
    expect(new Set(all.map((config) => JSON.stringify(family.build(config).layers))).size).toBe(size);
    expect(validateConfiguration(family, family.reference)).toEqual(family.reference);
  });

  it('has one layer where two of so many modalities were too many to list', () => {
    const names = Array.from({ length: 16 }, (_, at) => `m${at}`);
    expect(familySize(compact(names))).toBe(120 * 15);
    expect(mostGrowth(compact(names))).toBe(0);
    expect(mostGrowth(compact(FOUR))).toBe(1);
  });

  // The cost of a student that nobody counted would be the cost of another one.
  it.each([
    ['add', 0, 0],
    ['first-gated', W * W + W, STEPS * W * W],
    ['second-gated', W * W + W, STEPS * W * W],
    ['concat', 2 * W * W + W, STEPS * 2 * W * W],
    ['attention', 6 * W * W + 5 * W, STEPS * 6 * W * W + 2 * STEPS * STEPS * W],
  ])('costs by closed form with %s', (op1, params, macs) => {
    const { params: base, macs: baseMacs } = around(['correct', 'noise']);
    const costs = compact(FOUR).costs({ layers: 1, inputs1: 'correct+noise', op1, act1: 'tanh' });
    expect(costs).toEqual({ params: base + params, macs: baseMacs + macs });
  });

  it('gates the one by the other, and reads nothing that nobody reads', () => {
    const family = compact(FOUR);
    const config = { layers: 2, inputs1: 'skill+time', op1: 'first-gated', act1: 'relu' };
    const graph = family.build({ ...config, with2: 'skill', op2: 'second-gated', act2: 'sigmoid' });
    const inputsOf = (id: string) => graph.layers.find((layer) => layer.id === id)?.inputs;
    expect(inputsOf('fusion1.gated')).toEqual(['embed.skill', 'fusion1.gate']);
    expect(inputsOf('fusion1.mix')).toEqual(['embed.time']);
    expect(inputsOf('fusion2.gated')).toEqual(['embed.skill', 'fusion2.gate']);
    expect(inputsOf('fusion2.mix')).toEqual(['fusion1.act']);
    expect(inputsOf('gru')).toEqual(['fusion2.act']);
    for (const each of [...enumerateFamily(family)].filter((_, at) => at % 97 === 0)) {
      const { layers } = family.build(each);
      const read = new Set(layers.flatMap(({ inputs }) => inputs));
      expect(layers.filter(({ id }) => !read.has(id)).map(({ id }) => id)).toEqual(['classifier']);
    }
  });

  it('says which modalities a student drops, and has no embedding of them', () => {
    const family = compact(FOUR);
    const [one] = [{ layers: 1, inputs1: 'skill+correct', op1: 'add', act1: 'relu' }];
    const named = FOUR.map((name) => ({ name }));
    expect(droppedModalities(one, named)).toEqual(['time', 'noise']);
    const two: Configuration = { ...one, layers: 2, with2: 'time', op2: 'add', act2: 'relu' };
    expect(droppedModalities(two, named)).toEqual(['noise']);
    expect(family.build(two).layers.some(({ id }) => id.includes('noise'))).toBe(false);
    expect(droppedModalities({}, named)).toEqual([]);
  });

  it('is over one modality its recurrent layer alone, and does not grow', () => {
    const family = compact(['skill']);
    expect([...enumerateFamily(family)]).toEqual([{}]);
    expect(family.costs({})).toEqual(around(['skill']));
    expect(family.grows).toBeUndefined();
  });
});

describe('the wide family of fusions', () => {
  it('has up to three layers, the third beside a modality or the first', () => {
    const family = wide({ fusion: { width: [16], units: [32] } });
    expect(familySize(family)).toBe(90 + 90 * 60 + 90 * 60 * 75);
    const config = { ...{ width: 16, units: 32, layers: 3, inputs1: 'skill+time', op1: 'add', act1: 'relu' } };
    const graph = family.build({
      ...{ ...config, with2: 'correct', op2: 'add', act2: 'relu' },
      ...{ with3: 'layer 1', op3: 'concat', act3: 'relu' },
    });
    expect(graph.layers.find(({ id }) => id === 'fusion3.concat')?.inputs).toEqual(['fusion2.act', 'fusion1.act']);
  });

  it('builds members by chance at every scale and over any number of modalities, none twice named', () => {
    for (const count of [1, 2, 3, 7]) {
      for (const scale of [scaleOf(5000), 100_000, scaleOf(5_000_000)]) {
        const task = taskOver(Array.from({ length: count }, (_, at) => `m${at}`));
        const family = studentFamily('fusion', task, { kind: 'wide', scale });
        expect(validateConfiguration(family, family.reference)).toEqual(family.reference);
        for (let seed = 0; seed < 6; seed += 1) {
          const config = randomMember(family, seededChance(seed));
          const { params, macs } = costOf(family.build(config));
          expect(family.costs(config)).toEqual({ params, macs });
        }
      }
    }
  });

  // A limit under the cheapest is refused by what it costs: a cheaper one would be refused wrongly.
  it.each([
    [{ width: [4, 6], units: [8], layers: [1, 2] }],
    [
      {
        width: [6, 4],
        units: [8, 12],
        layers: [2],
        op1: ['concat', 'attention'],
        act1: ['tanh'],
        with2: ['noise', 'skill'],
      },
    ],
    [
      {
        width: [4],
        units: [8],
        layers: [3],
        inputs1: ['skill+time', 'time+noise'],
        op2: ['attention'],
        act2: ['relu'],
        act3: ['relu'],
        act1: ['relu'],
      },
    ],
  ])('knows the member that no other undercuts: %j', (levels) => {
    const family = wide({ fusion: levels });
    const all = [...enumerateFamily(family)].map((config) => paramsAndMacs(family.build(config)));
    const [cheapest, ...others] = family.cheapest?.() ?? [];
    expect(others).toEqual([]);
    expect(cheapest?.params).toBe(Math.min(...all.map(({ params }) => params)));
    expect(cheapest?.macs).toBe(Math.min(...all.map(({ macs }) => macs)));
    expect(validateConfiguration(family, cheapest?.config ?? {})).toEqual(cheapest?.config);
  });

  it('has hundreds of members within 5,000 params and within 5 million', () => {
    for (const limit of [5_000, 5_000_000]) {
      const family = wide(undefined, scaleOf(limit));
      const fits = (config: Configuration) => (family.costs(config)['params'] ?? NaN) <= limit;
      const found = spreadSample(family, fits, { wanted: 300, looks: 1200 }, createRng(1));
      expect(found.length).toBeGreaterThan(200);
      const params = found.map((config) => family.costs(config)['params'] ?? NaN);
      expect(Math.max(...params)).toBeGreaterThan(limit / 4);
    }
  });

  it('refuses levels of modalities that the data set does not have, by their field', () => {
    const attempt = () => wide({ fusion: { inputs1: ['skill+hints'] } });
    expect(attempt).toThrow(/levels\.fusion\.inputs1.*"skill\+hints" is not possible/);
  });
});
