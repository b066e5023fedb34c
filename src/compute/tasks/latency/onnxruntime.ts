/** ONNX Runtime, where students are deployed, as an engine whose passes are timed. */
import { cpus } from 'node:os';
import type { ArchitectureGraph } from '../../../core/arch/graph.ts';
import { permuted } from '../../export/layout.ts';
import { onnxModel } from '../../export/onnx.ts';
import { loadOnnxRuntime, openOnnx } from '../../export/onnxruntime.ts';
import type { EngineSession } from './task.ts';
import { initialWeights, layoutOf } from '../../model/parameters.ts';

const SEED = 1;
const THREADS = 1;
/** Costs the same whatever it is, and is part of an exported network. */
const NORMALISATION = { mean: 0, deviation: 1 };

/** The network as it would be exported, on its CPU provider. Throws `backend.missing` where the
 * runtime is not installed. */
export async function onnxruntimeEngine(graph: ArchitectureGraph): Promise<EngineSession> {
  const { env } = await loadOnnxRuntime();
  const weights = initialWeights(layoutOf(graph), SEED);
  const [height = 0, width = 0, channels = 0] = graph.inputShape;
  const bytes = onnxModel({ graph, weights, normalisation: NORMALISATION });
  const { pass, dispose } = await openOnnx(bytes, [channels, height, width], THREADS);
  return {
    version: `onnxruntime-node ${env.versions.node ?? env.versions.common}`,
    device: `cpu (${cpus()[0]?.model.trim() ?? 'unknown'})`,
    threads: THREADS,
    arranged: (images, batch) => permuted(images, [batch, height, width, channels], [0, 3, 1, 2]).values,
    pass,
    dispose,
  };
}
