/**
 * Vision transformer as in DeiT: Touvron et al., "Training data-efficient image transformers &
 * distillation through attention" (ICML 2021), with pre-norm blocks; the mean of the tokens takes
 * the place of the class token.
 */
import { perceptron } from '../blocks.ts';
import { graphBuilder } from '../graph-builder.ts';
import { numberLevel, ordinal, patchSizes } from './student-family.ts';
import type { StudentFamilyDefinition, StudentTask } from './student-family.ts';

export function vitFamily(task: StudentTask): StudentFamilyDefinition {
  const patches = patchSizes(task.inputShape);
  return {
    name: 'vit',
    title: 'ViT',
    source: 'Touvron et al. 2021 (DeiT)',
    dimensions: [
      ordinal('patch', 'Patch size', 'patch', patches),
      ordinal('width', 'Width of a token', 'width', [16, 24, 32, 40, 48, 64]),
      ordinal('blocks', 'Blocks', 'depth', [1, 2, 3, 4]),
      ordinal('heads', 'Attention heads', 'heads', [1, 2, 4]),
      ordinal('mlpRatio', 'MLP ratio', 'expansion', [1, 2, 3, 4]),
    ],
    /** DeiT-Ti: an eighth of its width, a sixth of its depth, its MLP ratio. */
    reference: { patch: patches[0] ?? 1, width: 24, blocks: 2, heads: 2, mlpRatio: 4 },
    build: (config) => {
      const g = graphBuilder('vit', task.inputShape, task.classes);
      const patch = numberLevel(config, 'patch');
      const width = numberLevel(config, 'width');
      const patched = g.conv2d('patches', g.input, { filters: width, kernel: patch, stride: patch, bias: true });
      let x = g.positionEmbedding('position', g.tokens('tokens', patched));
      for (let block = 1; block <= numberLevel(config, 'blocks'); block += 1) {
        const id = `block${block}`;
        const heads = numberLevel(config, 'heads');
        const attended = g.attention(`${id}.attention`, g.layerNorm(`${id}.norm1`, x), { heads });
        x = g.add(`${id}.add1`, x, attended);
        const hidden = width * numberLevel(config, 'mlpRatio');
        x = g.add(`${id}.add2`, x, perceptron(g, `${id}.mlp`, g.layerNorm(`${id}.norm2`, x), hidden, width));
      }
      return g.finish(g.meanTokens('mean', g.layerNorm('norm', x)));
    },
  };
}
