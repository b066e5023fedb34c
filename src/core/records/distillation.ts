/**
 * What a student learns from its teacher, and how much: each loss with its own numbers. The
 * defaults are each method's published values for small images (mdistiller, DIST). But kd's are
 * those of our own study (decision 8), and mse has kd's weight, as no paper gives one; dkd's
 * warm-up is the published 20 of 240 epochs as a share; and crd is cut to what a CPU carries:
 * published are 16,384 negatives, a bank of every image and embeddings of 128.
 */
import { z } from './zod.ts';
import type { RecordOf } from './zod.ts';

const weight = z.number().min(0).max(1e6);
const share = z.number().min(0).max(1);
const temperature = z.number().positive().max(100);

/** Hinton et al. 2015: (1 - w) CE + w T^2 KL(p_t || p_s). */
const kd = z.strictObject({
  loss: z.literal('kd').optional().default('kd'),
  temperature: temperature.default(2).describe('Softmax temperature of the soft targets'),
  weight: share.default(0.9).describe('Share of the soft-target loss; labels get the rest'),
});

/** Kim et al. 2021: (1 - w) CE + w |z_s - z_t|^2 / classes. */
const mse = z.strictObject({
  loss: z.literal('mse'),
  weight: share.default(0.9).describe("Share of the logits' distance; labels get the rest"),
});

/** Zhao et al. 2022: CE + warm T^2 (alpha TCKD + beta NCKD). */
const dkd = z.strictObject({
  loss: z.literal('dkd'),
  temperature: temperature.default(4).describe('Softmax temperature of the soft targets'),
  alpha: weight.default(1).describe('Weight of the label against all other classes'),
  beta: weight.default(8).describe('Weight of the other classes among each other'),
  warmup: share.default(0.08).describe("Share of training over which the teacher's part grows"),
});

/** Huang et al. 2022: CE + w T^2 (inter d_inter + intra d_intra). */
const dist = z.strictObject({
  loss: z.literal('dist'),
  temperature: temperature.default(4).describe('Softmax temperature of the probabilities'),
  weight: weight.default(2).describe('Weight of the relations; labels have 1'),
  inter: weight.default(1).describe('Weight of relations between classes'),
  intra: weight.default(1).describe('Weight of relations between examples'),
});

/** Zagoruyko and Komodakis 2017: CE + w sum over levels of mean (A_s - A_t)^2, A of |F|^p. */
const at = z.strictObject({
  loss: z.literal('at'),
  weight: weight.default(1000).describe('Weight of the attention maps; labels have 1'),
  power: z.number().min(1).max(8).default(2).describe('Power of the features in an attention map'),
});

/** Romero et al. 2015: CE + w MSE(regressor(F_s), F_t) at one level. */
const fitnet = z.strictObject({
  loss: z.literal('fitnet'),
  weight: weight.default(100).describe('Weight of the hint; labels have 1'),
});

/** Tian et al. 2020: CE + w NCE between embeddings of both networks' last vectors. The negatives
 * are shared by a step's samples; those of a sample's own class do not count. */
const crd = z.strictObject({
  loss: z.literal('crd'),
  weight: weight.default(0.8).describe('Weight of the contrast; labels have 1'),
  temperature: temperature.default(0.07).describe('Temperature of the contrast'),
  negatives: z.int().min(1).max(16_384).default(256).describe('Examples of other classes a step'),
  bank: z.int().min(1).max(5000).default(5000).describe('Images whose embeddings are remembered'),
  embedding: z.int().min(2).max(128).default(32).describe('Length of an embedding'),
  momentum: z.number().min(0).lt(1).default(0.5).describe('Momentum of remembered embeddings'),
});

/** Labels alone; its numbers were recorded by earlier versions, and mean nothing. */
const none = z.strictObject({
  loss: z.literal('none'),
  temperature: temperature.optional().meta({ deprecated: true }),
  weight: share.optional().meta({ deprecated: true }),
});

const LOSSES = { none, kd, mse, dkd, dist, at, fitnet, crd } as const;

/** As people write it: numbers without a loss are those of kd, the first. */
export const distillationInput = z.discriminatedUnion('loss', [kd, mse, dkd, dist, at, fitnet, crd, none], {
  error: ({ code }) => (code === 'invalid_union' ? `expected one of ${Object.keys(LOSSES).join(', ')}` : undefined),
});

export type DistillationRecipe = RecordOf<typeof distillationInput>;
export type DistillationLoss = DistillationRecipe['loss'];
export type RecipeOf<L extends DistillationLoss> = Extract<DistillationRecipe, { readonly loss: L }>;

/** As a form offers them, in this order. */
export const LOSS_TITLES: Readonly<Record<DistillationLoss, string>> = {
  kd: 'Soft targets (kd)',
  mse: 'Logits (mse)',
  dkd: 'Decoupled soft targets (dkd)',
  dist: 'Relations (dist)',
  at: 'Attention maps (at)',
  fitnet: 'A feature map (fitnet)',
  crd: 'Contrast of features (crd)',
  none: 'Labels alone (none)',
};

/** What a form calls a number whose own name says too little, by `number@loss`. */
export const LOSS_WORDS: Readonly<Record<string, string>> = {
  'warmup@dkd': 'Warm-up',
  'inter@dist': 'Between classes',
  'intra@dist': 'Between {many}',
  'bank@crd': 'Remembered {many}',
};

export const DISTILLATION_DEFAULTS: { readonly [L in DistillationLoss]: RecipeOf<L> } = Object.freeze({
  none: none.parse({ loss: 'none' }),
  kd: kd.parse({}),
  mse: mse.parse({ loss: 'mse' }),
  dkd: dkd.parse({ loss: 'dkd' }),
  dist: dist.parse({ loss: 'dist' }),
  at: at.parse({ loss: 'at' }),
  fitnet: fitnet.parse({ loss: 'fitnet' }),
  crd: crd.parse({ loss: 'crd' }),
});
