/** What the made-up host knows of networks that are compared. */
import type { BridgeClient } from '../../../src/bridge/client.ts';
import { WorkbenchError } from '../../../src/core/errors.ts';
import { layerCosts } from '../../../src/core/arch/cost.ts';
import type { LayerStatistics, ValueStatistics } from '../../../src/core/layer-statistics.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import type { Trial } from '../../../src/core/records/trial.ts';
import { fixtureDataset, fixtureGraph, fixturePredictions, fixtureTeacher } from '../gallery/fixtures.ts';

export function mockReview(find: (id: string) => { readonly trial: Trial }): BridgeClient['review'] {
  return {
    checkpoints: async ({ id }) => [{ kind: 'final', epoch: find(id).trial.epochsDone, bytes: 80_000 }],
    predictions: async (network) => {
      if (network.kind === 'teacher') return fixturePredictions(fixtureTeacher.validationAccuracy, 5);
      const { trial } = find(network.id);
      const accuracy = trial.metrics['accuracy'];
      if (accuracy !== undefined) return fixturePredictions(accuracy, trial.seed);
      throw new WorkbenchError('trial.missing', 'No predictions are kept of this student.');
    },
    layers: async (network) => {
      const graph = network.kind === 'teacher' ? fixtureTeacher.graph : fixtureGraph(find(network.id).trial);
      return { images: 64, layers: fixtureLayers(graph) };
    },
    twins: async () => [],
    images: async ({ indices }) => {
      const size = fixtureDataset.shape.reduce((product, side) => product * side, 1);
      const pixels = new Uint8Array(indices.length * size);
      indices.forEach((index, place) => pixels.set(fixtureImage(index, size), place * size));
      return { shape: fixtureDataset.shape, pixels };
    },
  };
}

/** A blot of its own for each image. */
export function fixtureImage(index: number, size: number): Uint8Array {
  const side = Math.sqrt(size);
  const rng = createRng(index + 1);
  const [x, y, reach] = [8 + 12 * rng.uniform(), 8 + 12 * rng.uniform(), 4 + 6 * rng.uniform()];
  return Uint8Array.from({ length: size }, (_, place) => {
    const distance = Math.hypot((place % side) - x, Math.floor(place / side) - y);
    return Math.round(255 * Math.exp(-((distance / reach) ** 2)));
  });
}

export function fixtureLayers(graph: Parameters<typeof layerCosts>[0]): readonly LayerStatistics[] {
  const values = (count: number, rng: () => number): ValueStatistics => {
    const deviation = 0.05 + 0.3 * rng();
    return { count, mean: 0.1 * (rng() - 0.5), deviation, largest: 4 * deviation, zeros: 0, broken: 0 };
  };
  return layerCosts(graph)
    .slice(1)
    .map(({ id, params, activationBytes, layer: { layer } }, place) => {
      const rng = createRng(place + 7);
      const uniform = (): number => rng.uniform();
      const outputs = values(16 * activationBytes, uniform);
      const isCut = layer.op === 'activation' && layer.kind.startsWith('relu');
      return {
        id,
        outputs: isCut ? { ...outputs, zeros: 0.3 + 0.4 * uniform() } : outputs,
        ...(params > 0 && { weights: values(params, uniform) }),
      };
    });
}
