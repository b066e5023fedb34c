import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { costOf, layerCosts, weightSpecs } from '../../../src/core/arch/cost.ts';
import { convnext } from '../../../src/core/arch/families/convnext.ts';
import { mobilenetV3 } from '../../../src/core/arch/families/mobilenet-v3.ts';
import { resnet, resnetTeacher } from '../../../src/core/arch/families/resnet.ts';
import { studentFamily, studentFamilyNames, studentSpace } from '../../../src/core/arch/families/registry.ts';
import { shufflenetV2 } from '../../../src/core/arch/families/shufflenet-v2.ts';
import { patchSizes } from '../../../src/core/arch/families/student-family.ts';
import { sizeOf } from '../../../src/core/arch/ops.ts';
import { WorkbenchError } from '../../../src/core/errors.ts';
import { enumerateFamily, familySize, randomMember, validateConfiguration } from '../../../src/core/space/lattice.ts';
import { seededChance } from './chance.ts';

const NAMES = studentFamilyNames();
const LIMIT = 1_500_000;

function fashion(name: string) {
  return studentFamily(name, [28, 28, 1], 10);
}

const conv = (kernel: number, from: number, to: number) => kernel * kernel * from * to;
const norm = (channels: number) => 2 * channels;
const dense = (from: number, to: number) => from * to + to;

describe('params of published networks', () => {
  it('are those of ResNet-20 for CIFAR-10 with projections', () => {
    // He et al. 2016, table 6: 0.27 M. Its public PyTorch ports: 269,722 with option A; two projections more with B.
    const stages = [16, 32, 64].map((width) => ({ width, blocks: 3 }));
    const graph = resnet({ inputShape: [32, 32, 3], classes: 10 }, { stemWidth: 16, stemStride: 1, stages });
    const projections = conv(1, 16, 32) + norm(32) + conv(1, 32, 64) + norm(64);
    expect(costOf(graph).params).toBe(269_722 + projections);
  });

  it('are those of DeiT-Ti without its class token', () => {
    // timm deit_tiny_patch16_224: 5,717,416, of which 192 are the class token and 192 its position.
    const config = { patch: 16, width: 192, blocks: 12, heads: 3, mlpRatio: 4 };
    expect(costOf(studentFamily('vit', [224, 224, 3], 1000).build(config)).params).toBe(5_717_416 - 2 * 192);
  });

  it('are those of MobileNetV3-Small', () => {
    // torchvision mobilenet_v3_small: 2,542,856. Howard et al. 2019, table 2, narrow layers rounded to multiples of 8.
    const rows = [
      ...([
        [3, 16, 16, 2, 8, 'relu'],
        [3, 72, 24, 2, 0, 'relu'],
        [3, 88, 24, 1, 0, 'relu'],
      ] as const),
      ...([
        [5, 96, 40, 2, 24, 'hardSwish'],
        [5, 240, 40, 1, 64, 'hardSwish'],
        [5, 240, 40, 1, 64, 'hardSwish'],
      ] as const),
      ...([
        [5, 120, 48, 1, 32, 'hardSwish'],
        [5, 144, 48, 1, 40, 'hardSwish'],
      ] as const),
      ...([
        [5, 288, 96, 2, 72, 'hardSwish'],
        [5, 576, 96, 1, 144, 'hardSwish'],
        [5, 576, 96, 1, 144, 'hardSwish'],
      ] as const),
    ];
    const blocks = rows.map(([kernel, expanded, width, stride, squeezed, activation], index) => {
      return { id: `block${index + 1}`, kernel, expanded, width, stride, squeezed, activation };
    });
    const graph = mobilenetV3(
      { inputShape: [224, 224, 3], classes: 1000 },
      { stemWidth: 16, stemStride: 2, blocks, head: 576, features: 1024, activation: 'hardSwish' },
    );
    expect(costOf(graph).params).toBe(2_542_856);
  });

  it('are those of ShuffleNetV2 1x', () => {
    // torchvision shufflenet_v2_x1_0: 2,278,604. Ma et al. 2018, table 5; its max pool has no params.
    const stages = [
      { width: 116, units: 4 },
      { width: 232, units: 8 },
      { width: 464, units: 4 },
    ];
    const graph = shufflenetV2(
      { inputShape: [224, 224, 3], classes: 1000 },
      { stemWidth: 24, stemStride: 4, stemUnits: 0, stages, kernel: 3, head: 1024 },
    );
    expect(costOf(graph).params).toBe(2_278_604);
  });

  it('are those of ConvNeXt-T, and its MACs', () => {
    // Liu et al. 2022, table 1: 29 M, 4.5 G; torchvision convnext_tiny: 28,589,128, 4.456 GFLOPS.
    const stages = [96, 192, 384, 768].map((width, stage) => ({ width, blocks: stage === 2 ? 9 : 3 }));
    const graph = convnext({ inputShape: [224, 224, 3], classes: 1000 }, { patch: 4, stages, expansion: 4, kernel: 7 });
    expect(costOf(graph).params).toBe(28_589_128);
    expect(costOf(graph).macs / 1e9).toBeCloseTo(4.456, 3);
  });

  it('are those of Mixer-S/16', () => {
    // Tolstikhin et al. 2021, table 1: 18.5 M; timm mixer_s16_224: 18,528,264.
    const config = { patch: 16, width: 512, blocks: 8, tokenHidden: 256, mlpRatio: 4 };
    expect(costOf(studentFamily('mlp-mixer', [224, 224, 3], 1000).build(config)).params).toBe(18_528_264);
  });
});

describe('costs by formula at 28x28x1', () => {
  it('of a ResNet: 14x14, 7x7 and 4x4 maps', () => {
    const config = { width1: 8, blocks1: 1, width2: 16, blocks2: 2, blocks3: 1, width3: 32 };
    const kernels = {
      stem: conv(3, 1, 8),
      stage1: 2 * conv(3, 8, 8),
      stage2: conv(3, 8, 16) + 3 * conv(3, 16, 16) + conv(1, 8, 16),
      stage3: conv(3, 16, 32) + conv(3, 32, 32) + conv(1, 16, 32),
    };
    const norms = norm(8) + 2 * norm(8) + 5 * norm(16) + 3 * norm(32);
    expect(costOf(fashion('resnet').build(config))).toMatchObject({
      params: kernels.stem + kernels.stage1 + kernels.stage2 + kernels.stage3 + norms + dense(32, 10),
      macs: 196 * (kernels.stem + kernels.stage1) + 49 * kernels.stage2 + 16 * kernels.stage3 + 320,
    });
  });

  it('of a ResNet without stages 1 and 3', () => {
    const config = { width1: 4, blocks1: 0, width2: 8, blocks2: 1, blocks3: 0 };
    const stage2 = conv(3, 4, 8) + conv(3, 8, 8) + conv(1, 4, 8);
    expect(costOf(fashion('resnet').build(config))).toMatchObject({
      params: conv(3, 1, 4) + norm(4) + stage2 + 3 * norm(8) + dense(8, 10),
      macs: 196 * conv(3, 1, 4) + 49 * stage2 + 80,
    });
  });

  it('of a MobileNetV2: expansions at the resolution before the stride', () => {
    const config = { width1: 4, width2: 8, width3: 16, blocks: 1, expansion: 3, kernel: 5 };
    const at14 = conv(3, 1, 8) + 25 * 8 + conv(1, 8, 4) + conv(1, 4, 12);
    const at7 = 25 * 12 + conv(1, 12, 8) + conv(1, 8, 24);
    const at4 = 25 * 24 + conv(1, 24, 16) + conv(1, 16, 32);
    const norms = [8, 8, 4, 12, 12, 8, 24, 24, 16, 32].reduce((sum, channels) => sum + norm(channels), 0);
    expect(costOf(fashion('mobilenet-v2').build(config))).toMatchObject({
      params: at14 + at7 + at4 + norms + dense(32, 10),
      macs: 196 * at14 + 49 * at7 + 16 * at4 + 320,
    });
  });

  it('of a ViT: 49 tokens of patches of 4', () => {
    const config = { patch: 4, width: 16, blocks: 2, heads: 4, mlpRatio: 3 };
    const block = 2 * norm(16) + dense(16, 48) + dense(16, 16) + dense(16, 48) + dense(48, 16);
    const blockMacs = 49 * 4 * 256 + 2 * 49 * 49 * 16 + 49 * 2 * 16 * 48;
    expect(costOf(fashion('vit').build(config))).toMatchObject({
      params: dense(16, 16) + 49 * 16 + 2 * block + norm(16) + dense(16, 10),
      macs: 49 * 256 + 2 * blockMacs + 160,
    });
  });

  it('of a Mixer: 16 tokens of patches of 7', () => {
    const config = { patch: 7, width: 24, blocks: 3, tokenHidden: 8, mlpRatio: 2 };
    const block = 2 * norm(24) + dense(16, 8) + dense(8, 16) + dense(24, 48) + dense(48, 24);
    const blockMacs = 24 * 2 * 16 * 8 + 16 * 2 * 24 * 48;
    expect(costOf(fashion('mlp-mixer').build(config))).toMatchObject({
      params: dense(49, 24) + 3 * block + norm(24) + dense(24, 10),
      macs: 16 * 49 * 24 + 3 * blockMacs + 240,
    });
  });
});

describe('costs by formula at 28x28x1 of the later families', () => {
  const norms = (...channels: readonly number[]) => channels.reduce((sum, count) => sum + norm(count), 0);

  it('of a MobileNetV3: no expansion first, gates of a quarter after the first stage, a dense layer after the pool', () => {
    const widths = { width1: 4, width2: 8, width3: 16, blocks: 1, expansion: 3, kernel: 5 };
    const config = { ...widths, squeeze: 0.25, activation: 'swish' };
    const at14 = conv(3, 1, 4) + 25 * 4 + conv(1, 4, 4) + conv(1, 4, 12);
    const at7 = 25 * 12 + conv(1, 12, 8) + conv(1, 8, 24);
    const at4 = 25 * 24 + conv(1, 24, 16) + conv(1, 16, 48);
    const gates = 2 * (12 * 3 + 24 * 6);
    const ends = 48 * 32 + 32 * 10;
    expect(costOf(fashion('mobilenet-v3').build(config))).toMatchObject({
      params: at14 + at7 + at4 + norms(4, 4, 4, 12, 12, 8, 24, 24, 16, 48) + gates + (3 + 12 + 6 + 24) + ends + 42,
      macs: 196 * at14 + 49 * at7 + 16 * at4 + gates + ends,
    });
  });

  it('of a ShuffleNetV2: half of the channels in a basic unit, both branches where the resolution halves', () => {
    const config = { width1: 8, units1: 1, width2: 16, units2: 2, width3: 32, units3: 1, kernel: 3 };
    const at14 = conv(3, 1, 8) + 2 * conv(1, 4, 4) + 9 * 4 + conv(1, 8, 8);
    const at7 = 2 * (9 * 8 + conv(1, 8, 8)) + 2 * conv(1, 8, 8) + 9 * 8 + conv(1, 16, 16);
    const at4 = 2 * (9 * 16 + conv(1, 16, 16)) + conv(1, 32, 64);
    expect(costOf(fashion('shufflenet-v2').build(config))).toMatchObject({
      params: at14 + at7 + at4 + 9 * norm(8) + 3 * norm(4) + 5 * norm(16) + norm(64) + dense(64, 10),
      macs: 196 * at14 + 49 * at7 + 16 * at4 + 640,
    });
  });

  it('of a ConvNeXt: patches of 2, depthwise 7x7, three factors a channel beside the perceptron', () => {
    const config = { patch: 2, width1: 4, width2: 8, width3: 16, blocks: 1, expansion: 2, kernel: 7 };
    const block = (width: number) =>
      50 * width + norm(width) + dense(width, 2 * width) + dense(2 * width, width) + width;
    const blockMacs = (width: number) => 49 * width + 4 * width * width;
    const down = norm(4) + dense(4 * 4, 8) + norm(8) + dense(4 * 8, 16);
    expect(costOf(fashion('convnext').build(config))).toMatchObject({
      params: dense(4, 4) + norm(4) + block(4) + block(8) + block(16) + down + norm(16) + dense(16, 10),
      macs: 196 * (16 + blockMacs(4)) + 49 * (128 + blockMacs(8)) + 16 * (512 + blockMacs(16)) + 160,
    });
  });

  it('of a CoAtNet: MBConv at 14x14 and 7x7, attention over 4x4 places with 7x7 offsets a head', () => {
    const widths = { width1: 4, width2: 8, width3: 16 };
    const config = { ...widths, blocks: 1, attentionBlocks: 2, expansion: 2, kernel: 3 };
    const at14 = conv(3, 1, 4) + conv(3, 4, 4) + conv(1, 4, 8) + 72 + conv(1, 8, 4) + conv(1, 4, 8);
    const at7 = 72 + conv(1, 8, 8) + conv(1, 4, 8);
    const gates = 2 * (8 * 2 + 2 * 8);
    const attention = dense(16, 48) + dense(16, 16) + 49 * 2;
    const block = 2 * norm(16) + attention + dense(16, 32) + dense(32, 16);
    const blockMacs = 16 * 4 * 256 + 2 * 16 * 16 * 16 + 16 * 2 * 16 * 32;
    const biases = 4 + 4 + 8 + 8 + 2 * (2 + 8);
    expect(costOf(fashion('coatnet').build(config))).toMatchObject({
      params:
        at14 + at7 + gates + biases + norms(4, 4, 8, 8, 4, 8, 8) + dense(8, 16) + 2 * block + norm(16) + dense(16, 10),
      macs: 196 * at14 + 49 * at7 + gates + 16 * 8 * 16 + 2 * blockMacs + 160,
    });
  });
});

describe('the teacher', () => {
  it('has about 700,000 params and fits a checkpoint of 3 MB in fp32', () => {
    const { params } = costOf(resnetTeacher([28, 28, 1], 10));
    const stage = (from: number, to: number) => conv(3, from, to) + 3 * conv(3, to, to) + 4 * norm(to);
    const projection = (from: number, to: number) => conv(1, from, to) + norm(to);
    const stages = stage(32, 32) + stage(32, 64) + projection(32, 64) + stage(64, 128) + projection(64, 128);
    expect(params).toBe(conv(3, 1, 32) + norm(32) + stages + dense(128, 10));
    const bytes =
      4 * weightSpecs(resnetTeacher([28, 28, 1], 10)).reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0);
    expect(bytes).toBeLessThan(3_000_000);
  });
});

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
    expect(macs[0]).toBeLessThan(100_000);
    expect(macs.at(-1)).toBeGreaterThan(3_000_000);
    expect(params[0]).toBeGreaterThan(500);
    expect(params[0]).toBeLessThan(4000);
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
        const other = studentFamily(name, [h, w, c], k);
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
      const other = studentFamily(name, shape, 10);
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
      const params = studentFamily(name, shape, 10).costs(family.reference)['params'];
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
    const attempt = () => studentSpace(['resnet', 'resnext'], [28, 28, 1], 10);
    expect(attempt).toThrow(WorkbenchError);
    expect(attempt).toThrow(new RegExp(`"resnext".*${NAMES.join(', ')}`));
  });

  it('refuses a name that only an object inherits', () => {
    expect(() => studentFamily('toString', [28, 28, 1], 10)).toThrow('no family "toString"');
  });

  it.each([[[]], [['vit', 'vit']]])('refuses %j', (names) => {
    expect(() => studentSpace(names, [28, 28, 1], 10)).toThrow('at least one family');
  });

  it('holds the families in the order asked for', () => {
    expect(studentSpace(['vit', 'resnet'], [28, 28, 1], 10).families.map((family) => family.name)).toEqual([
      'vit',
      'resnet',
    ]);
  });
});
