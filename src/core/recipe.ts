/** How one network is trained: the fixed recipe that every student of a run shares. Plain JSON, stored with the run. */

export interface DistillationRecipe {
  /** `kd`: Hinton et al. 2015; `none`: labels only. */
  readonly loss: 'kd' | 'none';
  /** Softmax temperature T of the soft targets. */
  readonly temperature: number;
  /** Weight of T^2 * KL(teacher || student); cross-entropy gets 1 - weight. */
  readonly weight: number;
}

export interface Recipe {
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: 'sgd' | 'adamw';
  /** Peak learning rate; cosine decay to zero after a linear warm-up, by step. */
  readonly learningRate: number;
  readonly warmupEpochs: number;
  readonly momentum: number;
  /** Not applied to norms and biases. */
  readonly weightDecay: number;
  readonly labelSmoothing: number;
  /** Random horizontal flip, and shift by up to so many pixels, each sample its own. */
  readonly augmentation: { readonly flip: boolean; readonly shift: number };
  readonly distillation: DistillationRecipe;
}
