import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { approximateFront } from '../../../benchmarks/search/tasks/approximate-front.ts';
import { forEachMember } from '../../../benchmarks/search/tasks/landscape.ts';
import { LARGE_OBJECTIVES, largeGame } from '../../../benchmarks/search/tasks/large-game.ts';
import { effectsOf, macroMetrics, parabola } from '../../../benchmarks/search/tasks/macro12.ts';
import { listTasks } from '../../../benchmarks/search/tasks/registry.ts';
import { configurationOf, settler } from '../../../benchmarks/search/tasks/surface.ts';
import type { Indices, Surface } from '../../../benchmarks/search/tasks/surface.ts';
import { CALIBRATION } from '../../../benchmarks/search/tasks/wide-calibration.ts';
import { blockFamilies, wideFamilies } from '../../../benchmarks/search/tasks/wide-families.ts';
import { logSize, softened, trendAt } from '../../../benchmarks/search/tasks/wide-landscape.ts';
import { SMOOTH, WIDE, wideSurfaces } from '../../../benchmarks/search/tasks/wide.ts';
import { planeFront } from '../../../src/core/geometry/pareto-front.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import type { Rng } from '../../../src/core/math/rng.ts';

const familyNamed = (name: string) => wideFamilies().find((family) => family.name === name)!;
const drawFrom = ({ dimensions }: Pick<Surface, 'dimensions'>, rng: Rng): Indices =>
  settler(dimensions)(dimensions.map(({ levels }) => rng.int(levels.length)));

describe('the wide families', () => {
  it('are as large as they are said to be', () => {
    const members = (name: string): number =>
      familyNamed(name).dimensions.reduce((product, { levels }) => product * levels.length, 1);
    expect(members('mobilenet-v3')).toBe((6 * 4 * 5 * 3 * 2 * 2) ** 3 * 3);
    expect(members('shufflenet-v2')).toBe((5 * 4 * 3) ** 3 * 3);
    expect(blockFamilies().map(({ dimensions }) => dimensions.length)).toEqual([43, 19, 19]);
  });

  it('count parameters and MACs layer by layer', () => {
    // A transformer of one block over four patches of 14 x 14 pixels, width 8, ratio 1: patches,
    // places, two normalisations, four matrices of attention, two of the perceptron, classes.
    const vit = familyNamed('vit').costs({ patch: 14, width: 8, blocks: 1, heads1: 1, ratio1: 1 });
    expect(vit.params).toBe(196 * 8 + 8 + 4 * 8 + 4 * 8 + 4 * (64 + 8) + 2 * (64 + 8) + 8 * 10 + 10);
    expect(vit.macs).toBe(4 * 196 * 8 + 4 * 4 * 64 + 2 * 4 * 4 * 8 + 2 * 4 * 64 + 80);
    // A ResNet with no first or third stage: stem, one block of two 3 x 3 convolutions and a
    // shortcut, classes.
    const resnet = familyNamed('resnet').costs({
      ...{ width1: 4, blocks1: 0, blocks2: 1, width2: 8, kernel2: 3, squeeze2: 0, blocks3: 0, activation: 'relu' },
    });
    expect(resnet.params).toBe(36 + 8 + (288 + 16) + (576 + 16) + (32 + 16) + 80 + 10);
    expect(resnet.macs).toBe(36 * 196 + (288 + 576 + 32) * 49 + 80);
  });

  it('have no level of a block that is not there', () => {
    const { dimensions } = familyNamed('vit');
    const shallow = settler(dimensions)(dimensions.map(({ name }) => (name === 'blocks' ? 1 : 0)));
    expect(Object.keys(configurationOf(dimensions, shallow))).toEqual([
      ...['patch', 'width', 'blocks', 'heads1', 'ratio1', 'heads2', 'ratio2'],
    ]);
  });
});

describe('the accuracy of a wide family', () => {
  it('follows a trend that saturates in log size', () => {
    const trend = { plateau: 0.9, drop: 0.06, saturation: 2 };
    expect(logSize({ params: 2500, macs: 1e5 })).toBeCloseTo(0, 12);
    expect(logSize({ params: 2500 * Math.E, macs: 1e5 * Math.E })).toBeCloseTo(1, 12);
    expect(trendAt(trend, 0)).toBeCloseTo(0.84, 12);
    expect(trendAt(trend, 2)).toBeCloseTo(0.9 - 0.06 / Math.E, 12);
    expect(softened(1e-6)).toBeCloseTo(1e-6, 12);
    expect(softened(50)).toBeCloseTo(2.5, 12);
  });

  it('spreads around it as the recorded table does, less the noise of a training', () => {
    const { surfaces } = wideSurfaces('wide8', wideFamilies(), SMOOTH, 3);
    const surface = surfaces.find(({ name }) => name === 'coatnet')!;
    const rng = createRng(5);
    const { costs } = familyNamed('coatnet');
    const rests = Array.from({ length: 2000 }, () => {
      const indices = drawFrom(surface, rng);
      const z = logSize(costs(configurationOf(surface.dimensions, indices)));
      return surface.accuracy(indices) - trendAt(CALIBRATION.coatnet, z);
    });
    const mean = rests.reduce((sum, rest) => sum + rest, 0) / rests.length;
    const deviation = Math.sqrt(rests.reduce((sum, rest) => sum + (rest - mean) ** 2, 0) / rests.length);
    // Softening takes some of what lies past one deviation.
    const made = Math.sqrt(0.01377 ** 2 - 0.003 ** 2);
    expect(deviation / made).toBeGreaterThan(0.8);
    expect(deviation / made).toBeLessThan(1.02);
  });

  it('is the same for the same seed and another for another', () => {
    const at = (seed: number): readonly number[] => {
      const rng = createRng(1);
      return wideSurfaces('wide8', wideFamilies(), SMOOTH, seed).surfaces.map((surface) =>
        surface.accuracy(drawFrom(surface, rng)),
      );
    };
    expect(at(1)).toEqual(at(1));
    expect(at(2)).not.toEqual(at(1));
  });
});

describe('the front of a large task', () => {
  const search = { low: WIDE.least, high: WIDE.limit, price: 1, seed: 1 };

  it('is the true one of a family small enough to be listed', () => {
    const [whole] = wideSurfaces('wide8', [familyNamed('coatnet')], SMOOTH, 1).surfaces;
    // 20,736 members: the levels that are left of the longer dimensions.
    const kept: Readonly<Record<string, number>> = { kernel1: 1, kernel2: 1, expansion1: 2, expansion2: 2, blocks3: 2 };
    const dimensions = whole!.dimensions.map((dimension) => {
      return { ...dimension, levels: dimension.levels.slice(0, kept[dimension.name] ?? 3) };
    });
    const surface = { ...whole!, dimensions };
    const all: [number, number][] = [];
    forEachMember(dimensions, (indices) => {
      const params = surface.params(indices);
      if (params <= search.high) all.push([surface.accuracy(indices), params]);
    });
    const [gains, costs] = [Float64Array.from(all, ([gain]) => gain), Float64Array.from(all, ([, cost]) => cost)];
    expect(approximateFront([surface], search)).toEqual(planeFront(costs, gains).map((i) => all[i]!));
  });

  it('dominates what chance finds', () => {
    const { surfaces } = wideSurfaces('wide8', wideFamilies().slice(0, 3), SMOOTH, 1);
    const front = approximateFront(surfaces, search);
    expect(front.map(([, params]) => params)).toEqual(front.map(([, params]) => params).sort((a, b) => a - b));
    const rng = createRng(9);
    const above = Array.from({ length: 600 }, (_, i) => {
      const surface = surfaces[i % 3]!;
      const indices = drawFrom(surface, rng);
      const [accuracy, params] = [surface.accuracy(indices), surface.params(indices)];
      return params <= search.high && !front.some(([best, cost]) => cost <= params && best >= accuracy);
    });
    expect(above.filter(Boolean)).toEqual([]);
  });
});

describe('the game of a large task', () => {
  const { drawn, surfaces } = wideSurfaces('wide8', [familyNamed('resnet')], SMOOTH, 1);
  const [surface] = surfaces;
  const { name, dimensions, costs } = familyNamed('resnet');
  const family = {
    name,
    title: name,
    dimensions,
    costs: (config: Parameters<typeof costs>[0]) => ({ ...costs(config) }),
  };
  const indices = drawFrom(surface!, createRng(4));
  const truth = { accuracy: surface!.accuracy(indices), params: surface!.params(indices) };
  const game = largeGame({
    ...{ name: 'one', surfaces, seed: drawn, noise: WIDE.noise, front: [[truth.accuracy, truth.params]] },
    problem: {
      space: { families: [family] },
      objectives: LARGE_OBJECTIVES,
      limits: [],
      reference: { accuracy: 0.5, params: 110_000 },
      budget: 10,
    },
  });
  const candidate = { family: name, config: configurationOf(dimensions, indices) };

  it("tells accuracies with a training's noise, and parameters exactly", () => {
    const told = Array.from({ length: 4000 }, (_, seed) => game.answer(candidate, 0, seed));
    const errors = told.map(({ accuracy }) => accuracy! - truth.accuracy);
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
    expect(Math.abs(mean)).toBeLessThan((4 * WIDE.noise) / Math.sqrt(errors.length));
    expect(deviation / WIDE.noise).toBeGreaterThan(0.95);
    expect(deviation / WIDE.noise).toBeLessThan(1.05);
    expect(new Set(told.map(({ params }) => params))).toEqual(new Set([truth.params]));
    expect(game.answer(candidate, 0, 7)).toEqual(game.answer(candidate, 3, 7));
  });

  it('scores what is true, however lucky what was told', () => {
    expect(game.score([{ candidate, metrics: { accuracy: 0.99, params: 1 } }])[0]).toBeCloseTo(1, 12);
  });
});

describe('NAS-Bench-Macro, stretched', () => {
  it('puts a parabola through the three recorded sizes', () => {
    expect([0, 0.5, 1].map((s) => parabola([2, 7, 5], s))).toEqual([2, 7, 5]);
    expect(parabola([0, 0.25, 1], 0.8)).toBeCloseTo(0.64, 12);
  });

  it('is the table itself where nothing is stretched and nothing acts by more than twos', () => {
    const rng = createRng(2);
    const layers = 4;
    const single = Array.from({ length: layers }, () => [0, 1, 2].map(() => rng.normal()));
    const double = Array.from({ length: 9 }, () => rng.normal());
    const rows: Indices[] = [];
    const dimensions = single.map((_, l) => {
      return { name: `${l}`, title: `${l}`, role: 'other', type: 'categorical', levels: ['a', 'b', 'c'] } as const;
    });
    forEachMember(dimensions, (indices) => rows.push([...indices]));
    const value = (row: Indices): number =>
      90 + row.reduce((sum, operation, l) => sum + single[l]![operation]!, 0) + double[3 * row[0]! + row[2]!]!;
    const effects = effectsOf(rows, rows.map(value), 3);
    const { accuracy, params } = macroMetrics({
      ...{ accuracy: effects, params: effects, layers, sizes: [0, 0.5, 1] },
      own: single.map(() => [0, 0, 0]),
    });
    for (const row of rows) expect(accuracy(row)).toBeCloseTo(value(row), 9);
    // Costs are additive.
    expect(params([0, 0, 0, 0])).toBe(
      Math.round(effects.mean + effects.main.reduce((sum, effect) => sum + effect[0]!, 0)),
    );
  });

  it('is skipped in words where the recorded table is not there', () => {
    const said: string[] = [];
    const tasks = listTasks([join(tmpdir(), 'absent', 'nas-bench-macro.json')], (line) => said.push(line));
    const names = tasks.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['wide8', 'wide8-rugged', 'ofa3']));
    expect(names).not.toContain('macro12');
    expect(said.at(-1)).toMatch(/^SKIP macro12: .*nas-bench-macro\.json.*--table/);
  });
});
