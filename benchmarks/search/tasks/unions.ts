/**
 * The unions of families that searches are compared on, each made to be hard in one way
 * (docs/benchmarks.md describes them). Structure, sizes and plateaus are fixed; landscapes, places
 * of categories and optima come from the seed. Designed before any search was run on them, and not
 * for one.
 */
import type { Level } from '../../../src/core/space/space.ts';
import type { DimensionPlan, FamilyPlan } from './landscape.ts';
import { unionTask } from './union.ts';
import type { Task } from './task.ts';

type Role = DimensionPlan['role'];

/** An ordinal dimension with levels 1, 2, ... */
const steps = (name: string, role: Role, count: number, growth: number): DimensionPlan => {
  return { name, role, type: 'ordinal', levels: Array.from({ length: count }, (_, i) => i + 1), growth };
};

const kinds = (name: string, levels: readonly Level[], growth: number): DimensionPlan => {
  return { name, role: 'other', type: 'categorical', levels, growth };
};

const when = (plan: DimensionPlan, dimension: string, ...levels: readonly Level[]): DimensionPlan => {
  return { ...plan, activeWhen: { dimension, levels } };
};

const KERNELS = kinds('kernel', ['3', '5', '7'], 0.4);
const ACTIVATIONS = kinds('activation', ['relu', 'gelu', 'swish'], 0);
const NORMS = kinds('norm', ['batch', 'layer'], 0.02);
const POOLS = kinds('pool', ['mean', 'token', 'attention'], 0.1);

/** 120 members. */
const PERCEPTRON = [steps('width', 'width', 8, 2.8), steps('depth', 'depth', 5, 0.8), ACTIVATIONS];
/** 720. */
const PLAIN = [
  ...[steps('width', 'width', 6, 2.2), steps('depth', 'depth', 5, 1.1), steps('expansion', 'expansion', 4, 0.7)],
  ...[KERNELS, kinds('skip', ['none', 'add'], 0)],
];
/** 6,480. */
const INVERTED = [
  ...[steps('width', 'width', 6, 1.8), steps('depth', 'depth', 6, 1.2), steps('expansion', 'expansion', 5, 0.8)],
  ...[KERNELS, kinds('attention', ['none', 'se', 'eca'], 0.2), steps('stem', 'width', 4, 0.3)],
];
/** 31,104: too many for a strategy to list. */
const ATTENTION = [
  ...[steps('width', 'width', 6, 2), steps('depth', 'depth', 6, 1.3), steps('heads', 'heads', 4, 0.1)],
  ...[steps('patch', 'patch', 3, -0.3), steps('ratio', 'expansion', 4, 0.7), NORMS, POOLS],
  kinds('position', ['none', 'learned', 'sine'], 0.1),
];
/** 1,296. */
const MIXER = [
  ...[steps('width', 'width', 6, 1.8), steps('depth', 'depth', 6, 1.2), steps('tokens', 'expansion', 4, 0.6)],
  ...[steps('patch', 'patch', 3, -0.4), ACTIVATIONS],
];

const family = (
  name: string,
  dimensions: readonly DimensionPlan[],
  [least, plateau, drop, saturation, gain]: readonly [number, number, number, number, number],
): FamilyPlan => {
  return { name, dimensions, least, plateau, drop, saturation, gain, quality: 'smooth', reference: 'middle' };
};

const SCALES: readonly FamilyPlan[] = [
  family('perceptron', PERCEPTRON, [900, 0.8, 0.3, 1.2, 0.015]),
  family('plain', PLAIN, [2_000, 0.88, 0.32, 1.3, 0.015]),
  family('inverted', INVERTED, [3_500, 0.905, 0.36, 1.2, 0.02]),
  family('attention', ATTENTION, [6_000, 0.915, 0.45, 1, 0.025]),
];

const DECOYS: readonly FamilyPlan[] = [
  family('flat', PERCEPTRON, [2_500, 0.86, 0.06, 0.5, 0.004]),
  family('early', MIXER, [3_000, 0.87, 0.1, 0.6, 0.006]),
  family('steep', PLAIN, [2_500, 0.85, 0.15, 0.4, 0.008]),
  family('rough', INVERTED, [2_500, 0.84, 0.1, 1, 0.045]),
  family('rougher', ATTENTION, [4_000, 0.83, 0.12, 1, 0.05]),
];

/** 7,776 members, of which one in a hundred comes near to its best. */
const LATE: FamilyPlan = {
  name: 'late',
  dimensions: [
    ...[steps('width', 'width', 6, 1.6), steps('depth', 'depth', 6, 1), steps('heads', 'heads', 6, 0.2)],
    ...[steps('ratio', 'expansion', 6, 0.5), kinds('block', ['a', 'b', 'c', 'd', 'e', 'f'], 0.2)],
  ],
  ...{ least: 2_500, plateau: 0.6, drop: 0.05, saturation: 1, gain: 0.35 },
  ...{ quality: 'peak', reference: 'worst' },
};

const STARVED: readonly FamilyPlan[] = [
  family('perceptron', PERCEPTRON, [2_000, 0.84, 0.1, 1, 0.01]),
  family('plain', PLAIN, [2_500, 0.86, 0.12, 1, 0.01]),
  family('mixer', MIXER, [2_500, 0.855, 0.1, 1, 0.01]),
  family('inverted', INVERTED, [3_000, 0.865, 0.12, 1, 0.01]),
  family('attention', ATTENTION, [3_500, 0.86, 0.14, 1, 0.012]),
  LATE,
];

const COST_BLIND: readonly FamilyPlan[] = [
  family('perceptron', PERCEPTRON, [2_000, 0.82, 0, 1, 0.03]),
  family('plain', PLAIN, [2_000, 0.83, 0, 1, 0.03]),
  family('inverted', INVERTED, [2_000, 0.82, 0, 1, 0.035]),
  family('attention', ATTENTION, [2_000, 0.81, 0, 1, 0.035]),
];

const CONDITIONAL: readonly FamilyPlan[] = [
  // 3 x 6 x 5 x (2 + 3 x 4) x (1 + 3 + 3) members.
  family(
    'cells',
    [
      ...[steps('width', 'width', 6, 1.8), steps('depth', 'depth', 5, 1), KERNELS],
      kinds('block', ['plain', 'bottleneck', 'inverted', 'dense', 'split'], 0.5),
      when(steps('expansion', 'expansion', 4, 0.8), 'block', 'inverted', 'dense', 'split'),
      kinds('attention', ['none', 'se', 'cbam'], 0.2),
      when(steps('reduction', 'attention', 3, -0.2), 'attention', 'se', 'cbam'),
    ],
    [2_000, 0.88, 0.25, 1.2, 0.025],
  ),
  // Stages that come one after the other: a third only where there is a second.
  family(
    'stages',
    [
      ...[
        steps('width', 'width', 5, 1.5),
        steps('depth1', 'depth', 4, 0.5),
        kinds('second', ['none', 'conv', 'mix'], 0.4),
      ],
      when(steps('depth2', 'depth', 4, 0.6), 'second', 'conv', 'mix'),
      when(kinds('third', ['none', 'conv', 'mix'], 0.5), 'second', 'conv', 'mix'),
      ...[when(steps('depth3', 'depth', 4, 0.7), 'third', 'conv', 'mix'), KERNELS, ACTIVATIONS],
    ],
    [2_500, 0.89, 0.3, 1.2, 0.025],
  ),
  family('plain', PLAIN, [1_500, 0.86, 0.25, 1.2, 0.02]),
  family('perceptron', PERCEPTRON, [1_000, 0.82, 0.25, 1.2, 0.02]),
];

/** As many families as the product has, close to each other. */
const EIGHT: readonly FamilyPlan[] = [
  family('resnet', PLAIN, [2_000, 0.885, 0.28, 1.2, 0.018]),
  family('vgg', PLAIN, [2_600, 0.875, 0.3, 1.1, 0.018]),
  family('mobilenet', INVERTED, [2_400, 0.895, 0.3, 1.2, 0.02]),
  family('shufflenet', INVERTED, [1_800, 0.88, 0.28, 1.3, 0.02]),
  family('convnext', MIXER, [3_000, 0.895, 0.34, 1.1, 0.018]),
  family('mixer', MIXER, [2_200, 0.87, 0.28, 1.2, 0.018]),
  family('vit', ATTENTION, [3_500, 0.89, 0.38, 1, 0.025]),
  family('perceptron', PERCEPTRON, [1_200, 0.83, 0.28, 1.2, 0.015]),
];

const WIDE = { accuracy: 0.5, params: 120_000 };
const NARROW = { accuracy: 0.75, params: 60_000 };

export const UNION_TASKS: readonly Task[] = [
  unionTask({
    name: 'union-scales',
    summary: 'four families of 120 to 31,104 members, three to eight dimensions, each best at another size',
    families: SCALES,
    reference: WIDE,
  }),
  unionTask({
    name: 'union-decoys',
    summary: 'three families that are good everywhere and never better, two that are worse on average and end above',
    families: DECOYS,
    reference: NARROW,
  }),
  unionTask({
    name: 'union-starved',
    summary: 'five even families and one whose reference and average are by far the worst and whose best is the best',
    families: STARVED,
    reference: NARROW,
  }),
  unionTask({
    name: 'union-cost-blind',
    summary: 'four families whose accuracy has nothing to do with their parameters',
    families: COST_BLIND,
    reference: NARROW,
  }),
  unionTask({
    name: 'union-noise',
    summary: 'the families of union-scales, told with a deviation of .01, scored by the true values',
    families: SCALES,
    reference: WIDE,
    noise: 0.01,
  }),
  unionTask({
    name: 'union-conditional',
    summary: 'four families with dimensions that exist only under some levels of others',
    families: CONDITIONAL,
    reference: WIDE,
  }),
  unionTask({
    name: 'union-eight',
    summary: 'eight families close to each other',
    families: EIGHT,
    reference: { ...WIDE, params: 80_000 },
  }),
  unionTask({
    name: 'union-compressed',
    summary: 'families as in union-decoys, accuracies between .98 and .985',
    families: DECOYS,
    reference: NARROW,
    accuracyUnit: { metric: 'accuracy', of: (accuracy) => 0.98 + 0.005 * accuracy },
  }),
  unionTask({
    name: 'union-units',
    summary: 'families as in union-scales, a learned score of minus ten millions to minus two, costs of 1e-6 to 1e-4',
    families: SCALES,
    reference: WIDE,
    accuracyUnit: { metric: 'score', of: (accuracy) => 1e7 * (accuracy - 1) - 1e6 },
    paramsUnit: { metric: 'cost', of: (params) => 1e-9 * params },
  }),
];
