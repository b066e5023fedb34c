/** A space that grows by layers, with a value that is known of every student: what it reads, and
 * how. One of its four modalities is noise. */
import type { Candidate, Configuration, Dimension, Family } from '../../../src/core/space/space.ts';
import type { Problem } from '../../../src/core/objective.ts';

const MODALITIES = ['skill', 'correct', 'time', 'noise'];
const PAIRS = MODALITIES.flatMap((one, at) => MODALITIES.slice(at + 1).map((other) => `${one}+${other}`));

const choice = (name: string, title: string, levels: readonly string[], layer: number): Dimension => ({
  ...{ name: `${name}${layer}`, title: `${title} ${layer}`, role: 'other', type: 'categorical', levels },
  ...(layer > 1 && { activeWhen: { dimension: 'layers', levels: [1, 2, 3].filter((count) => count >= layer) } }),
});

/** 36 students of one layer, 864 of two, 20,736 of three. */
export const MADE_UP: Family = {
  name: 'made-up',
  title: 'Made up',
  dimensions: [
    { name: 'layers', title: 'Layers', role: 'depth', type: 'ordinal', levels: [1, 2, 3] },
    ...[1, 2, 3].flatMap((layer) => [
      layer === 1 ? choice('inputs', 'Inputs', PAIRS, 1) : choice('with', 'With', MODALITIES, layer),
      choice('op', 'Operation', ['add', 'concat', 'gate'], layer),
      choice('act', 'Activation', ['relu', 'tanh'], layer),
    ]),
  ],
  grows: 'layers',
  unread: (config) => MODALITIES.filter((name) => !readBy(config).includes(name)),
  costs: ({ layers }) => ({ params: 1000 * Number(layers), macs: 1000 }),
};

const WORTH: Readonly<Record<string, number>> = { skill: 0.04, correct: 0.08, time: 0.03, noise: -0.05 };

export const readBy = (config: Configuration): readonly string[] =>
  [
    ...new Set([
      ...String(config['inputs1']).split('+'),
      ...[config['with2'], config['with3']].flatMap((one) => one ?? []),
    ]),
  ].map(String);

/** Each modality counts once; a gate in the second layer and a sum in the third are best. */
export function valueOf({ config }: Pick<Candidate, 'config'>): number {
  const read = readBy(config).reduce((sum, modality) => sum + (WORTH[modality] ?? 0), 0);
  const ops = [config['op1'] === 'concat', config['op2'] === 'gate', config['op3'] === 'add'].filter(Boolean).length;
  const acts = [1, 2, 3].filter((layer) => config[`act${layer}`] === 'relu').length;
  return 0.6 + read + 0.03 * ops + 0.015 * acts;
}

export const madeUpProblem = (budget: number): Problem => ({
  space: { families: [MADE_UP] },
  objectives: [{ metric: 'accuracy', goal: 'maximize', known: false }],
  limits: [],
  reference: { accuracy: 0 },
  budget,
});
