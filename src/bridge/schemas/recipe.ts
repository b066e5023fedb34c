/** Schemas of how a student is trained: its recipe, the teacher's part in it, and which weights are
 * kept. */
import { readonlyInput, z } from '../zod.ts';
import { DISTILLATION_DEFAULTS } from '../../core/distill/distillation-recipe.ts';
import type { Recipe } from '../../core/recipe.ts';

export const MOST_EPOCHS = 1000;

const DEFAULTS = DISTILLATION_DEFAULTS;
const weight = z.number().min(0).max(1e6);
const share = z.number().min(0).max(1);
const temperature = z.number().positive().max(100);

/** The teacher's part by loss; each loss has its own parameters. */
const distillationSchema = z.discriminatedUnion(
  'loss',
  [
    z.strictObject({
      loss: z.literal('kd').optional().default('kd'),
      temperature: temperature.default(DEFAULTS.kd.temperature).describe('Softmax temperature of the soft targets'),
      weight: share.default(DEFAULTS.kd.weight).describe('Share of the soft-target loss; labels get the rest'),
    }),
    z.strictObject({
      loss: z.literal('mse'),
      weight: share.default(DEFAULTS.mse.weight).describe("Share of the logits' distance; labels get the rest"),
    }),
    z.strictObject({
      loss: z.literal('dkd'),
      temperature: temperature.default(DEFAULTS.dkd.temperature).describe('Softmax temperature of the soft targets'),
      alpha: weight.default(DEFAULTS.dkd.alpha).describe('Weight of the label against all other classes'),
      beta: weight.default(DEFAULTS.dkd.beta).describe('Weight of the other classes among each other'),
      warmup: share.default(DEFAULTS.dkd.warmup).describe("Share of training over which the teacher's part grows"),
    }),
    z.strictObject({
      loss: z.literal('dist'),
      temperature: temperature.default(DEFAULTS.dist.temperature).describe('Softmax temperature of the probabilities'),
      weight: weight.default(DEFAULTS.dist.weight).describe('Weight of the relations; labels have 1'),
      inter: weight.default(DEFAULTS.dist.inter).describe('Weight of relations between classes'),
      intra: weight.default(DEFAULTS.dist.intra).describe('Weight of relations between images'),
    }),
    z.strictObject({
      loss: z.literal('at'),
      weight: weight.default(DEFAULTS.at.weight).describe('Weight of the attention maps; labels have 1'),
      power: z.number().min(1).max(8).default(DEFAULTS.at.power).describe('Power of the features in an attention map'),
    }),
    z.strictObject({
      loss: z.literal('fitnet'),
      weight: weight.default(DEFAULTS.fitnet.weight).describe('Weight of the hint; labels have 1'),
    }),
    z.strictObject({
      loss: z.literal('crd'),
      weight: weight.default(DEFAULTS.crd.weight).describe('Weight of the contrast; labels have 1'),
      temperature: temperature.default(DEFAULTS.crd.temperature).describe('Temperature of the contrast'),
      negatives: z.int().min(1).max(16_384).default(DEFAULTS.crd.negatives).describe('Images of other classes a step'),
      bank: z.int().min(1).max(5000).default(DEFAULTS.crd.bank).describe('Images whose embeddings are remembered'),
      embedding: z.int().min(2).max(128).default(DEFAULTS.crd.embedding).describe('Length of an embedding'),
      momentum: z.number().min(0).lt(1).default(DEFAULTS.crd.momentum).describe('Momentum of remembered embeddings'),
    }),
    z.strictObject({
      loss: z.literal('none'),
      temperature: temperature.optional().meta({ deprecated: true }),
      weight: share.optional().meta({ deprecated: true }),
    }),
  ],
  {
    error: ({ code }) => (code === 'invalid_union' ? `expected one of ${Object.keys(DEFAULTS).join(', ')}` : undefined),
  },
);

export const recipeSchema = z.strictObject({
  epochs: z.int().min(1).max(MOST_EPOCHS).default(6).describe('Passes over the training images'),
  seconds: z.number().positive().max(1e6).optional().describe('Train for so long instead; repeats only roughly'),
  batchSize: z.int().min(1).max(4096).default(64).describe('Images a step'),
  optimizer: z.enum(['sgd', 'adamw']).default('adamw').describe('Optimiser'),
  learningRate: z.number().positive().max(10).default(0.015).describe('Peak learning rate'),
  warmupEpochs: z.number().min(0).max(100).default(0.5).describe('Linear warm-up, in epochs'),
  schedule: z.enum(['cosine', 'step', 'constant']).default('cosine').describe('Course of the learning rate'),
  milestones: readonlyInput(z.array(z.number().gt(0).lt(1)).max(20))
    .default([0.5, 0.75])
    .describe('Shares of training at which the step schedule falls'),
  decayFactor: z.number().gt(0).max(1).default(0.1).describe('The step schedule multiplies the rate by this'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('Momentum (SGD), first decay (AdamW)'),
  weightDecay: z.number().min(0).max(1).default(0.01).describe('Weight decay, not on norms and biases'),
  clipNorm: z.number().min(0).max(1e6).default(0).describe('Longest gradient; 0: any'),
  emaDecay: z.number().min(0).lt(1).default(0).describe('Decay of the moving average of weights; 0: none'),
  labelSmoothing: z.number().min(0).lt(1).default(0).describe('Label smoothing'),
  augmentation: z
    .strictObject({
      flip: z.boolean().default(false).describe('Random horizontal flip'),
      shift: z.int().min(0).max(16).default(0).describe('Random shift, up to so many pixels'),
      cutout: z.int().min(0).max(64).default(0).describe('Side of a random blank square, in pixels; 0: none'),
      mixup: z.number().min(0).max(10).default(0).describe('Mix pairs by Beta(a, a); 0: not'),
    })
    .prefault({}),
  distillation: distillationSchema.prefault({}),
});

export const checkpointsSchema = z.strictObject({
  precision: z.enum(['fp32', 'fp16']).default('fp32').describe('Precision of kept weights; fp16 halves the files'),
  keep: z
    .enum(['best-and-last', 'last', 'front'])
    .default('best-and-last')
    .describe("Weights kept of a student: after its best and last epoch, its last, or the front's alone"),
});

type Mutual<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
/** Core's record and this schema mean the same: a drift does not compile. */
const inStep: Mutual<z.output<typeof recipeSchema>, Recipe> = true;
void inStep;
