/** A teacher's pass over images in one view: everything that a loss wants of it. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../core/arch/ops.ts';
import { networkLayers } from '../../core/distill/feature-levels.ts';
import type { TeacherArray } from '../../core/distill/teacher-arrays.ts';
import { gatherImages, passOver } from '../data/augment.ts';
import type { Images, View } from '../data/augment.ts';
import type { YieldToEvents } from '../training/evaluate.ts';
import { layerOutput } from '../losses/create-criterion.ts';
import type { Model } from '../model/model.ts';
import { unflatten } from '../model/parameters.ts';
import type { Parameters } from '../model/parameters.ts';

export interface TeacherPass {
  readonly model: Model;
  readonly parameters: Parameters;
  readonly images: Images;
  /** Absent: as they are. */
  readonly view?: ((sample: number) => View) | undefined;
}

/** Values `[count][...shape]` of each array by its name. `onProgress`: number of images done so
 * far. */
export async function teacherPass(
  { model, parameters, images, view }: TeacherPass,
  arrays: readonly TeacherArray[],
  yieldToEvents: YieldToEvents,
  onProgress: (done: number) => void,
): Promise<ReadonlyMap<string, Float32Array>> {
  const shown = networkLayers(model.graph);
  const layers = arrays.flatMap(({ form }) => (form.kind === 'logits' ? [] : [form.layerId]));
  const values = arrays.map((array) => ({ array, all: new Float32Array(images.count * sizeOf(array.shape)) }));
  for await (const samples of passOver(images, yieldToEvents)) {
    const [start = 0] = samples;
    const outputs = tf.tidy(() => {
      const features = new Map<string, Tensor>();
      const logits = model.forward(
        gatherImages(images, samples, view && Array.from(samples, view)),
        unflatten(model.layout, parameters.theta),
        parameters.statistics,
        undefined,
        { layers, give: (layer, output) => features.set(layer, output) },
      );
      return arrays.map(({ form }) => (form.kind === 'logits' ? logits : layerOutput(form, shown, features)));
    });
    values.forEach(({ array, all }, index) => {
      const output = outputs[index]?.dataSync<'float32'>();
      if (output) all.set(output, start * sizeOf(array.shape));
    });
    tf.dispose(outputs);
    onProgress(start + samples.length);
  }
  return new Map(values.map(({ array, all }) => [array.name, all]));
}
