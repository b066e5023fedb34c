/**
 * Self-attention over the steps: Pandey and Karypis, "A self-attentive model for knowledge tracing"
 * (EDM 2019). The window ends with what is asked, so that every step may look at every other; its
 * blocks are those of the family ViT.
 */
import type { Configuration } from '../../../space/space.ts';
import type { Modality } from '../../../records/example.ts';
import { graphBuilder } from '../../graph-builder.ts';
import type { GraphBuilder, Value } from '../../graph-builder.ts';
import { numberLevel, ordinal } from '../student-family.ts';
import type { StudentFamilyDefinition, StudentTask } from '../student-family.ts';
import { vitBlock, vitBlocks } from '../vit.ts';
import { chooser, depths, referenceOf, upTo, whole, widths } from '../wide/levels.ts';
import type { WideTask } from '../wide/levels.ts';
import { stagedFamily } from '../wide/stages.ts';
import type { StagedFamily } from '../wide/stages.ts';
import {
  embedded,
  joinsOf,
  joinOf,
  modalitiesOf,
  readOut,
  READOUT,
  READOUTS,
  READOUT_TITLE,
  tokensStage,
} from './steps.ts';

const SOURCE = 'Pandey and Karypis 2019 (SAKT)';

export function saktFamily(task: StudentTask): StudentFamilyDefinition {
  const modalities = modalitiesOf(task);
  return {
    ...{ name: 'sakt', title: 'SAKT', source: SOURCE },
    dimensions: [
      ordinal('width', 'Width of a step', 'width', [8, 16, 24, 32, 48, 64]),
      ...joinsOf(modalities),
      ordinal('blocks', 'Blocks', 'depth', [1, 2, 3, 4]),
      ordinal('heads', 'Attention heads', 'heads', [1, 2, 4]),
      ordinal('mlpRatio', 'MLP ratio', 'expansion', [1, 2, 3, 4]),
      READOUT,
    ],
    /** One block whose perceptron is as wide as its steps, as in the paper. */
    reference: {
      ...{ width: 32, ...(modalities.length > 1 && { join: 'sum' }), blocks: 1, heads: 2, mlpRatio: 1 },
      readout: 'last',
    },
    build: (config) => {
      const g = graphBuilder('sakt', task.inputShape, task.classes);
      let x = placed(g, modalities, config);
      for (let block = 1; block <= numberLevel(config, 'blocks'); block += 1) {
        x = vitBlock(g, `block${block}`, x, numberLevel(config, 'heads'), numberLevel(config, 'mlpRatio'));
      }
      return g.finish(readOut(g, g.layerNorm('norm', x), config));
    },
  };
}

/** Steps as tokens that know their places. Side by side, modalities share the width, and are
 * mixed. */
function placed(g: GraphBuilder, modalities: readonly Modality[], config: Configuration): Value {
  const width = numberLevel(config, 'width');
  const join = joinOf(config);
  const units = join === 'sum' ? width : Math.ceil(width / modalities.length);
  const rows = embedded(g, modalities, join, units);
  return g.positionEmbedding('position', join === 'sum' ? rows : g.dense('mix', rows, { units: width, bias: true }));
}

/** Heads and MLP ratio of every block are its own. */
export function wideSakt(task: WideTask): StagedFamily {
  const modalities = modalitiesOf(task);
  const choose = chooser(task, 'sakt');
  const base = [8, 16, 24, 32, 40, 48, 64, 80];
  const width = choose.ordinal('width', 'Width of a step', 'width', widths(task, base, 8), whole(8, 8192, 8));
  const join = joinsOf(modalities, choose.categorical);
  const blocks = choose.ordinal('blocks', 'Blocks', 'depth', upTo(depths(task).row), whole(1, 24));
  const inside = vitBlocks(choose, blocks);
  const readout = choose.categorical('readout', READOUT_TITLE, READOUTS);
  choose.check();
  const dimensions = [width, ...join, blocks, ...inside.dimensions, readout];
  return stagedFamily(task, {
    ...{ name: 'sakt', title: 'SAKT', source: SOURCE, dimensions },
    reference: referenceOf(task, dimensions, {
      ...{ width: 32, join: 'sum', blocks: 1, readout: 'last', ...inside.reference(1) },
    }),
    shared: ['blocks'],
    stages: [
      tokensStage(join, (g, config) => placed(g, modalities, config)),
      ...inside.stages,
      {
        owns: ['readout'],
        parts: [{ reads: [], build: (g, x, config) => readOut(g, g.layerNorm('norm', x), config) }],
      },
    ],
  });
}
