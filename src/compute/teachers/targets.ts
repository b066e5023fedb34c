/** What a teacher gives for fixed views of the training images, on the device. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { NetworkLayers } from '../../core/distill/feature-levels.ts';

export interface TeacherTargets {
  /** The teacher's; absent where they are not known. */
  readonly layers?: NetworkLayers;
  /** By the names of `core/distill/teacher-arrays.ts`, `[rows, ...]`: view after view, sample after
   * sample. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly views: number;
  /** Views times images. */
  readonly rows: number;
  /** How sample and view number make a view: `viewOf(viewSeed, sample, view)`. */
  readonly viewSeed: number;
  /** Its answers are the same whatever the view, and a row is an image. */
  readonly ignoresViews?: boolean;
}

export function disposeTargets({ tensors }: TeacherTargets): void {
  for (const tensor of tensors.values()) tensor.dispose();
}
