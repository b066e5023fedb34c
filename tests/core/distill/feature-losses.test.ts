/** Losses on features: their identities, a worked example, and which layers of two networks are
 * compared. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphBuilder } from '../../../src/core/arch/graph-builder.ts';
import { studentFamily, familyNamesFor } from '../../../src/core/arch/families/registry.ts';
import { resnetTeacher } from '../../../src/core/arch/families/resnet.ts';
import { attentionDistance, attentionMap } from '../../oracle/distill/attention.ts';
import { contrastiveGradient, contrastiveLoss } from '../../oracle/distill/contrast.ts';
import type { Contrast } from '../../oracle/distill/contrast.ts';
import { DISTILLATION_DEFAULTS } from '../../../src/core/records/distillation.ts';
import { lastVector, levelPairs, networkLayers } from '../../../src/core/distill/feature-levels.ts';
import { teacherArrays, testing, viewsThatFit } from '../../../src/core/distill/teacher-arrays.ts';

const { MAP_BYTES } = testing;

const value = fc.double({ min: -3, max: 3, noNaN: true });
const features = fc
  .array(fc.array(value, { minLength: 3, maxLength: 3 }), { minLength: 4, maxLength: 4 })
  .filter((places) => places.flat().some((one) => Math.abs(one) > 0.1));

describe('attentionMap', () => {
  it('has length 1, and a scale of the features leaves it alone', () => {
    fc.assert(
      fc.property(
        features,
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        fc.constantFrom(1, 2, 4),
        (map, scale, p) => {
          const attention = attentionMap(map, p);
          expect(Math.hypot(...attention)).toBeCloseTo(1, 10);
          const scaled = attentionMap(
            map.map((channels) => channels.map((one) => scale * one)),
            p,
          );
          scaled.forEach((one, place) => expect(one).toBeCloseTo(attention[place] ?? NaN, 9));
        },
      ),
    );
  });

  it('of a dead map is zero, not NaN', () => {
    expect(attentionMap([[0], [0]], 2)).toEqual([0, 0]);
  });

  it('distance is the worked example’s: energies (1, 0) against (3, 4) / 5', () => {
    // ((1 - 0.6)^2 + (0 - 0.8)^2) / 2 = 0.4
    const teacher = [[Math.sqrt(3)], [2]];
    expect(attentionDistance([[1], [0]], teacher, 2)).toBeCloseTo(0.4, 12);
  });
});

describe('contrastiveLoss', () => {
  const example: Contrast = {
    positive: [1, 0],
    negatives: [
      [0, 1],
      [-1, 0],
    ],
    temperature: 0.5,
    images: 10,
    normaliser: 4,
  };

  it('is the published formula on a worked example', () => {
    const h = (similarity: number): number => Math.exp(similarity / 0.5) / 4;
    const noise = 2 / 10; // m P_n
    const [attracted, first, second] = [h(0.6), h(0.8), h(-0.6)];
    const wanted =
      -Math.log(attracted / (attracted + noise)) -
      Math.log(noise / (first + noise)) -
      Math.log(noise / (second + noise));
    expect(contrastiveLoss([0.6, 0.8], example)).toBeCloseTo(wanted, 12);
  });

  it('has the gradient that finite differences find', () => {
    fc.assert(
      fc.property(value, value, (x, y) => {
        const step = 1e-6;
        const [byX, byY] = contrastiveGradient([x, y], example);
        const at = (dx: number, dy: number): number => contrastiveLoss([x + dx, y + dy], example);
        expect(byX).toBeCloseTo((at(step, 0) - at(-step, 0)) / (2 * step), 5);
        expect(byY).toBeCloseTo((at(0, step) - at(0, -step)) / (2 * step), 5);
      }),
    );
  });

  it('has nothing to say without negatives: a set of one class', () => {
    expect(contrastiveLoss([1, 0], { ...example, negatives: [] })).toBe(0);
    expect(contrastiveGradient([1, 0], { ...example, negatives: [] })).toEqual([0, 0]);
  });
});

const teacher = resnetTeacher([28, 28, 1], 10);
const referenceOf = (name: string) => {
  const family = studentFamily(name, { inputShape: [28, 28, 1], classes: 10 });
  return family.build(family.reference);
};

const layers = networkLayers(teacher);

describe('levels', () => {
  it('of the teacher are the ends of its stages, from fine to coarse', () => {
    const levels = layers.levels.map(({ layerId, height, channels }) => [layerId, height, channels]);
    expect(levels).toEqual([
      ['stage1.block2.act', 28, 32],
      ['stage2.block2.act', 14, 64],
      ['stage3.block2.act', 7, 128],
    ]);
  });

  it('of tokens lie on the grid that they were cut from; rows turned into channels are no places', () => {
    const g = graphBuilder('mixer', [8, 8, 1], 3);
    const x = g.tokens('tokens', g.conv2d('patches', g.input, { filters: 4, kernel: 4, stride: 4, bias: true }));
    const turned = g.dense('mix', g.transpose('columns', x), { units: 4, bias: true });
    const graph = g.finish(g.meanTokens('mean', g.add('add', x, g.transpose('rows', turned))));
    // The turned [4,4] has as many rows as there are places: only its history tells it from tokens.
    expect(networkLayers(graph).levels).toEqual([{ layerId: 'add', height: 2, width: 2, channels: 4 }]);
  });
});

describe('levelPairs', () => {
  it.each(familyNamesFor({}))('of a %s compare equal sizes where both have one, and both last levels', (name) => {
    const pairs = levelPairs(referenceOf(name), layers);
    expect(pairs.length).toBeGreaterThan(0);
    for (const { student, teacher: theirs, height, width } of pairs) {
      expect([height, width]).toEqual([Math.min(student.height, theirs.height), Math.min(student.width, theirs.width)]);
      if (student.height >= 7) expect(theirs.height).toBe(student.height);
    }
    expect(pairs.at(-1)?.teacher.layerId).toBe('stage3.block2.act');
  });

  it('refuses a network without maps in words', () => {
    const g = graphBuilder('flat', [8, 8, 1], 3);
    const flat = g.finish(g.globalAveragePool('pool', g.input));
    expect(() => levelPairs(flat, layers)).toThrow(expect.objectContaining({ code: 'teacher.mismatch' }));
  });
});

describe('teacherArrays', () => {
  const student = referenceOf('resnet');
  const shapes = (loss: keyof typeof DISTILLATION_DEFAULTS, rows = 10_000) =>
    teacherArrays(DISTILLATION_DEFAULTS[loss], student, { classes: 10, layers }, rows).map(({ shape }) => shape);

  it('are no more than a loss needs', () => {
    expect(shapes('none')).toEqual([]);
    for (const loss of ['kd', 'mse', 'dkd', 'dist'] as const) expect(shapes(loss)).toEqual([[10]]);
    expect(shapes('at')).toEqual(levelPairs(student, layers).map(({ height, width }) => [height * width]));
    expect(shapes('crd')).toEqual([[lastVector(teacher).length]]);
    expect(lastVector(teacher)).toEqual({ layerId: 'pool', length: 128 });
  });

  it('of a hint are pooled until all views fit, whatever their number', () => {
    for (const rows of [100, 10_000, 80_000, 480_000]) {
      const [[height = 0, width = 0, channels = 0] = []] = shapes('fitnet', rows);
      expect(height).toBeGreaterThanOrEqual(1);
      expect(4 * rows * height * width * channels).toBeLessThanOrEqual(MAP_BYTES);
    }
  });

  // Attention maps of 100,000 images took 1.3 GB, and eight views of a million images' logits 8 GB.
  it('of many images are of fewer views, so that all stay within what a hint may take', () => {
    const arrays = teacherArrays(DISTILLATION_DEFAULTS.at, student, { classes: 10, layers }, 80_000);
    const each = arrays.reduce((sum, { shape: [length = 0] }) => sum + 4 * length, 0);
    expect(viewsThatFit(arrays, 10_000, 8)).toBe(8);
    for (const count of [50_000, 100_000, 200_000]) {
      const views = viewsThatFit(arrays, count, 8);
      expect(views * count * each).toBeLessThanOrEqual(MAP_BYTES);
      expect(views === 8 || (views + 1) * count * each > MAP_BYTES).toBe(true);
    }
    expect(viewsThatFit(arrays, 400_000, 8)).toBe(1);
  });

  // A vector of 25,088 numbers, as VGG's, of 50,000 images would end the process.
  it('that no memory holds are refused in words; logits are not', () => {
    const vector = { layerId: 'flat', length: 25_088 };
    const side = { classes: 10, layers: { levels: [], vector } };
    const arrays = teacherArrays(DISTILLATION_DEFAULTS.crd, student, side, 50_000);
    expect(viewsThatFit(arrays, 20_000, 8)).toBe(1);
    expect(() => viewsThatFit(arrays, 50_000, 8)).toThrow(
      'say of 50000 examples takes 5.0 GB, and 2.1 GB are the most',
    );
    const logits = teacherArrays(DISTILLATION_DEFAULTS.kd, student, side, 50_000);
    expect(viewsThatFit(logits, 1e9, 8)).toBe(1);
  });
});
