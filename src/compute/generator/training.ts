/**
 * A generator and its discriminator, grown cell by cell and trained after each: hinge losses (Lim
 * and Ye 2017), Adam with β 0 and .9, several steps of the discriminator for one of the
 * generator. Chance is by (seed, cell, step) alone.
 *
 * loss of the discriminator = mean max(0, 1 − D(real)) + mean max(0, 1 + D(G(z)))
 * loss of the generator = −mean D(G(z))
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { sideOf } from '../../core/generator/cells.ts';
import type { Cell } from '../../core/generator/cells.ts';
import { createRng, split } from '../../core/math/rng.ts';
import type { Rng } from '../../core/math/rng.ts';
import type { NamedTensor } from '../files/safetensors.ts';
import type { YieldToEvents } from '../training/evaluate.ts';
import { createDiscriminator } from './discriminator.ts';
import { generate, LATENT } from './generator.ts';
import { createWeights } from './weights.ts';

const GAN = Object.freeze({
  /** E2GAN has 2e-4, with a hundred times as many steps. At that ours tell of their first weights,
   * not of their cells. [R] */
  learningRate: 1e-3,
  ...{ beta1: 0, beta2: 0.9, epsilon: 1e-8 },
  batch: 64,
  /** Steps of the discriminator for one of the generator. E2GAN takes 5, with ten times as many
   * images. [R] */
  critics: 2,
});

/** Streams of chance. */
const STREAMS = { generator: 1, discriminator: 2, vectors: 3, cells: 16 } as const;

/** Images of each side that a generator has on its way, `[count][side][side][channels]`. */
export type RealImages = (side: number) => Float32Array;

export interface GanOptions {
  readonly count: number;
  /** Of a pixel. */
  readonly channels: number;
  readonly real: RealImages;
  readonly seed: number;
  /** After each cell. */
  readonly epochs: number;
}

export interface Gan {
  /** Trains the cells so far, the last of which is new. `onStep`: steps done of so many. */
  readonly grow: (
    cells: readonly Cell[],
    yieldToEvents: YieldToEvents,
    onStep: (done: number, total: number) => void,
  ) => Promise<void>;
  /** Call it inside a tidy. */
  readonly generate: (cells: readonly Cell[], latent: Tensor2D) => Tensor4D;
  readonly saved: () => readonly NamedTensor[];
  readonly dispose: () => void;
}

export function createGan({ count, channels, real, seed, epochs }: GanOptions): Gan {
  const stream = (name: number): Rng => createRng(split(seed, name));
  const weights = createWeights(stream(STREAMS.generator));
  const judges = createWeights(stream(STREAMS.discriminator));
  const discriminator = createDiscriminator(judges, stream(STREAMS.vectors));
  const fake = (cells: readonly Cell[], latent: Tensor2D): Tensor4D => generate(weights, cells, latent, channels);

  /** Each image once an epoch, in batches of one size: who is left over comes next time. */
  async function grow(
    cells: readonly Cell[],
    yieldToEvents: YieldToEvents,
    onStep: (done: number, total: number) => void,
  ): Promise<void> {
    const rng = stream(STREAMS.cells + cells.length);
    const side = sideOf(cells.length);
    const pixels = real(side);
    const batch = Math.min(GAN.batch, count);
    const perEpoch = Math.floor(count / batch);
    const total = epochs * perEpoch;
    const size = side * side * channels;
    // So that both networks' weights are there before they are asked for.
    tf.tidy(() => void discriminator.judge(fake(cells, latentOf(rng, 2))));
    const [forGenerator, forDiscriminator] = [adam(), adam()];
    try {
      for (let step = 0, order: readonly number[] = []; step < total; step++) {
        const place = step % perEpoch;
        if (place === 0) order = rng.shuffle(Array.from({ length: count }, (_, image) => image));
        const images = new Float32Array(batch * size);
        order.slice(place * batch, (place + 1) * batch).forEach((image, at) => {
          images.set(pixels.subarray(image * size, (image + 1) * size), at * size);
        });
        discriminator.follow();
        tf.tidy(() => {
          const shown = tf.tensor4d(images, [batch, side, side, channels]);
          const made = fake(cells, latentOf(rng, batch));
          const loss = (): Scalar => hinge(discriminator.judge(shown), discriminator.judge(made));
          forDiscriminator.minimize(loss, false, [...judges.all()]);
        });
        if (step % GAN.critics === GAN.critics - 1) {
          tf.tidy(() => {
            const latent = latentOf(rng, batch);
            const loss = (): Scalar => tf.neg(tf.mean<Scalar>(discriminator.judge(fake(cells, latent))));
            forGenerator.minimize(loss, false, [...weights.all()]);
          });
        }
        onStep(step + 1, total);
        await yieldToEvents();
      }
    } finally {
      forGenerator.dispose();
      forDiscriminator.dispose();
    }
  }

  return {
    grow,
    generate: fake,
    saved: weights.saved,
    dispose: () => {
      weights.dispose();
      judges.dispose();
      discriminator.dispose();
    },
  };
}

const adam = () => tf.train.adam(GAN.learningRate, GAN.beta1, GAN.beta2, GAN.epsilon);

/** Of the discriminator. */
const hinge = (real: Tensor1D, made: Tensor1D): Scalar =>
  tf.add(tf.mean(tf.relu(tf.sub(1, real))), tf.mean(tf.relu(tf.add(1, made))));

/** z of so many images, standard normal. */
export const latentOf = (rng: Rng, count: number): Tensor2D =>
  tf.tensor2d(
    Float32Array.from({ length: count * LATENT }, () => rng.normal()),
    [count, LATENT],
  );

export const testing = { hinge };
