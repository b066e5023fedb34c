/**
 * What the study of the defaults trains, in the order in which it is most telling when it is cut
 * short: loss and learning rate first, then what depends on them.
 *
 * Data sets: `fashion-mnist` as bundled, with its teacher; `cifar10`, the subset of 10,000 images,
 * with a teacher of our own that saw the students' images alone.
 */
import { DISTILLATION_DEFAULTS } from '../../src/core/records/distillation.ts';
import type { DistillationRecipe } from '../../src/core/records/distillation.ts';
import type { Recipe } from '../../src/core/records/recipe.ts';
import { trainingsOf } from '../kd-study/plan.ts';
import type { Arm, Student, Training } from '../kd-study/plan.ts';

export const DATASETS = ['fashion-mnist', 'cifar10'] as const;
export type DatasetName = (typeof DATASETS)[number];

/** What all others are compared with: the defaults when the study was made. */
export const BASELINE = armName('kd', 0.015);

const { kd, dist } = DISTILLATION_DEFAULTS;

/** The names that `kd-study --tune` gives the same settings. */
function armName(loss: string, rate: number, more = ''): string {
  return `tune ${loss} rate=${rate}${more}`;
}

const arm = (loss: DistillationRecipe, rate: number, more = '', change: Partial<Recipe> = {}): Arm => ({
  name: armName(loss.loss, rate, more),
  teacher: 'bundled',
  seeds: 3,
  change: (recipe) => ({ ...recipe, distillation: loss, learningRate: rate, ...change }),
});

/** The default since loss and rate were chosen; what is tried around it. */
const CHOSEN = 0.03;

/** Every step is done on both data sets before the next one. */
export const STEPS: readonly (readonly Arm[])[] = [
  [arm(kd, 0.015), arm(kd, 0.03), arm(dist, 0.015), arm(dist, CHOSEN)],
  [
    arm({ ...dist, temperature: 2 }, CHOSEN, ' T=2'),
    arm(dist, CHOSEN, ' step', { schedule: 'step' }),
    arm(dist, CHOSEN, ' constant ema=.99', { schedule: 'constant', emaDecay: 0.99 }),
    arm(dist, CHOSEN, ' warmup=1', { warmupEpochs: 1 }),
  ],
  [arm(kd, 0.06), arm(dist, 0.06)],
];

export interface DefaultsTraining extends Training {
  readonly dataset: DatasetName;
}

/** Seed by seed; within a seed step by step, and within a step one data set after the other. */
export function defaultsPlan(
  students: Readonly<Record<DatasetName, readonly Student[]>>,
  seeds: number,
  recipe: Recipe,
): readonly DefaultsTraining[] {
  return Array.from({ length: seeds }, (_, index) => index + 1).flatMap((seed) =>
    STEPS.flatMap((arms) =>
      DATASETS.flatMap((dataset) =>
        trainingsOf(arms, students[dataset], seeds, recipe)
          .filter((training) => training.seed === seed)
          .map((training): DefaultsTraining => {
            const teacher = dataset === 'fashion-mnist' ? 'bundled' : 'own';
            return { ...training, dataset, teacher, id: `${dataset}/${training.id}` };
          }),
      ),
    ),
  );
}
