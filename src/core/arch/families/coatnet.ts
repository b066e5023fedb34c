/**
 * CoAtNet: Dai et al., "CoAtNet: marrying convolution and attention for all data sizes" (NeurIPS
 * 2021), the layout C-C-T on small images: a stem of two convolutions, two stages of MBConv blocks,
 * one of transformer blocks with relative attention; each stage after the first MBConv's at half
 * the resolution. All blocks are pre-norm, with GELU.
 *
 * Two departures: a block that goes down strides in its depthwise convolution, not in its expansion
 * (which would drop three pixels of four), and the pooled map is projected before the first
 * transformer block, not around its attention.
 */
import { normalisedConvolution, normalisedDepthwise, perceptron, squeezeAndExcitation } from '../blocks.ts';
import type { Configuration } from '../../space/space.ts';
import { graphBuilder } from '../graph-builder.ts';
import type { GraphBuilder, Value } from '../graph-builder.ts';
import { numberLevel, ordinal, stemStride } from './student-family.ts';
import type { StudentFamilyDefinition, StudentTask } from './student-family.ts';
import { chooser, depths, referenceOf, stageChooser, stemStrides, upTo, whole, widths } from './wide/levels.ts';
import type { WideTask } from './wide/levels.ts';
import { blocksOf, stridedConvolutions } from './wide/parts.ts';
import { stagedFamily } from './wide/stages.ts';
import type { StagedFamily } from './wide/stages.ts';

/** Of the layer inside an MBConv block (section 3 and appendix A.1). */
const SQUEEZE_RATIO = 0.25;
/** Channels of a head: a quarter of the paper's. */
const HEAD_WIDTH = 8;

export function coatnetFamily(task: StudentTask): StudentFamilyDefinition {
  return {
    name: 'coatnet',
    title: 'CoAtNet',
    source: 'Dai et al. 2021',
    dimensions: [
      ordinal('width1', 'Width of stem and stage 1', 'width', [4, 8, 12]),
      ordinal('width2', 'Width of stage 2', 'width', [8, 16, 24]),
      ordinal('width3', 'Width of a token', 'width', [8, 16, 32, 48, 64]),
      ordinal('blocks', 'MBConv blocks of a stage', 'depth', [1, 2]),
      ordinal('attentionBlocks', 'Transformer blocks', 'depth', [1, 2, 3]),
      ordinal('expansion', 'Expansion', 'expansion', [2, 3, 4]),
      ordinal('kernel', 'Depthwise kernel', 'kernel', [3, 5]),
    ],
    /** CoAtNet-0: a twelfth of its widths, which double, its first stage's depth, its expansion and
     * kernel. */
    reference: { width1: 8, width2: 16, width3: 32, blocks: 2, attentionBlocks: 2, expansion: 4, kernel: 3 },
    build: (config) => {
      const g = graphBuilder('coatnet', task.inputShape, task.classes);
      const [expansion, kernel] = [numberLevel(config, 'expansion'), numberLevel(config, 'kernel')];
      let x = stem(g, g.input, numberLevel(config, 'width1'), [stemStride(task.inputShape)]);
      for (const stage of [1, 2]) {
        for (let block = 1; block <= numberLevel(config, 'blocks'); block += 1) {
          const width = numberLevel(config, `width${stage}`);
          const stride = stage === 2 && block === 1 ? 2 : 1;
          x = mbConvolution(g, `stage${stage}.block${block}`, x, {
            ...{ width, stride, expansion, kernel, squeeze: SQUEEZE_RATIO },
          });
        }
      }
      const width = numberLevel(config, 'width3');
      const pooled = g.maxPool('stage3.pool', x, { size: 2, stride: 2 });
      const projected = g.conv2d('stage3.project', pooled, { filters: width, kernel: 1, stride: 1, bias: true });
      const [height = 1, breadth = 1] = projected.shape;
      let y = g.tokens('tokens', projected);
      for (let block = 1; block <= numberLevel(config, 'attentionBlocks'); block += 1) {
        y = transformerBlock(g, `stage3.block${block}`, y, {
          expansion,
          headWidth: HEAD_WIDTH,
          grid: [height, breadth],
        });
      }
      return g.finish(g.meanTokens('mean', g.layerNorm('norm', y)));
    },
  };
}

function stem(g: GraphBuilder, x: Value, filters: number, strides: readonly number[]): Value {
  const first = stridedConvolutions(g, 'stem.conv1', x, { filters, strides, activation: 'gelu' });
  return g.conv2d('stem.conv2', first, { filters, kernel: 3, stride: 1, bias: true });
}

interface MbConvolution {
  readonly width: number;
  readonly stride: number;
  readonly expansion: number;
  readonly kernel: number;
  /** Ratio of its narrow layer; 0: it has no gates. */
  readonly squeeze: number;
}

/** Norm, expand, depthwise, squeeze and excite, project; the shortcut is pooled and projected where
 * the shape changes. */
function mbConvolution(g: GraphBuilder, id: string, x: Value, options: MbConvolution): Value {
  const { width, stride, expansion, kernel, squeeze } = options;
  const channels = x.shape[2] ?? 0;
  const wide = expansion * channels;
  const point = { kernel: 1, stride: 1, bias: true } as const;
  const expanded = normalisedConvolution(g, `${id}.expand`, g.batchNorm(`${id}.norm`, x), {
    ...{ filters: wide, kernel: 1, stride: 1, activation: 'gelu' },
  });
  const depthwise = normalisedDepthwise(g, `${id}.depthwise`, expanded, { kernel, stride, activation: 'gelu' });
  const units = Math.ceil(squeeze * wide);
  const gates = { units, activation: 'gelu', gate: 'sigmoid' } as const;
  const gated = units > 0 ? squeezeAndExcitation(g, `${id}.squeeze`, depthwise, gates) : depthwise;
  const projected = g.conv2d(`${id}.project`, gated, { filters: width, ...point });
  const pooled = stride === 1 ? x : g.maxPool(`${id}.shortcut.pool`, x, { size: 2, stride });
  const shortcut = channels === width ? pooled : g.conv2d(`${id}.shortcut`, pooled, { filters: width, ...point });
  return g.add(`${id}.add`, shortcut, projected);
}

interface TransformerBlock {
  readonly expansion: number;
  readonly headWidth: number;
  /** Rows and columns of the tokens. */
  readonly grid: readonly [number, number];
}

function transformerBlock(g: GraphBuilder, id: string, x: Value, options: TransformerBlock): Value {
  const { expansion, headWidth, grid } = options;
  const width = x.shape[1] ?? 0;
  const normal = g.layerNorm(`${id}.norm1`, x);
  const attended = g.add(`${id}.add1`, x, g.attention(`${id}.attention`, normal, { heads: width / headWidth, grid }));
  const mixed = perceptron(g, `${id}.mlp`, g.layerNorm(`${id}.norm2`, attended), expansion * width, width);
  return g.add(`${id}.add2`, attended, mixed);
}

export function wideCoatnet(task: WideTask): StagedFamily {
  const choose = chooser(task, 'coatnet');
  const bases = [
    [4, 8, 12, 16, 24],
    [8, 16, 24, 32, 48],
  ];
  const depth = depths(task).stage;
  const stages = bases.map((base, index) => {
    const stage = index + 1;
    const choices = stageChooser(choose, task, stage);
    const width = choices.width(base);
    const blocks = choices.depth('blocks', 'MBConv blocks', depth - 1);
    const expansion = choices.expansion([1, 2, 3, 4]);
    const kernel = choices.kernel();
    const squeeze = choices.squeeze(SQUEEZE_RATIO);
    const own = [width, blocks, expansion, kernel, squeeze];
    const parts = blocksOf(blocks, (block) => ({
      reads: [width.name, expansion.name, kernel.name, squeeze.name],
      build: (g, x, config) =>
        mbConvolution(g, `stage${stage}.block${block}`, x, {
          width: numberLevel(config, width.name),
          stride: stage === 2 && block === 1 ? 2 : 1,
          expansion: numberLevel(config, expansion.name),
          kernel: numberLevel(config, kernel.name),
          squeeze: numberLevel(config, squeeze.name),
        }),
    }));
    const begin = (g: GraphBuilder, x: Value, config: Configuration): Value =>
      stem(g, x, numberLevel(config, 'width1'), stemStrides(task));
    return { dimensions: own, parts: [...(stage === 1 ? [{ reads: ['width1'], build: begin }] : []), ...parts] };
  });
  const tokens = [
    choose.ordinal('width3', 'Width of a token', 'width', widths(task, [16, 32, 48, 64, 96], 16), whole(16, 8192, 16)),
    choose.ordinal('blocks3', 'Transformer blocks', 'depth', upTo(depth), whole(1, 24)),
    choose.ordinal('expansion3', 'Expansion of a perceptron', 'expansion', [1, 2, 3, 4], whole(1, 16)),
    choose.ordinal('headWidth', 'Channels of a head', 'heads', [4, 8, 16], {
      fits: (level) => [1, 2, 4, 8, 16].some((one) => one === level),
      text: '1, 2, 4, 8 or 16',
    }),
  ];
  choose.check();
  const dimensions = [...stages.flatMap((stage) => stage.dimensions), ...tokens];
  const wished = { width1: 8, width2: 16, width3: 32, blocks1: 1, blocks2: 2, blocks3: 2, headWidth: 8 };
  const inside = { expansion1: 4, expansion2: 4, expansion3: 4, squeeze1: SQUEEZE_RATIO, squeeze2: SQUEEZE_RATIO };
  return stagedFamily(task, {
    ...{ name: 'coatnet', title: 'CoAtNet', source: 'Dai et al. 2021', dimensions },
    reference: referenceOf(task, dimensions, { ...wished, ...inside }),
    shared: [],
    stages: [
      ...stages.map((stage) => ({ owns: stage.dimensions.map(({ name }) => name), parts: stage.parts })),
      {
        owns: tokens.map(({ name }) => name),
        // One part: relative attention hangs on the grid, which a row of tokens does not tell.
        parts: [{ reads: tokens.map(({ name }) => name), build: wideTokens }],
      },
    ],
  });
}

function wideTokens(g: GraphBuilder, x: Value, config: Configuration): Value {
  const width = numberLevel(config, 'width3');
  const pooled = g.maxPool('stage3.pool', x, { size: 2, stride: 2 });
  const projected = g.conv2d('stage3.project', pooled, { filters: width, kernel: 1, stride: 1, bias: true });
  const [height = 1, breadth = 1] = projected.shape;
  const options = { expansion: numberLevel(config, 'expansion3'), headWidth: numberLevel(config, 'headWidth') };
  let y = g.tokens('tokens', projected);
  for (let block = 1; block <= numberLevel(config, 'blocks3'); block += 1) {
    y = transformerBlock(g, `stage3.block${block}`, y, { ...options, grid: [height, breadth] });
  }
  return g.meanTokens('mean', g.layerNorm('norm', y));
}
