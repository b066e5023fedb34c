/**
 * What the study of one-shot searches plays: arms by two tasks and some seeds, each as a person
 * would, by the product's own command line.
 *
 * task      images                                teacher           cells
 * fashion   the bundled part of Fashion-MNIST     the bundled one   four ops, the table's
 * cifar     a subset of CIFAR-10 from a folder    trained on them   five ops, NAS-Bench-201's
 */
import type { SearchInput } from '../../../src/bridge/schemas/records.ts';
import { FULL_EPOCHS, TABLE_RECIPE } from '../../record-table/plan.ts';

export const TASKS = ['fashion', 'cifar'] as const;
export type Task = (typeof TASKS)[number];

/** Fixed before anything was played; a change here is another study. */
export const FIXED = {
  /** Epochs of a search over half of the images each. */
  epochs: 50,
  /** Of students whose search has limits: the median cell of the table, about. */
  params: 45_000,
  /** Of the wide space's students. */
  wideParams: 100_000,
} as const;

/** A search that is compared. */
export interface Arm {
  readonly title: string;
  readonly method: string;
  readonly options?: Readonly<Record<string, number>>;
  readonly isLimited?: true;
}

export const ARMS = {
  'dr-nas': { title: 'DrNAS', method: 'dr-nas' },
  darts: { title: 'DARTS, first order', method: 'darts' },
  'darts-2': { title: 'DARTS, second order', method: 'darts', options: { order: 2 } },
  idarts: { title: 'iDARTS', method: 'idarts' },
  'rc-darts': { title: 'RC-DARTS within a limit', method: 'rc-darts', isLimited: true },
  'rc-penalty': {
    title: 'the same by a penalty alone',
    method: 'rc-darts',
    options: { projection: 0 },
    isLimited: true,
  },
  'na-darts': { title: 'NA-DARTS', method: 'na-darts' },
  'path-dropout': { title: 'uniform path dropout', method: 'path-dropout' },
  'shared-random': { title: 'random search with shared weights', method: 'shared-random' },
} as const satisfies Readonly<Record<string, Arm>>;

export type ArmName = keyof typeof ARMS;

export interface Order {
  readonly id: string;
  readonly task: Task;
  readonly arm: ArmName;
  readonly seed: number;
}

/** Whose published cells are of NAS-Bench-201. */
const PUBLISHED: readonly ArmName[] = ['dr-nas', 'darts', 'idarts', 'shared-random'];

export const armsOf = (task: Task): readonly ArmName[] =>
  // Sound: they are the record's keys.
  task === 'cifar' ? PUBLISHED : (Object.keys(ARMS) as readonly ArmName[]);

/** Seed by seed: what is there at any time is paired. */
export const ordersOf = (task: Task, seeds: number, arms = armsOf(task)): readonly Order[] =>
  Array.from({ length: seeds }, (_, index) => index + 1).flatMap((seed) =>
    arms.map((arm) => ({ id: `${task}/${arm}/${seed}`, task, arm, seed })),
  );

/** The search's own epochs, then one student: the one that the method derives. */
export function configOf(
  { id, task, arm, seed }: Order,
  data: { readonly dataset: string; readonly teacher: string },
  epochs: number = FIXED.epochs,
): SearchInput & { readonly name: string } {
  const { method, options = {}, isLimited }: Arm = ARMS[arm];
  const { learningRate, distillation } = TABLE_RECIPE;
  return {
    ...{ name: `oneshot ${id}`, ...data, families: ['cells'], seed },
    space: task === 'fashion' ? 'compact' : 'wide',
    strategy: {
      id: method,
      options: { ...options, searchEpochs: epochs, references: false },
    },
    ...(task === 'cifar' && { limits: { params: FIXED.wideParams } }),
    ...(isLimited && { limits: { params: FIXED.params } }),
    budget: { trials: 1 },
    recipe: { epochs: FULL_EPOCHS, learningRate, distillation: { loss: distillation.loss === 'kd' ? 'kd' : 'dist' } },
  };
}
