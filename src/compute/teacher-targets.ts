/** What a teacher gives for fixed views of the training images, on the device. */
import type { Tensor } from '@tensorflow/tfjs-core';

export interface TeacherTargets {
  /** By name (`LOGITS`, or a map's), `[views * count, ...]`: view after view, sample after sample. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly views: number;
  /** How sample and view number make a view: `viewOf(viewSeed, sample, view)`. */
  readonly viewSeed: number;
}

export const LOGITS = 'logits';

export function disposeTargets({ tensors }: TeacherTargets): void {
  for (const tensor of tensors.values()) tensor.dispose();
}
