/** What the weights of a trained network are like, layer by layer, and what its layers give on
 * validation images. */
import { statisticsOf } from '../../../core/layer-statistics.ts';
import type { LayerStatistics, ValueStatistics } from '../../../core/layer-statistics.ts';
import { pixelsFor, readNetwork } from '../../export/export-job.ts';
import type { TrainedNetwork } from '../../export/onnx.ts';
import { ownLogits } from '../../export/verify.ts';
import type { Pixels } from '../../export/verify.ts';
import { layoutOf } from '../../model/parameters.ts';
import type { TrainerRun } from '../run.ts';

export const runInspection: TrainerRun<'inspect'> = async (input, { cache, yieldToEvents }) => {
  const dataset = await cache.open(input.dataset, { yieldToEvents });
  const network = readNetwork(input.source, dataset);
  const pixels = pixelsFor(network, dataset);
  return { images: pixels.count, layers: inspectNetwork(network, pixels) };
};

/** In the order of the graph, without its input. */
function inspectNetwork(network: TrainedNetwork, pixels: Pixels): readonly LayerStatistics[] {
  const ids = network.graph.layers.flatMap(({ id, layer }) => (layer.op === 'input' ? [] : [id]));
  const outputs = new Map<string, ValueStatistics>();
  ownLogits(network, pixels, {
    layers: ids,
    give: (id, output) => outputs.set(id, statisticsOf([output.dataSync<'float32'>()])),
  });
  const { trainable } = layoutOf(network.graph);
  return ids.map((id) => {
    const own = trainable.filter(({ layerId }) => layerId === id).map(({ name }) => network.weights.get(name));
    const weights = own.filter((values) => values !== undefined);
    const given = outputs.get(id);
    if (given === undefined) throw new Error(`The layer "${id}" gave nothing.`);
    return { id, outputs: given, ...(weights.length > 0 && { weights: statisticsOf(weights) }) };
  });
}

export const testing = { inspectNetwork };
