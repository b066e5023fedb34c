/**
 * MobileNetV2: Sandler et al., "Inverted residuals and linear bottlenecks" (CVPR 2018), table 2 cut
 * down to three stages: a 3x3 stem, inverted residuals with one expansion factor, and a 1x1
 * convolution before the pool.
 */
import { invertedResidual, normalisedConvolution } from '../blocks.ts';
import { graphBuilder } from '../graph-builder.ts';
import { numberLevel, ordinal, stemStride } from './student-family.ts';
import type { StudentFamilyDefinition, StudentTask } from './student-family.ts';
import { chooser, referenceOf, stageChooser, stemStrides, whole } from './wide/levels.ts';
import type { WideTask } from './wide/levels.ts';
import { blocksOf, headOf, pooled, stemOf } from './wide/parts.ts';
import { stagedFamily } from './wide/stages.ts';
import type { StagedFamily } from './wide/stages.ts';

export function mobilenetV2Family(task: StudentTask): StudentFamilyDefinition {
  return {
    name: 'mobilenet-v2',
    title: 'MobileNetV2',
    source: 'Sandler et al. 2018',
    dimensions: [
      ordinal('width1', 'Width of stage 1', 'width', [4, 8, 12, 16]),
      ordinal('width2', 'Width of stage 2', 'width', [8, 16, 24, 32]),
      ordinal('width3', 'Width of stage 3', 'width', [16, 24, 32, 48]),
      ordinal('blocks', 'Blocks of every stage', 'depth', [1, 2, 3]),
      ordinal('expansion', 'Expansion', 'expansion', [1, 2, 3, 4, 6]),
      ordinal('kernel', 'Depthwise kernel', 'kernel', [3, 5]),
    ],
    /** The paper's expansion and kernel at a quarter of its widths. */
    reference: { width1: 4, width2: 8, width3: 24, blocks: 2, expansion: 6, kernel: 3 },
    build: (config) => {
      const g = graphBuilder('mobilenet-v2', task.inputShape, task.classes);
      const expansion = numberLevel(config, 'expansion');
      const kernel = numberLevel(config, 'kernel');
      const widths = ['width1', 'width2', 'width3'].map((name) => numberLevel(config, name));
      let x = normalisedConvolution(g, 'stem', g.input, {
        filters: 2 * (widths[0] ?? 0),
        kernel: 3,
        stride: stemStride(task.inputShape),
        activation: 'relu6',
      });
      for (const [stage, width] of widths.entries()) {
        for (let block = 0; block < numberLevel(config, 'blocks'); block += 1) {
          const stride = stage > 0 && block === 0 ? 2 : 1;
          // As in the paper, the very first bottleneck does not expand: the stem is already twice
          // as wide.
          const expanded = (x.shape[2] ?? 0) * (stage === 0 && block === 0 ? 1 : expansion);
          const options = { kernel, expanded, width, stride, activation: 'relu6' } as const;
          x = invertedResidual(g, `stage${stage + 1}.block${block + 1}`, x, options);
        }
      }
      const head = { filters: 2 * (widths[2] ?? 0), kernel: 1, stride: 1, activation: 'relu6' } as const;
      return g.finish(g.globalAveragePool('pool', normalisedConvolution(g, 'head', x, head)));
    },
  };
}

/** The very first bottleneck expands like the others of its stage: its stem is as wide as the
 * stage. */
export function wideMobilenetV2(task: WideTask): StagedFamily {
  const choose = chooser(task, 'mobilenet-v2');
  const bases = [
    [4, 6, 8, 12, 16, 24],
    [8, 12, 16, 24, 32, 40],
    [16, 24, 32, 40, 48, 64],
  ];
  const stages = bases.map((base, index) => {
    const stage = index + 1;
    const own = stageChooser(choose, task, stage);
    const width = own.width(base);
    const blocks = own.depth('blocks', 'Blocks');
    const expansion = own.expansion([1, 2, 3, 4, 6]);
    const kernel = own.kernel();
    const parts = blocksOf(blocks, (block) => ({
      reads: [width.name, expansion.name, kernel.name],
      build: (g, x, config) =>
        invertedResidual(g, `stage${stage}.block${block}`, x, {
          kernel: numberLevel(config, kernel.name),
          expanded: (x.shape[2] ?? 0) * numberLevel(config, expansion.name),
          width: numberLevel(config, width.name),
          stride: stage > 1 && block === 1 ? 2 : 1,
          activation: 'relu6',
        }),
    }));
    const stem = stage === 1 ? [stemOf(stemStrides(task), 'width1', 'relu6')] : [];
    return { dimensions: [width, blocks, expansion, kernel], parts: [...stem, ...parts] };
  });
  const head = choose.ordinal('head', 'Head, times the width of stage 3', 'width', [1, 2, 3], whole(1, 16));
  choose.check();
  const dimensions = [...stages.flatMap((stage) => stage.dimensions), head];
  const widened = { width1: 8, width2: 16, width3: 24, blocks1: 1, blocks2: 2, blocks3: 2, head: 2 };
  return stagedFamily(task, {
    ...{ name: 'mobilenet-v2', title: 'MobileNetV2', source: 'Sandler et al. 2018', dimensions },
    reference: referenceOf(task, dimensions, { ...widened, expansion2: 6, expansion3: 6 }),
    shared: [],
    stages: [
      ...stages.map((stage) => ({ owns: stage.dimensions.map(({ name }) => name), parts: stage.parts })),
      { owns: ['head'], parts: [headOf('relu6'), pooled] },
    ],
  });
}
