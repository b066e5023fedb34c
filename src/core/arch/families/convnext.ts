/**
 * ConvNeXt: Liu et al., "A ConvNet for the 2020s" (CVPR 2022): a patchify stem, blocks of a large
 * depthwise convolution and a perceptron over channels with layer norms, GELU and layer scale, and
 * strided 2x2 convolutions between the stages. Three stages instead of four, without stochastic
 * depth.
 */
import type { ArchitectureGraph } from '../graph.ts';
import { graphBuilder } from '../graph-builder.ts';
import type { GraphBuilder, Value } from '../graph-builder.ts';
import { numberLevel, ordinal, stemStride } from './student-family.ts';
import type { StudentFamilyDefinition, StudentTask } from './student-family.ts';
import { chooser, product, referenceOf, stageChooser, stemStrides, whole } from './wide/levels.ts';
import type { WideTask } from './wide/levels.ts';
import { blocksOf } from './wide/parts.ts';
import type { Part } from './wide/parts.ts';
import { stagedFamily } from './wide/stages.ts';
import type { StagedFamily } from './wide/stages.ts';

export interface ConvnextOptions {
  readonly patch: number;
  readonly stages: readonly { readonly width: number; readonly blocks: number }[];
  readonly expansion: number;
  readonly kernel: number;
}

function convnext(task: StudentTask, options: ConvnextOptions): ArchitectureGraph {
  const { patch, stages, expansion, kernel } = options;
  const g = graphBuilder('convnext', task.inputShape, task.classes);
  const patchify = { filters: stages[0]?.width ?? 0, kernel: patch, stride: patch, bias: true };
  let x = g.layerNorm('stem.norm', g.conv2d('stem', g.input, patchify));
  for (const [stage, { width, blocks }] of stages.entries()) {
    const id = `stage${stage + 1}`;
    if (stage > 0) {
      const halved = { filters: width, kernel: 2, stride: 2, bias: true };
      x = g.conv2d(`${id}.downsample`, g.layerNorm(`${id}.downsample.norm`, x), halved);
    }
    for (let block = 1; block <= blocks; block += 1) {
      x = convnextBlock(g, `${id}.block${block}`, x, { expansion, kernel });
    }
  }
  return g.finish(g.layerNorm('norm', g.globalAveragePool('pool', x)));
}

/** Figure 4. */
function convnextBlock(
  g: GraphBuilder,
  id: string,
  x: Value,
  { expansion, kernel }: Pick<ConvnextOptions, 'expansion' | 'kernel'>,
): Value {
  const width = x.shape[2] ?? 0;
  const mixed = g.layerNorm(`${id}.norm`, g.depthwiseConv2d(`${id}.depthwise`, x, { kernel, stride: 1, bias: true }));
  const point = { kernel: 1, stride: 1, bias: true } as const;
  const expanded = g.conv2d(`${id}.expand`, mixed, { filters: expansion * width, ...point });
  const projected = g.conv2d(`${id}.project`, g.activation(`${id}.act`, expanded, 'gelu'), {
    filters: width,
    ...point,
  });
  return g.add(`${id}.add`, x, g.layerScale(`${id}.scale`, projected));
}

export function convnextFamily(task: StudentTask): StudentFamilyDefinition {
  const stride = stemStride(task.inputShape);
  return {
    name: 'convnext',
    title: 'ConvNeXt',
    source: 'Liu et al. 2022',
    dimensions: [
      ordinal('patch', 'Patch size of the stem', 'patch', [stride, 2 * stride]),
      ordinal('width1', 'Width of stage 1', 'width', [4, 8, 12, 16]),
      ordinal('width2', 'Width of stage 2', 'width', [8, 16, 24, 32]),
      ordinal('width3', 'Width of stage 3', 'width', [16, 32, 48, 64]),
      ordinal('blocks', 'Blocks of every stage', 'depth', [1, 2, 3]),
      ordinal('expansion', 'Expansion', 'expansion', [2, 3, 4]),
      ordinal('kernel', 'Depthwise kernel', 'kernel', [3, 5, 7]),
    ],
    /** ConvNeXt-T: a twelfth of its widths, which double, its kernel and expansion. */
    reference: { patch: stride, width1: 8, width2: 16, width3: 32, blocks: 2, expansion: 4, kernel: 7 },
    build: (config) => {
      const blocks = numberLevel(config, 'blocks');
      return convnext(task, {
        patch: numberLevel(config, 'patch'),
        stages: ['width1', 'width2', 'width3'].map((name) => ({ width: numberLevel(config, name), blocks })),
        expansion: numberLevel(config, 'expansion'),
        kernel: numberLevel(config, 'kernel'),
      });
    },
  };
}

export function wideConvnext(task: WideTask): StagedFamily {
  const choose = chooser(task, 'convnext');
  const stride = product(stemStrides(task));
  const patch = choose.ordinal('patch', 'Patch size of the stem', 'patch', [stride, 2 * stride], whole(1, 64));
  const bases = [
    [4, 6, 8, 12, 16, 24],
    [8, 12, 16, 24, 32, 48],
    [16, 24, 32, 48, 64, 96],
  ];
  const stages = bases.map((base, index) => {
    const stage = index + 1;
    const own = stageChooser(choose, task, stage);
    const width = own.width(base);
    const blocks = own.depth('blocks', 'Blocks');
    const expansion = own.expansion([1, 2, 3, 4]);
    const kernel = own.kernel();
    const parts = blocksOf(blocks, (block) => ({
      reads: [expansion.name, kernel.name],
      build: (g, x, config) =>
        convnextBlock(g, `stage${stage}.block${block}`, x, {
          expansion: numberLevel(config, expansion.name),
          kernel: numberLevel(config, kernel.name),
        }),
    }));
    return { dimensions: [width, blocks, expansion, kernel], parts: [entry(stage, width.name), ...parts] };
  });
  choose.check();
  const dimensions = [patch, ...stages.flatMap((stage) => stage.dimensions)];
  const wished = { patch: stride, width1: 8, width2: 16, width3: 32, blocks1: 2, blocks2: 2, blocks3: 2 };
  const inside = { expansion1: 4, expansion2: 4, expansion3: 4, kernel1: 7, kernel2: 7, kernel3: 7 };
  return stagedFamily(task, {
    ...{ name: 'convnext', title: 'ConvNeXt', source: 'Liu et al. 2022', dimensions },
    reference: referenceOf(task, dimensions, { ...wished, ...inside }),
    shared: [],
    stages: [
      ...stages.map((stage, index) => ({
        owns: [...(index === 0 ? ['patch'] : []), ...stage.dimensions.map(({ name }) => name)],
        parts: stage.parts,
      })),
      { owns: [], parts: [{ reads: [], build: (g, x) => g.layerNorm('norm', g.globalAveragePool('pool', x)) }] },
    ],
  });
}

/** What makes a stage's map: the stem's patches, or a strided convolution. */
function entry(stage: number, width: string): Part {
  if (stage === 1) {
    return {
      reads: ['patch', width],
      build: (g, x, config) => {
        const size = numberLevel(config, 'patch');
        const patchify = { filters: numberLevel(config, width), kernel: size, stride: size, bias: true };
        return g.layerNorm('stem.norm', g.conv2d('stem', x, patchify));
      },
    };
  }
  return {
    reads: [width],
    build: (g, x, config) => {
      const halved = { filters: numberLevel(config, width), kernel: 2, stride: 2, bias: true };
      return g.conv2d(`stage${stage}.downsample`, g.layerNorm(`stage${stage}.downsample.norm`, x), halved);
    },
  };
}

export const testing = { convnext };
