/** Families over steps: what holds of families of pictures holds of them, and neither is taken for
 * the other. */
import { describe, expect, it } from 'vitest';
import { costOf, paramsAndMacs, weightSpecs } from '../../../src/core/arch/cost.ts';
import {
  defaultFamilyNames,
  familyNamesFor,
  sampleTask,
  studentFamily,
  studentFamilyNames,
  studentSpace,
} from '../../../src/core/arch/families/registry.ts';
import type { StudentTask } from '../../../src/core/arch/families/student-family.ts';
import { teacherGraph } from '../../../src/core/arch/families/teacher.ts';
import { scaleOf } from '../../../src/core/arch/families/wide/levels.ts';
import type { Modality } from '../../../src/core/records/example.ts';
import { enumerateFamily, randomMember, validateConfiguration } from '../../../src/core/space/lattice.ts';
import { familySize } from '../../../src/core/space/size.ts';
import { spreadSample } from '../../../src/core/space/spread.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import { seededChance } from './chance.ts';

const modality = (name: string, channel: number, bytes: 1 | 2, values: number): Modality => ({
  ...{ name, title: name, channel, bytes, values },
});
/** As many skills as ASSISTments has. */
const TASK: StudentTask = {
  ...{ inputShape: [50, 1, 3], classes: 2 },
  example: { kind: 'sequence', modalities: [modality('skill', 0, 2, 124), modality('correct', 2, 1, 3)] },
};
const ALONE: StudentTask = {
  ...{ inputShape: [1, 1, 1], classes: 2 },
  example: { kind: 'sequence', modalities: [modality('skill', 0, 1, 2)] },
};
const NAMES = familyNamesFor(TASK);

describe.each(NAMES)('family %s over steps', (name) => {
  const family = studentFamily(name, TASK);

  it('has some hundred to some thousand members, each a network of its own', () => {
    const members = [...enumerateFamily(family)];
    expect(members.length).toBe(familySize(family));
    expect(members.length).toBeGreaterThan(400);
    expect(members.length).toBeLessThan(5000);
    const layers = members.map((config) => JSON.stringify(family.build(config).layers));
    expect(new Set(layers).size).toBe(members.length);
  });

  it('has a reference student that is a member of 7,000 to 60,000 params', () => {
    expect(validateConfiguration(family, family.reference)).toEqual(family.reference);
    const { params } = costOf(family.build(family.reference));
    expect(params).toBeGreaterThan(7_000);
    expect(params).toBeLessThan(60_000);
  });

  it('has no choice of how one modality is joined with itself, and takes windows of one step', () => {
    const alone = studentFamily(name, ALONE);
    expect(alone.dimensions.map((dimension) => dimension.name)).not.toContain('join');
    for (const config of enumerateFamily(alone)) expect(costOf(alone.build(config)).params).toBeGreaterThan(0);
    const wide = studentFamily(name, ALONE, { kind: 'wide', scale: 100_000 });
    expect(wide.costs(wide.reference)).toEqual(paramsAndMacs(wide.build(wide.reference)));
  });

  it.each([5_000, 100_000, 5_000_000])('costs what its graph costs in a wide space of %i params', (params) => {
    const wide = studentFamily(name, TASK, { kind: 'wide', scale: scaleOf(params) });
    expect(validateConfiguration(wide, wide.reference)).toEqual(wide.reference);
    for (let seed = 0; seed < 20; seed += 1) {
      const config = randomMember(wide, seededChance(seed));
      const graph = wide.build(config);
      expect(wide.costs(config)).toEqual(paramsAndMacs(graph));
      const weights = weightSpecs(graph).map((weight) => weight.name);
      expect(new Set(weights).size).toBe(weights.length);
    }
    const fits = (config: (typeof wide)['reference']) => (wide.costs(config)['params'] ?? NaN) <= params;
    const found = spreadSample(wide, fits, { wanted: 300, looks: 3000 }, createRng(1));
    expect(found.length).toBeGreaterThan(100);
  });

  it('has 1e5 to 1e11 members at 100,000 params, and knows the cheapest', () => {
    const wide = studentFamily(name, TASK, { kind: 'wide', scale: 100_000 });
    expect(familySize(wide)).toBeGreaterThan(1e5);
    expect(familySize(wide)).toBeLessThan(1e11);
    const least = Math.min(...(wide.cheapest?.() ?? []).map(({ params }) => params));
    for (let seed = 0; seed < 200; seed += 1) {
      expect(wide.costs(randomMember(wide, seededChance(seed)))['params']).toBeGreaterThanOrEqual(least);
    }
  });

  it('makes the same space of all its own levels, and refuses a stray one by its field', () => {
    const wide = studentFamily(name, TASK, { kind: 'wide', scale: 100_000 });
    const levels = Object.fromEntries(wide.dimensions.map((one) => [one.name, one.levels]));
    const again = studentFamily(name, TASK, { kind: 'wide', scale: 100_000, levels: { [name]: levels } });
    expect(again.dimensions).toEqual(wide.dimensions);
    const stray = { kind: 'wide', scale: 100_000, levels: { [name]: { patch: [2] } } } as const;
    expect(() => studentFamily(name, TASK, stray)).toThrow(/no such dimension/);
  });
});

describe('which families fit', () => {
  it('shares all families out among the kinds of examples', () => {
    const [maps, steps] = [familyNamesFor({}), familyNamesFor(TASK)];
    expect([...maps, ...steps].sort()).toEqual([...studentFamilyNames()].sort());
    expect(maps.filter((name) => steps.includes(name))).toEqual([]);
    const spectrogram = { rate: 16_000, window: 400, hop: 160, lowest: 0, highest: 8000, floor: 80 };
    expect(familyNamesFor({ example: { kind: 'spectrogram', ...spectrogram } })).toEqual(maps);
    for (const name of studentFamilyNames()) expect(() => studentFamily(name, sampleTask(name))).not.toThrow();
  });

  it('refuses one that does not fit in words, naming those that do', () => {
    const words = /families: resnet is given pictures, and this data set has sequences of steps.*gru, sakt/;
    expect(() => studentSpace(['gru', 'resnet'], TASK)).toThrow(words);
    expect(() => studentFamily('gru', { inputShape: [28, 28, 1], classes: 10 })).toThrow(
      /gru is given sequences of steps, and this data set has pictures. Choose from: resnet,/,
    );
  });

  it('has families of its own for a search that names none', () => {
    expect(defaultFamilyNames(TASK)).toEqual(['gru', 'sakt']);
    expect(defaultFamilyNames({})).toEqual(['resnet', 'mobilenet-v2', 'vit', 'mlp-mixer']);
    for (const task of [TASK, {}]) {
      expect(defaultFamilyNames(task).every((name) => familyNamesFor(task).includes(name))).toBe(true);
    }
  });
});

describe('teacherGraph', () => {
  it('is larger than every reference student, over steps as over pictures', () => {
    const { params } = costOf(teacherGraph(TASK));
    for (const name of NAMES) {
      const family = studentFamily(name, TASK);
      expect(costOf(family.build(family.reference)).params).toBeLessThan(params / 4);
    }
    expect(costOf(teacherGraph({ inputShape: [28, 28, 1], classes: 10 })).params).toBe(696_042);
  });
});
