/** Costs of families: those of published networks, those of formulas, and those that PyTorch
 * counts. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { costOf, weightSpecs } from '../../../src/core/arch/cost.ts';
import { testing as convnextTesting } from '../../../src/core/arch/families/convnext.ts';
import { testing as mobilenetV3Testing } from '../../../src/core/arch/families/mobilenet-v3.ts';
import { studentFamily } from '../../../src/core/arch/families/registry.ts';
import { resnetTeacher, testing as resnetTesting } from '../../../src/core/arch/families/resnet.ts';
import { testing as shufflenetV2Testing } from '../../../src/core/arch/families/shufflenet-v2.ts';
import { sizeOf } from '../../../src/core/arch/ops.ts';

const { convnext } = convnextTesting;
const { mobilenetV3 } = mobilenetV3Testing;
const { resnet } = resnetTesting;
const { shufflenetV2 } = shufflenetV2Testing;

function fashion(name: string) {
  return studentFamily(name, { inputShape: [28, 28, 1], classes: 10 });
}

const conv = (kernel: number, from: number, to: number) => kernel * kernel * from * to;
const norm = (channels: number) => 2 * channels;
const dense = (from: number, to: number) => from * to + to;

describe('params of published networks', () => {
  it('are those of ResNet-20 for CIFAR-10 with projections', () => {
    // He et al. 2016, table 6: 0.27 M. Its public PyTorch ports: 269,722 with option A; two
    // projections more with B.
    const stages = [16, 32, 64].map((width) => ({ width, blocks: 3 }));
    const graph = resnet({ inputShape: [32, 32, 3], classes: 10 }, { stemWidth: 16, stemStrides: [1], stages });
    const projections = conv(1, 16, 32) + norm(32) + conv(1, 32, 64) + norm(64);
    expect(costOf(graph).params).toBe(269_722 + projections);
  });

  it('are those of DeiT-Ti without its class token', () => {
    // timm deit_tiny_patch16_224: 5,717,416, of which 192 are the class token and 192 its position.
    const config = { patch: 16, width: 192, blocks: 12, heads: 3, mlpRatio: 4 };
    expect(costOf(studentFamily('vit', { inputShape: [224, 224, 3], classes: 1000 }).build(config)).params).toBe(
      5_717_416 - 2 * 192,
    );
  });

  it('are those of MobileNetV3-Small', () => {
    // torchvision mobilenet_v3_small: 2,542,856. Howard et al. 2019, table 2, narrow layers rounded
    // to multiples of 8.
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
    // torchvision shufflenet_v2_x1_0: 2,278,604. Ma et al. 2018, table 5; its max pool has no
    // params.
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
    expect(costOf(studentFamily('mlp-mixer', { inputShape: [224, 224, 3], classes: 1000 }).build(config)).params).toBe(
      18_528_264,
    );
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

describe('costs by formula of the later families at 28x28x1', () => {
  const norms = (...channels: readonly number[]) => channels.reduce((sum, count) => sum + norm(count), 0);

  it('of a MobileNetV3: no expansion first, gates of a quarter after stage one, a dense layer after the pool', () => {
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

/** Written by `tests/oracle/families.py`, in this form. */
interface CountedStudents {
  readonly torch: string;
  readonly students: readonly {
    readonly family: string;
    readonly inputShape: readonly number[];
    readonly params: number;
    readonly macs: number;
  }[];
}
const counted = JSON.parse(
  readFileSync(new URL('../../oracle/families.json', import.meta.url), 'utf8'),
) as CountedStudents;

describe(`reference students as PyTorch ${counted.torch} counts them`, () => {
  it.each(counted.students)('$family over $inputShape', ({ family, inputShape, params, macs }) => {
    const student = studentFamily(family, { inputShape, classes: 10 });
    expect(costOf(student.build(student.reference))).toMatchObject({ params, macs });
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
