/** What the data set's classifier makes of images: IS-c and FD-c (core/generator/scores.ts). */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { classifierScore, frechetDistance, momentsOf } from '../../core/generator/scores.ts';
import type { Moments } from '../../core/generator/scores.ts';
import { normalised } from '../data/augment.ts';
import { unflatten } from '../model/parameters.ts';
import type { LoadedTeacher } from '../teachers/graph-teacher.ts';
import type { YieldToEvents } from '../training/evaluate.ts';
import { bilinear, resampled } from './maps.ts';

const BATCH = 100;

export interface Seen {
  /** `[n][classes]` */
  readonly probabilities: Float32Array;
  /** `[n][width]` */
  readonly features: Float32Array;
}

export interface Classifier {
  readonly classes: number;
  /** Features of an image. */
  readonly width: number;
  /** `imagesOf`: those from `first` to before `end`, `[n, side, side, c]` from −1 to 1; they are
   * brought to the classifier's size. */
  readonly see: (
    count: number,
    imagesOf: (first: number, end: number) => Tensor4D,
    yieldToEvents: YieldToEvents,
  ) => Promise<Seen>;
}

export function createClassifier({ card, model, parameters }: LoadedTeacher): Classifier {
  const [height = 1, width = 1, channels = 1] = model.graph.inputShape;
  const { reads } = model.head;

  function look(images: Tensor4D): { readonly probabilities: Tensor; readonly features: Tensor } {
    const side = images.shape[1];
    const sized = resampled(images, bilinear(height, side), bilinear(width, side));
    const shown = normalised(tf.mul(tf.add(sized, 1), 127.5), card.normalisation);
    let features: Tensor | undefined;
    const weights = unflatten(model.layout, parameters.theta);
    const logits = model.forward(shown, weights, parameters.statistics, undefined, {
      layers: [reads],
      give: (_, output) => (features = tf.clone(output)),
    });
    if (features === undefined) throw new Error(`The classifier has no layer "${reads}"`);
    return { probabilities: tf.softmax(logits), features };
  }

  return {
    classes: model.graph.classes,
    width: tf.tidy(() => look(tf.zeros([1, 4, 4, channels])).features.size),
    see: async (count, imagesOf, yieldToEvents) => {
      const parts: { readonly probabilities: Float32Array; readonly features: Float32Array }[] = [];
      for (let first = 0; first < count; first += BATCH) {
        const seen = tf.tidy(() => look(imagesOf(first, Math.min(count, first + BATCH))));
        parts.push({
          probabilities: Float32Array.from(seen.probabilities.dataSync<'float32'>()),
          features: Float32Array.from(seen.features.dataSync<'float32'>()),
        });
        tf.dispose([seen.probabilities, seen.features]);
        await yieldToEvents();
      }
      return {
        probabilities: joined(parts.map(({ probabilities }) => probabilities)),
        features: joined(parts.map(({ features }) => features)),
      };
    },
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export interface Scored {
  readonly score: number;
  readonly distance: number;
}

/** IS-c of what was seen, and its FD-c from the moments of real images. */
export function scored({ classes, width }: Classifier, { probabilities, features }: Seen, real: Moments): Scored {
  return {
    score: classifierScore(probabilities, classes),
    distance: frechetDistance(real, momentsOf(features, width)),
  };
}
