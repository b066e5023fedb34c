/**
 * MLP-Mixer: Tolstikhin et al., "MLP-Mixer: an all-MLP architecture for vision" (NeurIPS 2021):
 * each block mixes tokens (over the transpose), then channels, by two-layer perceptrons with a
 * layer norm before each.
 */
import { perceptron } from '../blocks.ts';
import { graphBuilder } from '../graph-builder.ts';
import { numberLevel, ordinal, patchSizes } from './student-family.ts';
import type { StudentFamilyDefinition, StudentTask } from './student-family.ts';

export function mlpMixerFamily(task: StudentTask): StudentFamilyDefinition {
  const patches = patchSizes(task.inputShape);
  return {
    name: 'mlp-mixer',
    title: 'MLP-Mixer',
    source: 'Tolstikhin et al. 2021',
    dimensions: [
      ordinal('patch', 'Patch size', 'patch', patches),
      ordinal('width', 'Width of a token', 'width', [16, 24, 32, 40, 48, 64]),
      ordinal('blocks', 'Blocks', 'depth', [1, 2, 3, 4]),
      ordinal('tokenHidden', 'Hidden units over tokens', 'expansion', [8, 16, 32, 64]),
      ordinal('mlpRatio', 'MLP ratio over channels', 'expansion', [1, 2, 3, 4]),
    ],
    /** Mixer-S/16: a sixteenth of its width, a quarter of its depth, its ratios (half of the width,
     * four times it). */
    reference: { patch: patches[0] ?? 1, width: 32, blocks: 2, tokenHidden: 16, mlpRatio: 4 },
    build: (config) => {
      const g = graphBuilder('mlp-mixer', task.inputShape, task.classes);
      const patch = numberLevel(config, 'patch');
      const width = numberLevel(config, 'width');
      const patched = g.conv2d('patches', g.input, { filters: width, kernel: patch, stride: patch, bias: true });
      let x = g.tokens('tokens', patched);
      const count = x.shape[0] ?? 0;
      for (let block = 1; block <= numberLevel(config, 'blocks'); block += 1) {
        const id = `block${block}`;
        const columns = g.transpose(`${id}.columns`, g.layerNorm(`${id}.norm1`, x));
        const mixed = perceptron(g, `${id}.tokenMlp`, columns, numberLevel(config, 'tokenHidden'), count);
        x = g.add(`${id}.add1`, x, g.transpose(`${id}.rows`, mixed));
        const hidden = width * numberLevel(config, 'mlpRatio');
        x = g.add(`${id}.add2`, x, perceptron(g, `${id}.channelMlp`, g.layerNorm(`${id}.norm2`, x), hidden, width));
      }
      return g.finish(g.meanTokens('mean', g.layerNorm('norm', x)));
    },
  };
}
