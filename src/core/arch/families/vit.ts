/**
 * Vision transformer as in DeiT: Touvron et al., "Training data-efficient image transformers &
 * distillation through attention" (ICML 2021), with pre-norm blocks; the mean of the tokens takes
 * the place of the class token.
 */
import type { Configuration, Dimension } from '../../space/space.ts';
import { perceptron } from '../blocks.ts';
import { graphBuilder } from '../graph-builder.ts';
import type { GraphBuilder, Value } from '../graph-builder.ts';
import { numberLevel, ordinal, patchSizes } from './student-family.ts';
import type { StudentFamilyDefinition, StudentTask } from './student-family.ts';
import { chooser, depths, from, mostOf, patches, referenceOf, upTo, whole, widths } from './wide/levels.ts';
import type { Rule, WideTask } from './wide/levels.ts';
import { blocksOf } from './wide/parts.ts';
import { stagedFamily } from './wide/stages.ts';
import type { StagedFamily } from './wide/stages.ts';

export function vitFamily(task: StudentTask): StudentFamilyDefinition {
  const sizes = patchSizes(task.inputShape);
  return {
    name: 'vit',
    title: 'ViT',
    source: 'Touvron et al. 2021 (DeiT)',
    dimensions: [
      ordinal('patch', 'Patch size', 'patch', sizes),
      ordinal('width', 'Width of a token', 'width', [16, 24, 32, 40, 48, 64]),
      ordinal('blocks', 'Blocks', 'depth', [1, 2, 3, 4]),
      ordinal('heads', 'Attention heads', 'heads', [1, 2, 4]),
      ordinal('mlpRatio', 'MLP ratio', 'expansion', [1, 2, 3, 4]),
    ],
    /** DeiT-Ti: an eighth of its width, a sixth of its depth, its MLP ratio. */
    reference: { patch: sizes[0] ?? 1, width: 24, blocks: 2, heads: 2, mlpRatio: 4 },
    build: (config) => {
      const g = graphBuilder('vit', task.inputShape, task.classes);
      const patch = numberLevel(config, 'patch');
      const width = numberLevel(config, 'width');
      const patched = g.conv2d('patches', g.input, { filters: width, kernel: patch, stride: patch, bias: true });
      let x = g.positionEmbedding('position', g.tokens('tokens', patched));
      for (let block = 1; block <= numberLevel(config, 'blocks'); block += 1) {
        x = vitBlock(g, `block${block}`, x, numberLevel(config, 'heads'), numberLevel(config, 'mlpRatio'));
      }
      return g.finish(g.meanTokens('mean', g.layerNorm('norm', x)));
    },
  };
}

/** Of tokens `[t,width]`, with a shortcut around attention and perceptron each. */
export function vitBlock(g: GraphBuilder, id: string, x: Value, heads: number, mlpRatio: number): Value {
  const width = x.shape[1] ?? 0;
  const attended = g.attention(`${id}.attention`, g.layerNorm(`${id}.norm1`, x), { heads });
  const y = g.add(`${id}.add1`, x, attended);
  return g.add(`${id}.add2`, y, perceptron(g, `${id}.mlp`, g.layerNorm(`${id}.norm2`, y), width * mlpRatio, width));
}

/** Heads and MLP ratio of every block are its own, as far as there are blocks. */
export function wideVit(task: WideTask): StagedFamily {
  const choose = chooser(task, 'vit');
  const patch = choose.ordinal('patch', 'Patch size', 'patch', patches(task), whole(1, 64));
  const base = [8, 16, 24, 32, 40, 48, 64, 80];
  const width = choose.ordinal('width', 'Width of a token', 'width', widths(task, base, 8), whole(8, 8192, 8));
  const blocks = choose.ordinal('blocks', 'Blocks', 'depth', upTo(depths(task).row), whole(1, 24));
  const inside = vitBlocks(choose, blocks);
  choose.check();
  const dimensions = [patch, width, blocks, ...inside.dimensions];
  const wished = { patch: patches(task).find((size) => size >= 4) ?? 1, width: 24, blocks: 2 };
  return stagedFamily(task, {
    ...{ name: 'vit', title: 'ViT', source: 'Touvron et al. 2021 (DeiT)', dimensions },
    reference: referenceOf(task, dimensions, { ...wished, ...inside.reference(4) }),
    shared: ['blocks'],
    stages: [
      { owns: ['patch', 'width'], parts: [{ reads: ['patch', 'width'], build: embedded }] },
      ...inside.stages,
      { owns: [], parts: [{ reads: [], build: (g, x) => g.meanTokens('mean', g.layerNorm('norm', x)) }] },
    ],
  });
}

/** Blocks of which each has heads and an MLP ratio of its own. */
export function vitBlocks(choose: ReturnType<typeof chooser>, blocks: Dimension) {
  const namesOf = (block: number) => [`heads${block}`, `mlpRatio${block}`] as const;
  const rows = upTo(mostOf(blocks)).map((block) => {
    const gate = block > 1 ? from(blocks, block) : undefined;
    const [heads, ratio] = namesOf(block);
    return [
      choose.ordinal(heads, `Attention heads of block ${block}`, 'heads', [1, 2, 4], HEADS, gate),
      choose.ordinal(ratio, `MLP ratio of block ${block}`, 'expansion', [1, 2, 3, 4], whole(1, 16), gate),
    ];
  });
  const parts = blocksOf(blocks, (block) => {
    const [heads, ratio] = namesOf(block);
    return {
      // Heads share the channels: they cost nothing.
      reads: [ratio],
      build: (g, x, config) => vitBlock(g, `block${block}`, x, numberLevel(config, heads), numberLevel(config, ratio)),
    };
  });
  return {
    dimensions: rows.flat(),
    stages: parts.map((part, index) => ({ owns: namesOf(index + 1), parts: [part] })),
    /** Two heads and this ratio in every block. */
    reference: (ratio: number): Readonly<Record<string, number>> =>
      Object.fromEntries(
        rows.flatMap((_, index) => {
          const [heads, mlpRatio] = namesOf(index + 1);
          return [[heads, 2] as const, [mlpRatio, ratio] as const];
        }),
      ),
  };
}

const HEADS: Rule = { fits: (level) => [1, 2, 4, 8].some((one) => one === level), text: '1, 2, 4 or 8' };

function embedded(g: GraphBuilder, x: Value, config: Configuration): Value {
  const [size, filters] = [numberLevel(config, 'patch'), numberLevel(config, 'width')];
  const patched = g.conv2d('patches', x, { filters, kernel: size, stride: size, bias: true });
  return g.positionEmbedding('position', g.tokens('tokens', patched));
}
