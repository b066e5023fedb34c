/** What a student learns from its teacher, and how much. Plain JSON, part of the recipe that a run
 * keeps. */

/** Labels alone. */
export interface NoDistillation {
  readonly loss: 'none';
  /** Recorded by earlier versions; without meaning. */
  readonly temperature?: number | undefined;
  readonly weight?: number | undefined;
}

/** Hinton et al. 2015: (1 - w) CE + w T^2 KL(p_t || p_s). */
export interface SoftTargetRecipe {
  readonly loss: 'kd';
  readonly temperature: number;
  readonly weight: number;
}

/** Kim et al. 2021: (1 - w) CE + w |z_s - z_t|^2 / classes. */
export interface LogitRecipe {
  readonly loss: 'mse';
  readonly weight: number;
}

/** Zhao et al. 2022: CE + warm T^2 (alpha TCKD + beta NCKD). */
export interface DecoupledRecipe {
  readonly loss: 'dkd';
  readonly temperature: number;
  readonly alpha: number;
  readonly beta: number;
  /** Share of the training over which the teacher's part grows to its full weight. */
  readonly warmup: number;
}

/** Huang et al. 2022: CE + w T^2 (inter d_inter + intra d_intra). */
export interface RelationRecipe {
  readonly loss: 'dist';
  readonly temperature: number;
  readonly weight: number;
  readonly inter: number;
  readonly intra: number;
}

/** Zagoruyko and Komodakis 2017: CE + w sum over levels of mean (A_s - A_t)^2. */
export interface AttentionRecipe {
  readonly loss: 'at';
  readonly weight: number;
  /** p of |F|^p. */
  readonly power: number;
}

/** Romero et al. 2015: CE + w MSE(regressor(F_s), F_t) at one level. */
export interface HintRecipe {
  readonly loss: 'fitnet';
  readonly weight: number;
}

/** Tian et al. 2020: CE + w NCE between embeddings of both networks' last vectors. */
export interface ContrastiveRecipe {
  readonly loss: 'crd';
  readonly weight: number;
  readonly temperature: number;
  /** Negatives drawn a step, shared by its samples; those of a sample's own class do not count. */
  readonly negatives: number;
  /** Images whose embeddings are remembered, at most. */
  readonly bank: number;
  /** Length of an embedding. */
  readonly embedding: number;
  /** Of the remembered embeddings. */
  readonly momentum: number;
}

export type DistillationRecipe =
  | NoDistillation
  | SoftTargetRecipe
  | LogitRecipe
  | DecoupledRecipe
  | RelationRecipe
  | AttentionRecipe
  | HintRecipe
  | ContrastiveRecipe;

export type DistillationLoss = DistillationRecipe['loss'];
export type RecipeOf<L extends DistillationLoss> = Extract<DistillationRecipe, { readonly loss: L }>;

/**
 * Each method's published values for small images (mdistiller, DIST), but: kd's temperature and
 * weight are those of our own study (decision 8); the logits' weight is kd's, as no paper gives
 * one; dkd's warm-up is the published 20 of 240 epochs as a share; and crd is cut to what a CPU
 * carries: published are 16,384 negatives, a bank of every image and embeddings of 128.
 */
export const DISTILLATION_DEFAULTS = Object.freeze({
  none: { loss: 'none' },
  kd: { loss: 'kd', temperature: 2, weight: 0.9 },
  mse: { loss: 'mse', weight: 0.9 },
  dkd: { loss: 'dkd', temperature: 4, alpha: 1, beta: 8, warmup: 0.08 },
  dist: { loss: 'dist', temperature: 4, weight: 2, inter: 1, intra: 1 },
  at: { loss: 'at', weight: 1000, power: 2 },
  fitnet: { loss: 'fitnet', weight: 100 },
  crd: { loss: 'crd', weight: 0.8, temperature: 0.07, negatives: 256, bank: 5000, embedding: 32, momentum: 0.5 },
} as const satisfies { readonly [L in DistillationLoss]: RecipeOf<L> });

/** Share of the teacher's part at a share of the training: a line up to 1. */
export function warmupShare(progress: number, warmup: number): number {
  return warmup === 0 ? 1 : Math.min(1, progress / warmup);
}
