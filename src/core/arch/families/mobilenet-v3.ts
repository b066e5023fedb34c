/**
 * MobileNetV3: Howard et al., "Searching for MobileNetV3" (ICCV 2019): inverted residuals with
 * squeeze-and-excitation and hard swish, ReLU in the first stage, and a last stage whose wide layer
 * comes after the pool (figure 5). Swish in the place of hard swish makes it EfficientNet: Tan and
 * Le (ICML 2019), whose gates are plain sigmoids.
 */
import { invertedResidual, normalisedConvolution } from '../blocks.ts';
import type { InvertedResidualOptions } from '../blocks.ts';
import type { ArchitectureGraph } from '../graph.ts';
import { graphBuilder } from '../graph-builder.ts';
import { numberLevel, ordinal, stemStride, textLevel } from './student-family.ts';
import type { StudentFamilyDefinition, StudentTask } from './student-family.ts';

export interface MobilenetV3Block extends Omit<InvertedResidualOptions, 'squeeze'> {
  readonly id: string;
  /** Narrow layer of its squeeze-and-excitation; 0: it has none. */
  readonly squeezed: number;
}

export interface MobilenetV3Options {
  readonly stemWidth: number;
  readonly stemStride: number;
  readonly blocks: readonly MobilenetV3Block[];
  /** Channels of the 1x1 convolution before the pool, and of the dense layer after it. */
  readonly head: number;
  readonly features: number;
  /** Of stem and head. */
  readonly activation: 'hardSwish' | 'swish';
}

function mobilenetV3(task: StudentTask, options: MobilenetV3Options): ArchitectureGraph {
  const { stemWidth: filters, activation } = options;
  const g = graphBuilder('mobilenet-v3', task.inputShape, task.classes);
  let x = normalisedConvolution(g, 'stem', g.input, { filters, kernel: 3, stride: options.stemStride, activation });
  const gate = activation === 'hardSwish' ? 'hardSigmoid' : 'sigmoid';
  for (const { id, squeezed: units, ...block } of options.blocks) {
    const narrow = block.activation === 'swish' ? block.activation : 'relu';
    x = invertedResidual(g, id, x, { ...block, ...(units > 0 && { squeeze: { units, activation: narrow, gate } }) });
  }
  x = normalisedConvolution(g, 'head', x, { filters: options.head, kernel: 1, stride: 1, activation });
  const features = g.dense('features', g.globalAveragePool('pool', x), { units: options.features, bias: true });
  return g.finish(g.activation('features.act', features, activation));
}

export function mobilenetV3Family(task: StudentTask): StudentFamilyDefinition {
  return {
    name: 'mobilenet-v3',
    title: 'MobileNetV3',
    source: 'Howard et al. 2019; swish: Tan and Le 2019 (EfficientNet)',
    dimensions: [
      ordinal('width1', 'Width of stage 1', 'width', [4, 8, 12]),
      ordinal('width2', 'Width of stage 2', 'width', [8, 16, 24]),
      ordinal('width3', 'Width of stage 3', 'width', [16, 24, 32, 40]),
      ordinal('blocks', 'Blocks of every stage', 'depth', [1, 2, 3]),
      ordinal('expansion', 'Expansion', 'expansion', [2, 3, 4, 6]),
      ordinal('kernel', 'Depthwise kernel', 'kernel', [3, 5]),
      ordinal('squeeze', 'Squeeze-and-excitation ratio (0: none)', 'attention', [0, 0.25]),
      {
        name: 'activation',
        title: 'Activation of the later stages',
        role: 'other',
        type: 'categorical',
        levels: ['hardSwish', 'swish'],
      },
    ],
    /** MobileNetV3-Small at about a quarter of its widths, with the kernel, expansion and ratio of
     * its later stages. */
    reference: {
      ...{ width1: 4, width2: 16, width3: 24, blocks: 2 },
      ...{ expansion: 6, kernel: 5, squeeze: 0.25, activation: 'hardSwish' },
    },
    build: (config) => {
      const widths = ['width1', 'width2', 'width3'].map((name) => numberLevel(config, name));
      const [first = 0, , last = 0] = widths;
      const activation = textLevel(config, 'activation', ['hardSwish', 'swish']);
      const blocks: MobilenetV3Block[] = [];
      for (const [stage, width] of widths.entries()) {
        for (let block = 0; block < numberLevel(config, 'blocks'); block += 1) {
          const channels = blocks.at(-1)?.width ?? first;
          // As in the paper, the very first block does not expand.
          const expanded = blocks.length === 0 ? channels : channels * numberLevel(config, 'expansion');
          blocks.push({
            id: `stage${stage + 1}.block${block + 1}`,
            kernel: numberLevel(config, 'kernel'),
            expanded,
            width,
            stride: stage > 0 && block === 0 ? 2 : 1,
            // The first stage is the large network's: ReLU, and no gates.
            squeezed: stage === 0 ? 0 : Math.ceil(expanded * numberLevel(config, 'squeeze')),
            activation: stage === 0 ? 'relu' : activation,
          });
        }
      }
      const ends = { head: last * numberLevel(config, 'expansion'), features: 2 * last };
      return mobilenetV3(task, {
        ...ends,
        stemWidth: first,
        stemStride: stemStride(task.inputShape),
        blocks,
        activation,
      });
    },
  };
}

export const testing = { mobilenetV3 };
