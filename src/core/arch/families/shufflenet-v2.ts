/**
 * ShuffleNetV2: Ma et al., "Practical guidelines for efficient CNN architecture design" (ECCV
 * 2018), figure 3 (c, d): half of the channels pass a unit untouched, the other half goes through
 * 1x1, depthwise and 1x1 convolutions, and a shuffle mixes both. The first stage keeps the stem's
 * resolution, where the paper's network for large images pools.
 */
import { normalisedConvolution, normalisedDepthwise } from '../blocks.ts';
import type { ArchitectureGraph } from '../graph.ts';
import { graphBuilder } from '../graph-builder.ts';
import type { GraphBuilder, Value } from '../graph-builder.ts';
import { numberLevel, ordinal, stemStride } from './student-family.ts';
import type { StudentFamilyDefinition, StudentTask } from './student-family.ts';
import { chooser, referenceOf, stageChooser, stemStrides, whole } from './wide/levels.ts';
import type { WideTask } from './wide/levels.ts';
import { blocksOf, headOf, pooled, stemOf } from './wide/parts.ts';
import { stagedFamily } from './wide/stages.ts';
import type { StagedFamily } from './wide/stages.ts';

export interface ShufflenetV2Options {
  /** Even, as all widths are. */
  readonly stemWidth: number;
  readonly stemStride: number;
  /** Units of the first stage, which has the stem's width. */
  readonly stemUnits: number;
  /** Each at half the resolution of the one before; its first unit has stride 2. */
  readonly stages: readonly { readonly width: number; readonly units: number }[];
  readonly kernel: number;
  /** Channels of the 1x1 convolution before the pool. */
  readonly head: number;
}

function shufflenetV2(task: StudentTask, options: ShufflenetV2Options): ArchitectureGraph {
  const { stemWidth: filters, kernel } = options;
  const g = graphBuilder('shufflenet-v2', task.inputShape, task.classes);
  const stem = { filters, kernel: 3, stride: options.stemStride, activation: 'relu' } as const;
  let x = normalisedConvolution(g, 'stem', g.input, stem);
  for (let unit = 1; unit <= options.stemUnits; unit += 1) x = basicUnit(g, `stage1.block${unit}`, x, kernel);
  for (const [stage, { width, units }] of options.stages.entries()) {
    const id = `stage${stage + 2}`;
    x = downsamplingUnit(g, `${id}.block1`, x, kernel, width);
    for (let unit = 2; unit <= units; unit += 1) x = basicUnit(g, `${id}.block${unit}`, x, kernel);
  }
  const head = { filters: options.head, kernel: 1, stride: 1, activation: 'relu' } as const;
  return g.finish(g.globalAveragePool('pool', normalisedConvolution(g, 'head', x, head)));
}

/** Figure 3 (c). */
function basicUnit(g: GraphBuilder, id: string, x: Value, kernel: number): Value {
  const half = (x.shape[2] ?? 0) / 2;
  const kept = g.channels(`${id}.kept`, x, { from: 0, count: half });
  const taken = g.channels(`${id}.taken`, x, { from: half, count: half });
  return joined(g, id, kept, branch(g, id, taken, { kernel, stride: 1, filters: half }));
}

/** Figure 3 (d): both branches see all channels and make half of the new ones. */
function downsamplingUnit(g: GraphBuilder, id: string, x: Value, kernel: number, width: number): Value {
  const filters = width / 2;
  const depthwise = normalisedDepthwise(g, `${id}.shortcut.depthwise`, x, { kernel, stride: 2 });
  const point = { filters, kernel: 1, stride: 1, activation: 'relu' } as const;
  const shortcut = normalisedConvolution(g, `${id}.shortcut.project`, depthwise, point);
  return joined(g, id, shortcut, branch(g, id, x, { kernel, stride: 2, filters }));
}

interface Branch {
  readonly kernel: number;
  readonly stride: number;
  readonly filters: number;
}

/** No activation after the depthwise convolution. */
function branch(g: GraphBuilder, id: string, x: Value, { kernel, stride, filters }: Branch): Value {
  const point = { filters, kernel: 1, stride: 1, activation: 'relu' } as const;
  const reduced = normalisedConvolution(g, `${id}.conv1`, x, point);
  const depthwise = normalisedDepthwise(g, `${id}.depthwise`, reduced, { kernel, stride });
  return normalisedConvolution(g, `${id}.conv2`, depthwise, point);
}

function joined(g: GraphBuilder, id: string, left: Value, right: Value): Value {
  return g.channelShuffle(`${id}.shuffle`, g.concat(`${id}.concat`, left, right), { groups: 2 });
}

export function shufflenetV2Family(task: StudentTask): StudentFamilyDefinition {
  return {
    name: 'shufflenet-v2',
    title: 'ShuffleNetV2',
    source: 'Ma et al. 2018',
    dimensions: [
      ordinal('width1', 'Width of stage 1', 'width', [8, 16, 32, 48]),
      ordinal('units1', 'Units of stage 1', 'depth', [0, 1, 2]),
      ordinal('width2', 'Width of stage 2', 'width', [16, 32, 64, 96]),
      ordinal('units2', 'Units of stage 2', 'depth', [1, 2, 3]),
      ordinal('width3', 'Width of stage 3', 'width', [16, 32, 64, 128, 192]),
      ordinal('units3', 'Units of stage 3', 'depth', [1, 2, 3]),
      ordinal('kernel', 'Depthwise kernel', 'kernel', [3, 5]),
    ],
    /** ShuffleNetV2 0.5x at a third of its widths, with its kernel and most units in the middle. */
    reference: { width1: 16, units1: 1, width2: 32, units2: 3, width3: 64, units3: 2, kernel: 3 },
    build: (config) => {
      const width3 = numberLevel(config, 'width3');
      return shufflenetV2(task, {
        stemWidth: numberLevel(config, 'width1'),
        stemStride: stemStride(task.inputShape),
        stemUnits: numberLevel(config, 'units1'),
        stages: [
          { width: numberLevel(config, 'width2'), units: numberLevel(config, 'units2') },
          { width: width3, units: numberLevel(config, 'units3') },
        ],
        kernel: numberLevel(config, 'kernel'),
        head: 2 * width3,
      });
    },
  };
}

export function wideShufflenetV2(task: WideTask): StagedFamily {
  const choose = chooser(task, 'shufflenet-v2');
  const bases = [
    [8, 12, 16, 24, 32, 48],
    [16, 24, 32, 48, 64, 96],
    [16, 32, 48, 64, 128, 192],
  ];
  const stages = bases.map((base, index) => {
    const stage = index + 1;
    const own = stageChooser(choose, task, stage);
    const width = own.width(base, 4, whole(2, 8192, 2));
    const units = own.depth('units', 'Units');
    const kernel = own.kernel();
    const parts = blocksOf(units, (block) => ({
      reads: [width.name, kernel.name],
      build: (g, x, config) => {
        const [id, size] = [`stage${stage}.block${block}`, numberLevel(config, kernel.name)];
        if (stage === 1 || block > 1) return basicUnit(g, id, x, size);
        return downsamplingUnit(g, id, x, size, numberLevel(config, width.name));
      },
    }));
    const stem = stage === 1 ? [stemOf(stemStrides(task), 'width1', 'relu')] : [];
    return { dimensions: [width, units, kernel], parts: [...stem, ...parts] };
  });
  const head = choose.ordinal('head', 'Head, times the width of stage 3', 'width', [1, 2, 3], whole(1, 16));
  choose.check();
  const dimensions = [...stages.flatMap((stage) => stage.dimensions), head];
  const wished = { width1: 16, width2: 32, width3: 64, units1: 1, units2: 3, units3: 2, head: 2 };
  return stagedFamily(task, {
    ...{ name: 'shufflenet-v2', title: 'ShuffleNetV2', source: 'Ma et al. 2018', dimensions },
    reference: referenceOf(task, dimensions, wished),
    shared: [],
    stages: [
      ...stages.map((stage) => ({ owns: stage.dimensions.map(({ name }) => name), parts: stage.parts })),
      { owns: ['head'], parts: [headOf('relu'), pooled] },
    ],
  });
}

export const testing = { shufflenetV2 };
