/**
 * What the study of speech emotion plays: EMO-DB with two speakers left out for the test, two for
 * validation, in turn; each arm as a person would, by the product's own command line. A fold has a
 * seed of its own, so that arms are compared fold by fold.
 */
import type { SearchInput } from '../../../src/bridge/schemas/records.ts';
import type { Candidate } from '../../../src/core/space/space.ts';

/** Fixed before anything was played; a change here is another study. */
export const FIXED = {
  folds: 5,
  /** Of a search, over half of the training recordings each. */
  searchEpochs: 50,
  epochs: 60,
  /** Trainings that an arm is judged by on a fold: of its student by so many seeds, or, of cells by
   * chance, of so many cells. */
  trainings: 3,
  batchSize: 32,
  learningRate: 0.01,
  /** Cells by chance have as many params as the path-dropout search's, to this share. */
  params: 0.05,
  /** Of TRADE's students, which are searched up to so many params. */
  trials: 6,
  mostParams: 100_000,
  teacherEpochs: 40,
  masks: { timeMask: 12, bandMask: 4 },
  /** Of the import: 2 s of 8 kHz become 32 bands of 124 frames. */
  sound: { bands: 32, seconds: 2, hop: 16 },
} as const;

export const ARMS = {
  'path-dropout': 'uniform path dropout, one shot',
  darts: 'DARTS, first order, one shot',
  random: 'random cells of the same params',
  'hand-made': 'a hand-made CNN (reference ResNet)',
  'trade-plain': 'TRADE without a teacher',
  trade: 'TRADE with a teacher',
} as const satisfies Readonly<Record<string, string>>;

export type ArmName = keyof typeof ARMS;
// Sound: they are the record's keys.
export const ARM_NAMES = Object.keys(ARMS) as readonly ArmName[];

export interface Order {
  readonly id: string;
  readonly arm: ArmName;
  /** From 1; the seed, too. */
  readonly fold: number;
}

/** Fold by fold: what is there at any time is paired. */
export const ordersOf = (folds: number): readonly Order[] =>
  Array.from({ length: folds }, (_, index) => index + 1).flatMap((fold) =>
    ARM_NAMES.map((arm) => ({ id: `emo-db/${arm}/${fold}`, arm, fold })),
  );

export const datasetOf = (fold: number): string => `emo-db-${fold}`;
export const teacherOf = (fold: number): string => `emo-db-${fold}-resnet`;

/** Two speakers for the test, the next two for validation, the others to learn from. */
export function splitOf(speakers: readonly string[], speaker: string, fold: number): 'train' | 'val' | 'test' {
  const pairs = Math.floor(speakers.length / 2);
  const pair = Math.min(pairs - 1, Math.floor(speakers.indexOf(speaker) / 2));
  if (pair === (fold - 1) % pairs) return 'test';
  return pair === fold % pairs ? 'val' : 'train';
}

interface Common {
  readonly dataset: string;
  readonly seed: number;
  readonly slots: number;
  readonly teacher?: string;
  readonly recipe: SearchInput['recipe'];
}

function commonOf({ arm, fold }: Order): Common {
  const { epochs, batchSize, learningRate, masks } = FIXED;
  return {
    ...{ dataset: datasetOf(fold), seed: fold, slots: 1, ...(arm === 'trade' && { teacher: teacherOf(fold) }) },
    recipe: {
      ...{ epochs, batchSize, learningRate, augmentation: masks },
      distillation: { loss: arm === 'trade' ? 'dist' : 'none' },
    },
  };
}

export const searches = ({ arm }: Order): boolean => arm !== 'random' && arm !== 'hand-made';

/** What finds the arm's student, where it searches for one. */
export function searchOf(order: Order): SearchInput & { readonly name: string } {
  const common = { name: order.id, ...commonOf(order) };
  if (order.arm === 'path-dropout' || order.arm === 'darts') {
    const options = { searchEpochs: FIXED.searchEpochs, references: false };
    return {
      ...{ ...common, families: ['cells'], space: 'compact', budget: { trials: 1 } },
      strategy: { id: order.arm, options },
    };
  }
  return {
    ...{ ...common, space: 'wide', limits: { params: FIXED.mostParams }, budget: { trials: FIXED.trials } },
    strategy: { id: 'trade', options: { references: false } },
  };
}

/** What trains the students that the arm is judged by: one with several seeds, or several. */
export function trainingsOf(order: Order, students: readonly Candidate[]): SearchInput & { readonly name: string } {
  const seeds = students.length === 1 ? FIXED.trainings : 1;
  const space = order.arm === 'trade' || order.arm === 'trade-plain' ? 'wide' : 'compact';
  return {
    ...{ name: `${order.id} judged`, ...commonOf(order), space, students: [...students] },
    families: [...new Set(students.map(({ family }) => family))],
    // A wide space is known by its limits.
    ...(space === 'wide' && { limits: { params: FIXED.mostParams } }),
    ...{ budget: { trials: seeds * students.length }, strategy: { id: 'listed', options: { seeds } } },
  };
}
