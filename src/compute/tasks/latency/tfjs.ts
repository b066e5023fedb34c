/** The backend that trains, as an engine whose passes are timed. */
import * as tf from '@tensorflow/tfjs-core';
import type { ArchitectureGraph } from '../../../core/arch/graph.ts';
import { loadBackend } from '../../backend/load-backend.ts';
import type { EngineSession } from './task.ts';
import { createModel } from '../../model/model.ts';
import { disposeParameters, initialWeights, unflatten, uploadWeights } from '../../model/parameters.ts';

const SEED = 1;

export async function tfjsEngine(graph: ArchitectureGraph): Promise<EngineSession> {
  const { backend, device, version, threads } = await loadBackend();
  const model = createModel(graph);
  const parameters = uploadWeights(model.layout, initialWeights(model.layout, SEED));
  const weights = tf.tidy(() => unflatten(model.layout, parameters.theta));
  const [height = 0, width = 0, channels = 0] = graph.inputShape;
  return {
    version: `tfjs ${tf.version_core} on ${backend} ${version}`,
    device,
    threads,
    arranged: (images) => images,
    pass: (images, batch) =>
      tf.tidy(() => {
        const input = tf.tensor4d(images, [batch, height, width, channels]);
        return model.forward(input, weights, parameters.statistics).dataSync<'float32'>();
      }),
    dispose: () => {
      tf.dispose(weights);
      disposeParameters(parameters);
    },
  };
}
