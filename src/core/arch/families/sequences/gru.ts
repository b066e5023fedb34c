/**
 * Deep knowledge tracing: Piech et al., "Deep knowledge tracing" (NeurIPS 2015), with the gated
 * recurrent units of Cho et al. 2014. What is asked stands in the last step itself, so that one
 * answer is told and not one for each skill.
 */
import type { ArchitectureGraph } from '../../graph.ts';
import { graphBuilder } from '../../graph-builder.ts';
import { numberLevel, ordinal } from '../student-family.ts';
import type { StudentFamilyDefinition, StudentTask } from '../student-family.ts';
import { chooser, from, mostOf, referenceOf, upTo, whole, widths } from '../wide/levels.ts';
import type { WideTask } from '../wide/levels.ts';
import { blocksOf } from '../wide/parts.ts';
import { stagedFamily } from '../wide/stages.ts';
import type { StagedFamily } from '../wide/stages.ts';
import {
  embedded,
  hiddenLayer,
  joinsOf,
  joinOf,
  modalitiesOf,
  readOut,
  READOUT,
  READOUTS,
  READOUT_TITLE,
  tokensStage,
} from './steps.ts';

const SOURCE = 'Piech et al. 2015 (DKT)';

export function gruFamily(task: StudentTask): StudentFamilyDefinition {
  const modalities = modalitiesOf(task);
  return {
    ...{ name: 'gru', title: 'GRU', source: SOURCE },
    dimensions: [
      ordinal('width', 'Width of an embedding', 'width', [4, 8, 12, 16, 24, 32]),
      ...joinsOf(modalities),
      ordinal('units1', 'Units of layer 1', 'width', [8, 12, 16, 24, 32, 48, 64]),
      ordinal('layers', 'Recurrent layers', 'depth', [1, 2]),
      {
        ...ordinal('units2', 'Units of layer 2', 'width', [8, 16, 32, 64]),
        activeWhen: { dimension: 'layers', levels: [2] },
      },
      ordinal('hidden', 'Units of a hidden layer (0: none)', 'width', [0, 16, 32]),
      READOUT,
    ],
    /** A quarter of DKT's 200 units. */
    reference: {
      ...{ width: 16, ...(modalities.length > 1 && { join: 'concat' }), units1: 48, layers: 1 },
      ...{ hidden: 0, readout: 'last' },
    },
    build: (config) => {
      const g = graphBuilder('gru', task.inputShape, task.classes);
      let x = embedded(g, modalities, joinOf(config), numberLevel(config, 'width'));
      for (let layer = 1; layer <= numberLevel(config, 'layers'); layer += 1) {
        x = g.gru(`layer${layer}`, x, { units: numberLevel(config, `units${layer}`) });
      }
      return g.finish(hiddenLayer(g, readOut(g, x, config), config));
    },
  };
}

/** Every layer has units of its own. */
export function wideGru(task: WideTask): StagedFamily {
  const modalities = modalitiesOf(task);
  const choose = chooser(task, 'gru');
  const width = choose.ordinal(
    'width',
    'Width of an embedding',
    'width',
    widths(task, [4, 6, 8, 12, 16, 24, 32], 2),
    whole(1, 4096),
  );
  const join = joinsOf(modalities, choose.categorical);
  const layers = choose.ordinal('layers', 'Recurrent layers', 'depth', upTo(3), whole(1, 8));
  const units = upTo(mostOf(layers)).map((layer) =>
    choose.ordinal(
      ...([`units${layer}`, `Units of layer ${layer}`, 'width'] as const),
      ...([widths(task, [8, 12, 16, 24, 32, 40, 48, 64, 80, 96], 4), whole(1, 8192)] as const),
      layer > 1 ? from(layers, layer) : undefined,
    ),
  );
  const hidden = choose.ordinal(
    'hidden',
    'Units of a hidden layer (0: none)',
    'width',
    [0, ...widths(task, [8, 12, 16, 24, 32, 48], 4)],
    whole(0, 8192),
  );
  const readout = choose.categorical('readout', READOUT_TITLE, READOUTS);
  choose.check();
  const dimensions = [width, ...join, layers, ...units, hidden, readout];
  return stagedFamily(task, {
    ...{ name: 'gru', title: 'GRU', source: SOURCE, dimensions },
    reference: referenceOf(task, dimensions, {
      ...{ width: 16, join: 'concat', layers: 1, units1: 48, hidden: 0, readout: 'last' },
    }),
    shared: ['layers'],
    stages: [
      tokensStage(join, (g, config) => embedded(g, modalities, joinOf(config), numberLevel(config, 'width'))),
      ...blocksOf(layers, (layer) => ({
        reads: [`units${layer}`],
        build: (g, x, config) => g.gru(`layer${layer}`, x, { units: numberLevel(config, `units${layer}`) }),
      })).map((part, index) => ({ owns: [`units${index + 1}`], parts: [part] })),
      // Either reads a vector of what the last layer gives, and costs nothing.
      { owns: ['readout'], parts: [{ reads: [], build: readOut }] },
      { owns: ['hidden'], parts: [{ reads: ['hidden'], build: hiddenLayer }] },
    ],
  });
}

/** The teacher over steps: 64 for each modality, two layers of 128 units. */
export function gruTeacher(task: StudentTask): ArchitectureGraph {
  const g = graphBuilder('gru', task.inputShape, task.classes);
  const tokens = embedded(g, modalitiesOf(task), 'concat', 64);
  return g.finish(g.lastToken('last', g.gru('layer2', g.gru('layer1', tokens, { units: 128 }), { units: 128 })));
}
