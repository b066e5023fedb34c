/** Statistics of layers against the weights and outputs themselves. */
import { beforeAll, expect, it } from 'vitest';
import { studentFamily } from '../../src/core/arch/families/registry.ts';
import { layerCosts } from '../../src/core/arch/cost.ts';
import { sizeOf } from '../../src/core/arch/ops.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { ownLogits } from '../../src/compute/export/verify.ts';
import { testing } from '../../src/compute/tasks/inspect/run.ts';
import { randomNetwork, randomPixels } from './support/random-network.ts';

const { inspectNetwork } = testing;
beforeAll(async () => void (await loadBackend()));

it('tells of every layer: all of its trainable weights, and its outputs on all images', () => {
  const family = studentFamily('resnet', { inputShape: [28, 28, 1], classes: 10 });
  const network = randomNetwork(family.build(family.reference), 1);
  const pixels = randomPixels(network.graph, 3);
  const layers = inspectNetwork(network, pixels);
  const costs = layerCosts(network.graph).slice(1);
  expect(layers.map(({ id }) => id)).toEqual(costs.map(({ id }) => id));
  for (const [index, { weights, outputs }] of layers.entries()) {
    const cost = costs[index]!; // as many
    expect([weights?.count ?? 0, outputs.count]).toEqual([cost.params, 3 * sizeOf(cost.shape)]);
    if (cost.layer.layer.op === 'activation') expect(outputs.zeros).toBeGreaterThan(0);
  }
  // Looking at the layers changes nothing of what they compute.
  const logits = ownLogits(network, pixels);
  const mean = logits.reduce((sum, value) => sum + value, 0) / logits.length;
  expect(layers.at(-1)?.outputs.mean).toBeCloseTo(mean, 5);
});
