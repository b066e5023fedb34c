/**
 * MobileNetV2: Sandler et al., "Inverted residuals and linear bottlenecks" (CVPR 2018), table 2 cut
 * down to three stages: a 3x3 stem, inverted residuals with one expansion factor, and a 1x1
 * convolution before the pool.
 */
import { normalisedConvolution, normalisedDepthwise } from '../blocks.ts';
import { graphBuilder } from '../graph-builder.ts';
import type { GraphBuilder, Value } from '../graph-builder.ts';
import { numberLevel, stemStride } from './student-family.ts';
import type { StudentFamilyDefinition, StudentTask } from './student-family.ts';

export function mobilenetV2Family(task: StudentTask): StudentFamilyDefinition {
  return {
    name: 'mobilenet-v2',
    title: 'MobileNetV2',
    source: 'Sandler et al. 2018',
    dimensions: [
      { name: 'width1', title: 'Width of stage 1', role: 'width', type: 'ordinal', levels: [4, 8, 12, 16] },
      { name: 'width2', title: 'Width of stage 2', role: 'width', type: 'ordinal', levels: [8, 16, 24, 32] },
      { name: 'width3', title: 'Width of stage 3', role: 'width', type: 'ordinal', levels: [16, 24, 32, 48] },
      { name: 'blocks', title: 'Blocks of every stage', role: 'depth', type: 'ordinal', levels: [1, 2, 3] },
      { name: 'expansion', title: 'Expansion', role: 'expansion', type: 'ordinal', levels: [1, 2, 3, 4, 6] },
      { name: 'kernel', title: 'Depthwise kernel', role: 'kernel', type: 'ordinal', levels: [3, 5] },
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
          const factor = stage === 0 && block === 0 ? 1 : expansion;
          x = invertedResidual(g, `stage${stage + 1}.block${block + 1}`, x, { width, stride, factor, kernel });
        }
      }
      const head = { filters: 2 * (widths[2] ?? 0), kernel: 1, stride: 1, activation: 'relu6' } as const;
      return g.finish(g.globalAveragePool('pool', normalisedConvolution(g, 'head', x, head)));
    },
  };
}

interface InvertedResidual {
  readonly width: number;
  readonly stride: number;
  readonly factor: number;
  readonly kernel: number;
}

/** Expand (left out at factor 1), depthwise, linear projection; a shortcut where the shape
 * stays. */
function invertedResidual(g: GraphBuilder, id: string, x: Value, options: InvertedResidual): Value {
  const { width, stride, factor, kernel } = options;
  const channels = x.shape[2] ?? 0;
  const activation = 'relu6';
  const expanded =
    factor === 1
      ? x
      : normalisedConvolution(g, `${id}.expand`, x, { filters: factor * channels, kernel: 1, stride: 1, activation });
  const depthwise = normalisedDepthwise(g, `${id}.depthwise`, expanded, { kernel, stride, activation });
  const projected = normalisedConvolution(g, `${id}.project`, depthwise, { filters: width, kernel: 1, stride: 1 });
  return stride === 1 && channels === width ? g.add(`${id}.add`, x, projected) : projected;
}
