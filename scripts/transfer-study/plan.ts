/** What the study runs: images a class, seeds and arms as one list, the fewest images first, and of
 * those seed by seed: a study that was cut short still has pairs. */
import type { SearchInput } from '../../src/bridge/schemas/records.ts';

export const PER_CLASS = [10, 50, 200] as const;
export const SOURCE_CLASSES = '0-6';
export const TARGET_CLASSES = '7-9';
/** Of each training, whatever the arm. */
export const EPOCHS = 30;
/** Of the two searches. */
const TRAININGS = 8;

/** The source's network: ResNet-8 at half its widths, the family's reference. */
export const STUDENT = {
  family: 'resnet',
  config: { width1: 8, blocks1: 1, width2: 16, blocks2: 1, blocks3: 1, width3: 32 },
} as const;

export const ARMS = ['scratch', 'random growth', 'whole', 'head', 'CENAS'] as const;
export type Arm = (typeof ARMS)[number];

export interface Transfer {
  readonly id: string;
  readonly arm: Arm;
  readonly perClass: number;
  readonly seed: number;
}

export const trainingsOf = (seeds: number): readonly Transfer[] =>
  PER_CLASS.flatMap((perClass) =>
    Array.from({ length: seeds }, (_, index) => index + 1).flatMap((seed) =>
      ARMS.map((arm): Transfer => ({ id: `${arm}/${perClass}/${seed}`, arm, perClass, seed })),
    ),
  );

export const datasetOf = ({ perClass, seed }: Pick<Transfer, 'perClass' | 'seed'>): string => `to-${perClass}-${seed}`;

const RECIPE = {
  ...{ epochs: EPOCHS, learningRate: 0.01, distillation: { loss: 'none' } },
} as const satisfies SearchInput['recipe'];

const common = (): Pick<SearchInput, 'families' | 'space' | 'objectives' | 'slots'> => ({
  ...{ families: ['resnet'], space: 'compact', objectives: ['accuracy'], slots: 1 },
});

/** The source, trained once on all training images of its classes. */
export const sourceRun = (dataset: string): SearchInput => ({
  ...{ ...common(), name: 'source', dataset, students: [STUDENT], seed: 1 },
  strategy: { id: 'listed', options: { seeds: 1 } },
  recipe: { ...RECIPE, epochs: 12 },
});

export function runOf(transfer: Transfer, teacher: string): SearchInput {
  const { id, arm, perClass, seed } = transfer;
  const recipe = { ...RECIPE, batchSize: Math.min(16, perClass) };
  const run = { ...common(), name: id, dataset: datasetOf(transfer), teacher, seed, recipe };
  const listed = (from: string) => ({ students: [STUDENT], strategy: { id: 'listed', options: { seeds: 1, from } } });
  const cenas = (growth: string) => ({
    strategy: { id: 'cenas', options: { growth } },
    budget: { trials: TRAININGS },
  });
  switch (arm) {
    case 'scratch':
      return { ...run, ...listed('chance') };
    case 'whole':
      return { ...run, ...listed('teacher') };
    case 'head':
      return { ...run, ...listed('teacher'), recipe: { ...recipe, trains: 'head' } };
    case 'random growth':
      return { ...run, ...cenas('random') };
    case 'CENAS':
      return { ...run, ...cenas('expand') };
  }
}
