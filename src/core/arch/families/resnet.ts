/**
 * Residual networks for small images: He et al., "Deep residual learning for image recognition"
 * (CVPR 2016), section 4.2: a 3x3 stem, three stages of basic blocks, each stage after the first at
 * half the resolution, global average pool. Shortcuts that change shape are projections (option B:
 * 1x1 convolution and batch norm), not the paper's zero padding (option A): the graph has no op
 * that pads channels, and a projection costs little at these widths.
 */
import { normalisedConvolution, squeezeAndExcitation } from '../blocks.ts';
import type { ArchitectureGraph, Shape } from '../graph.ts';
import { graphBuilder } from '../graph-builder.ts';
import type { GraphBuilder, Value } from '../graph-builder.ts';
import { numberLevel, ordinal, stemStride } from './student-family.ts';
import type { StudentFamilyDefinition, StudentTask } from './student-family.ts';
import { chooser, depths, from, ODD, referenceOf, SHARE, stemStrides, upTo, whole, widths } from './wide/levels.ts';
import type { WideTask } from './wide/levels.ts';
import { blocksOf, pooled, stemOf } from './wide/parts.ts';
import { stagedFamily } from './wide/stages.ts';
import type { StagedFamily } from './wide/stages.ts';

export interface ResnetStage {
  readonly width: number;
  /** Basic blocks; a stage of 0 blocks is left out. */
  readonly blocks: number;
}

export interface ResnetOptions {
  readonly stemWidth: number;
  /** Of the stem's convolutions, one after the other. */
  readonly stemStrides: readonly number[];
  readonly stages: readonly ResnetStage[];
}

/** Blocks of the first stage keep the stem's resolution; every later stage starts with stride 2. */
function resnet(task: StudentTask, options: ResnetOptions): ArchitectureGraph {
  const g = graphBuilder('resnet', task.inputShape, task.classes);
  let x: Value = g.input;
  for (const [index, stride] of options.stemStrides.entries()) {
    const id = index === 0 ? 'stem' : `stem${index + 1}`;
    x = normalisedConvolution(g, id, x, { filters: options.stemWidth, kernel: 3, stride, activation: 'relu' });
  }
  for (const [stage, { width, blocks }] of options.stages.entries()) {
    for (let block = 0; block < blocks; block += 1) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      x = basicBlock(g, `stage${stage + 1}.block${block + 1}`, x, { width, stride });
    }
  }
  return g.finish(g.globalAveragePool('pool', x));
}

interface BasicBlock {
  readonly width: number;
  readonly stride: number;
  /** Absent: 3. */
  readonly kernel?: number;
  /** Ratio of squeeze-and-excitation before the addition; absent or 0: it has none. */
  readonly squeeze?: number;
}

/** Two convolutions around a shortcut. */
function basicBlock(
  g: GraphBuilder,
  id: string,
  x: Value,
  { width, stride, kernel = 3, squeeze = 0 }: BasicBlock,
): Value {
  const first = normalisedConvolution(g, `${id}.conv1`, x, { filters: width, kernel, stride, activation: 'relu' });
  const second = normalisedConvolution(g, `${id}.conv2`, first, { filters: width, kernel, stride: 1 });
  const units = Math.ceil(squeeze * width);
  const gates = { units, activation: 'relu', gate: 'sigmoid' } as const;
  const gated = units > 0 ? squeezeAndExcitation(g, `${id}.squeeze`, second, gates) : second;
  const shortcut =
    stride === 1 && x.shape[2] === width
      ? x
      : normalisedConvolution(g, `${id}.shortcut`, x, { filters: width, kernel: 1, stride });
  return g.activation(`${id}.act`, g.add(`${id}.add`, gated, shortcut), 'relu');
}

/** Up to this side a teacher's first stage has the image's own resolution. */
const TEACHER_SIDE = 64;

/** Strides after which an image has that side, or less. */
function teacherStrides([height = 1, width = 1]: Shape): readonly number[] {
  const strides: number[] = [];
  for (let side = Math.max(height, width); side > TEACHER_SIDE; side = Math.ceil(side / 2)) strides.push(2);
  return strides.length > 0 ? strides : [1];
}

/**
 * The teacher: full resolution in the first stage, that of 56 pixels for photographs of 224. The
 * defaults (ResNet-14, widths 32-64-128) have 696,042 params at 28x28x1 and 10 classes: 2.8 MB in
 * fp32.
 */
export function resnetTeacher(
  inputShape: Shape,
  classes: number,
  options: { readonly widths?: readonly number[]; readonly blocks?: number } = {},
): ArchitectureGraph {
  const { widths = [32, 64, 128], blocks = 2 } = options;
  return resnet(
    { inputShape, classes },
    {
      stemWidth: widths[0] ?? 32,
      stemStrides: teacherStrides(inputShape),
      stages: widths.map((width) => ({ width, blocks })),
    },
  );
}

export function resnetFamily(task: StudentTask): StudentFamilyDefinition {
  return {
    name: 'resnet',
    title: 'ResNet',
    source: 'He et al. 2016, section 4.2',
    dimensions: [
      ordinal('width1', 'Width of stage 1', 'width', [4, 6, 8, 12]),
      ordinal('blocks1', 'Blocks of stage 1', 'depth', [0, 1, 2]),
      ordinal('width2', 'Width of stage 2', 'width', [8, 12, 16, 24, 32]),
      ordinal('blocks2', 'Blocks of stage 2', 'depth', [1, 2]),
      ordinal('blocks3', 'Blocks of stage 3', 'depth', [0, 1, 2]),
      {
        ...ordinal('width3', 'Width of stage 3', 'width', [16, 24, 32, 48, 64]),
        activeWhen: { dimension: 'blocks3', levels: [1, 2] },
      },
    ],
    /** ResNet-8 (one block a stage) at half its widths. */
    reference: { width1: 8, blocks1: 1, width2: 16, blocks2: 1, blocks3: 1, width3: 32 },
    build: (config) => {
      const blocks3 = numberLevel(config, 'blocks3');
      const width1 = numberLevel(config, 'width1');
      return resnet(task, {
        stemWidth: width1,
        stemStrides: [stemStride(task.inputShape)],
        stages: [
          { width: width1, blocks: numberLevel(config, 'blocks1') },
          { width: numberLevel(config, 'width2'), blocks: numberLevel(config, 'blocks2') },
          ...(blocks3 > 0 ? [{ width: numberLevel(config, 'width3'), blocks: blocks3 }] : []),
        ],
      });
    },
  };
}

/** Every stage with a kernel and squeeze-and-excitation of its own (Hu et al. 2018). */
export function wideResnet(task: WideTask): StagedFamily {
  const choose = chooser(task, 'resnet');
  const bases = [
    [4, 6, 8, 12, 16, 24],
    [8, 12, 16, 24, 32, 48],
    [16, 24, 32, 48, 64, 96],
  ];
  const stages = bases.map((base, index) => {
    const stage = index + 1;
    const least = stage === 2 ? 1 : 0;
    const levels = upTo(depths(task).stage, least);
    const blocks = choose.ordinal(`blocks${stage}`, `Blocks of stage ${stage}`, 'depth', levels, whole(least, 24));
    const gate = from(blocks, 1);
    const width = choose.ordinal(
      ...([`width${stage}`, `Width of stage ${stage}`, 'width', widths(task, base, 2), whole(1, 8192)] as const),
      ...(stage === 1 ? [] : [gate]),
    );
    const kernel = choose.ordinal(`kernel${stage}`, `Kernel of stage ${stage}`, 'kernel', [3, 5], ODD, gate);
    const title = `Squeeze-and-excitation of stage ${stage} (0: none)`;
    const squeeze = choose.ordinal(`squeeze${stage}`, title, 'attention', [0, 0.25], SHARE, gate);
    const gated = gate === undefined ? (stage === 1 ? [width] : []) : [width, kernel, squeeze];
    const reads = [`width${stage}`, `kernel${stage}`, `squeeze${stage}`];
    const parts = blocksOf(blocks, (block) => ({
      reads,
      build: (g, x, config) =>
        basicBlock(g, `stage${stage}.block${block}`, x, {
          width: numberLevel(config, `width${stage}`),
          stride: stage > 1 && block === 1 ? 2 : 1,
          kernel: numberLevel(config, `kernel${stage}`),
          squeeze: numberLevel(config, `squeeze${stage}`),
        }),
    }));
    const stem = stage === 1 ? [stemOf(stemStrides(task), 'width1', 'relu')] : [];
    return { dimensions: [blocks, ...gated], parts: [...stem, ...parts] };
  });
  choose.check();
  const dimensions = stages.flatMap((stage) => stage.dimensions);
  const wished = { width1: 8, width2: 16, width3: 32, blocks1: 1, blocks2: 1, blocks3: 1, kernel1: 3, kernel2: 3 };
  return stagedFamily(task, {
    ...{ name: 'resnet', title: 'ResNet', source: 'He et al. 2016, section 4.2; gates: Hu et al. 2018', dimensions },
    reference: referenceOf(task, dimensions, { ...wished, kernel3: 3 }),
    shared: [],
    stages: [
      ...stages.map((stage) => ({ owns: stage.dimensions.map(({ name }) => name), parts: stage.parts })),
      { owns: [], parts: [pooled] },
    ],
  });
}

export const testing = { resnet };
