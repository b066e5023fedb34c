/**
 * MobileNetV3: Howard et al., "Searching for MobileNetV3" (ICCV 2019): inverted residuals with
 * squeeze-and-excitation and hard swish, ReLU in the first stage, and a last stage whose wide layer
 * comes after the pool (figure 5). Swish in the place of hard swish makes it EfficientNet: Tan and
 * Le (ICML 2019), whose gates are plain sigmoids.
 */
import { invertedResidual, normalisedConvolution } from '../blocks.ts';
import type { InvertedResidualOptions } from '../blocks.ts';
import type { ArchitectureGraph } from '../graph.ts';
import type { Configuration } from '../../space/space.ts';
import { graphBuilder } from '../graph-builder.ts';
import type { GraphBuilder, Value } from '../graph-builder.ts';
import { numberLevel, ordinal, stemStride, textLevel } from './student-family.ts';
import type { StudentFamilyDefinition, StudentTask } from './student-family.ts';
import { chooser, referenceOf, stageChooser, stemStrides, whole } from './wide/levels.ts';
import type { WideTask } from './wide/levels.ts';
import { blocksOf, stemOf } from './wide/parts.ts';
import { stagedFamily } from './wide/stages.ts';
import type { StagedFamily } from './wide/stages.ts';

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

const activationOf = (config: Configuration): 'hardSwish' | 'swish' =>
  textLevel(config, 'activation', ['hardSwish', 'swish']);

/** The first stage may have gates, too; the head widens by a factor of its own. */
export function wideMobilenetV3(task: WideTask): StagedFamily {
  const choose = chooser(task, 'mobilenet-v3');
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
    const squeeze = own.squeeze(0.25);
    const parts = blocksOf(blocks, (block) => ({
      reads: [width.name, expansion.name, kernel.name, squeeze.name],
      build: (g, x, config) => {
        const activation = stage === 1 ? 'relu' : activationOf(config);
        const expanded = (x.shape[2] ?? 0) * numberLevel(config, expansion.name);
        const units = Math.ceil(expanded * numberLevel(config, squeeze.name));
        const gate = activation === 'swish' ? 'sigmoid' : 'hardSigmoid';
        return invertedResidual(g, `stage${stage}.block${block}`, x, {
          ...{ kernel: numberLevel(config, kernel.name), expanded, width: numberLevel(config, width.name), activation },
          stride: stage > 1 && block === 1 ? 2 : 1,
          ...(units > 0 && { squeeze: { units, activation: activation === 'swish' ? activation : 'relu', gate } }),
        });
      },
    }));
    const stem = stage === 1 ? [stemOf(stemStrides(task), 'width1', activationOf)] : [];
    return { dimensions: [width, blocks, expansion, kernel, squeeze], parts: [...stem, ...parts] };
  });
  const head = choose.ordinal('head', 'Head, times the width of stage 3', 'width', [2, 3, 4, 6], whole(1, 16));
  const activation = choose.categorical('activation', 'Activation of the later stages', ['hardSwish', 'swish']);
  choose.check();
  const dimensions = [...stages.flatMap((stage) => stage.dimensions), head, activation];
  const wished = { width1: 4, width2: 16, width3: 24, blocks1: 1, blocks2: 2, blocks3: 2, head: 4 };
  const later = { expansion2: 4, expansion3: 6, kernel2: 5, kernel3: 5, squeeze2: 0.25, squeeze3: 0.25 };
  return stagedFamily(task, {
    ...{
      name: 'mobilenet-v3',
      title: 'MobileNetV3',
      source: 'Howard et al. 2019; swish: Tan and Le 2019 (EfficientNet)',
    },
    dimensions,
    reference: referenceOf(task, dimensions, { ...wished, ...later }),
    shared: [],
    stages: [
      ...stages.map((stage) => ({ owns: stage.dimensions.map(({ name }) => name), parts: stage.parts })),
      { owns: ['head'], parts: [{ reads: ['head'], build: wideHead }] },
    ],
  });
}

/** As the family's other networks end: the dense layer after the pool is twice as wide as the last
 * stage. */
function wideHead(g: GraphBuilder, x: Value, config: Configuration): Value {
  const activation = activationOf(config);
  const width = x.shape[2] ?? 0;
  const filters = width * numberLevel(config, 'head');
  const mapped = normalisedConvolution(g, 'head', x, { filters, kernel: 1, stride: 1, activation });
  const features = g.dense('features', g.globalAveragePool('pool', mapped), { units: 2 * width, bias: true });
  return g.activation('features.act', features, activation);
}

export const testing = { mobilenetV3 };
