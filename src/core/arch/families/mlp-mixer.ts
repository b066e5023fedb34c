/**
 * MLP-Mixer: Tolstikhin et al., "MLP-Mixer: an all-MLP architecture for vision" (NeurIPS 2021):
 * each block mixes tokens (over the transpose), then channels, by two-layer perceptrons with a
 * layer norm before each.
 */
import type { Configuration } from '../../space/space.ts';
import { perceptron } from '../blocks.ts';
import { graphBuilder } from '../graph-builder.ts';
import type { GraphBuilder, Value } from '../graph-builder.ts';
import { numberLevel, ordinal, patchSizes } from './student-family.ts';
import type { StudentFamilyDefinition, StudentTask } from './student-family.ts';
import { chooser, depths, from, mostOf, patches, referenceOf, upTo, whole, widths } from './wide/levels.ts';
import type { WideTask } from './wide/levels.ts';
import { blocksOf } from './wide/parts.ts';
import { stagedFamily } from './wide/stages.ts';
import type { StagedFamily } from './wide/stages.ts';

export function mlpMixerFamily(task: StudentTask): StudentFamilyDefinition {
  const sizes = patchSizes(task.inputShape);
  return {
    name: 'mlp-mixer',
    title: 'MLP-Mixer',
    source: 'Tolstikhin et al. 2021',
    dimensions: [
      ordinal('patch', 'Patch size', 'patch', sizes),
      ordinal('width', 'Width of a token', 'width', [16, 24, 32, 40, 48, 64]),
      ordinal('blocks', 'Blocks', 'depth', [1, 2, 3, 4]),
      ordinal('tokenHidden', 'Hidden units over tokens', 'expansion', [8, 16, 32, 64]),
      ordinal('mlpRatio', 'MLP ratio over channels', 'expansion', [1, 2, 3, 4]),
    ],
    /** Mixer-S/16: a sixteenth of its width, a quarter of its depth, its ratios (half of the width,
     * four times it). */
    reference: { patch: sizes[0] ?? 1, width: 32, blocks: 2, tokenHidden: 16, mlpRatio: 4 },
    build: (config) => {
      const g = graphBuilder('mlp-mixer', task.inputShape, task.classes);
      const patch = numberLevel(config, 'patch');
      const width = numberLevel(config, 'width');
      const patched = g.conv2d('patches', g.input, { filters: width, kernel: patch, stride: patch, bias: true });
      let x = g.tokens('tokens', patched);
      for (let block = 1; block <= numberLevel(config, 'blocks'); block += 1) {
        x = mixerBlock(g, `block${block}`, x, numberLevel(config, 'tokenHidden'), numberLevel(config, 'mlpRatio'));
      }
      return g.finish(g.meanTokens('mean', g.layerNorm('norm', x)));
    },
  };
}

function mixerBlock(g: GraphBuilder, id: string, x: Value, tokenHidden: number, mlpRatio: number): Value {
  const [count = 0, width = 0] = x.shape;
  const columns = g.transpose(`${id}.columns`, g.layerNorm(`${id}.norm1`, x));
  const mixed = perceptron(g, `${id}.tokenMlp`, columns, tokenHidden, count);
  const y = g.add(`${id}.add1`, x, g.transpose(`${id}.rows`, mixed));
  const hidden = width * mlpRatio;
  return g.add(`${id}.add2`, y, perceptron(g, `${id}.channelMlp`, g.layerNorm(`${id}.norm2`, y), hidden, width));
}

/** Both perceptrons of every block are its own, as far as there are blocks. */
export function wideMlpMixer(task: WideTask): StagedFamily {
  const choose = chooser(task, 'mlp-mixer');
  const patch = choose.ordinal('patch', 'Patch size', 'patch', patches(task), whole(1, 64));
  const base = [8, 16, 24, 32, 40, 48, 64, 80];
  const width = choose.ordinal('width', 'Width of a token', 'width', widths(task, base, 8), whole(1, 8192));
  const blocks = choose.ordinal('blocks', 'Blocks', 'depth', upTo(depths(task).row), whole(1, 24));
  const hidden = widths(task, [8, 16, 32, 64], 4);
  const rows = upTo(mostOf(blocks)).map((block) => {
    const gate = block > 1 ? from(blocks, block) : undefined;
    const inside = (what: string): string => `${what} of block ${block}`;
    return [
      choose.ordinal(`tokenHidden${block}`, inside('Units over tokens'), 'expansion', hidden, whole(1, 8192), gate),
      choose.ordinal(`mlpRatio${block}`, inside('MLP ratio'), 'expansion', [1, 2, 3, 4], whole(1, 16), gate),
    ];
  });
  choose.check();
  const dimensions = [patch, width, blocks, ...rows.flat()];
  const units = hidden[Math.min(1, hidden.length - 1)] ?? 16;
  const inside = rows.flatMap((_, i) => [[`tokenHidden${i + 1}`, units] as const, [`mlpRatio${i + 1}`, 4] as const]);
  const wished = { patch: patches(task).find((size) => size >= 4) ?? 1, width: 32, blocks: 2 };
  return stagedFamily(task, {
    ...{ name: 'mlp-mixer', title: 'MLP-Mixer', source: 'Tolstikhin et al. 2021', dimensions },
    reference: referenceOf(task, dimensions, { ...wished, ...Object.fromEntries(inside) }),
    shared: ['blocks'],
    stages: [
      { owns: ['patch', 'width'], parts: [{ reads: ['patch', 'width'], build: cutUp }] },
      ...blocksOf(blocks, (block) => {
        const [over, ratio] = [`tokenHidden${block}`, `mlpRatio${block}`];
        return {
          reads: [over, ratio],
          build: (g, x, config) =>
            mixerBlock(g, `block${block}`, x, numberLevel(config, over), numberLevel(config, ratio)),
        };
      }).map((part) => ({ owns: part.reads, parts: [part] })),
      { owns: [], parts: [{ reads: [], build: (g, x) => g.meanTokens('mean', g.layerNorm('norm', x)) }] },
    ],
  });
}

function cutUp(g: GraphBuilder, x: Value, config: Configuration): Value {
  const [size, filters] = [numberLevel(config, 'patch'), numberLevel(config, 'width')];
  return g.tokens('tokens', g.conv2d('patches', x, { filters, kernel: size, stride: size, bias: true }));
}
