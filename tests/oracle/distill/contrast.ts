/**
 * Contrastive distillation on plain arrays, one anchor at a time: Tian et al., "Contrastive
 * representation distillation" (ICLR 2020), noise-contrastive estimation.
 *
 * symbol   meaning                                                                    shape
 * a        the anchor: an embedding of one network, of length 1                       [d]
 * e+ e-    embeddings by the other network: of the same image, of images of other classes
 * m        number of negatives
 * n        number of training images; P_n = 1 / n is the noise
 * t        temperature
 * Z        a constant, set on the first batch to n times the mean of exp(a.e / t)
 * h        exp(a.e / t) / Z
 *
 * loss = -log(h+ / (h+ + m P_n)) - sum over negatives of log(m P_n / (h- + m P_n)).
 *
 * With s = log(m P_n Z) this is softplus(s - a.e+ / t) + sum of softplus(a.e- / t - s), which
 * cannot overflow. Without negatives there is nothing to tell apart, and the loss is 0.
 */
export interface Contrast {
  readonly positive: readonly number[];
  readonly negatives: readonly (readonly number[])[];
  readonly temperature: number;
  readonly images: number;
  readonly normaliser: number;
}

export function contrastiveLoss(anchor: readonly number[], contrast: Contrast): number {
  const { positive, negatives, temperature, images, normaliser } = contrast;
  if (negatives.length === 0) return 0;
  const shift = Math.log((negatives.length / images) * normaliser);
  const attracted = softplus(shift - dot(anchor, positive) / temperature);
  return negatives.reduce((sum, negative) => sum + softplus(dot(anchor, negative) / temperature - shift), attracted);
}

/** Gradient of `contrastiveLoss` by the anchor, `[d]`. */
export function contrastiveGradient(anchor: readonly number[], contrast: Contrast): readonly number[] {
  const { positive, negatives, temperature, images, normaliser } = contrast;
  if (negatives.length === 0) return anchor.map(() => 0);
  const shift = Math.log((negatives.length / images) * normaliser);
  const pull = sigmoid(shift - dot(anchor, positive) / temperature);
  const pushes = negatives.map((negative) => sigmoid(dot(anchor, negative) / temperature - shift));
  return anchor.map((_, axis) => {
    const pushed = negatives.reduce((sum, negative, index) => sum + (pushes[index] ?? 0) * (negative[axis] ?? NaN), 0);
    return (pushed - pull * (positive[axis] ?? NaN)) / temperature;
  });
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] ?? NaN), 0);
}
