/** Run by Node itself with a data set folder: trains both tiny networks and prints backend, weights and loss as JSON. */
import { loadBackend } from '../../../src/compute/backend/load-backend.ts';
import { TINY_RECIPE, tinyConvolutional, tinyTraining, tinyTransformer } from './tiny-training.ts';

const [directory = ''] = process.argv.slice(2);
const recipe = { ...TINY_RECIPE, epochs: 1 };
const { backend } = await loadBackend();
const runs = [];
for (const graph of [tinyConvolutional(), tinyTransformer()]) {
  const { weights, evaluation } = await tinyTraining(directory, graph, recipe);
  const values = [...weights].map(([name, tensor]) => [name, [...tensor]]);
  runs.push({ loss: evaluation.loss, weights: Object.fromEntries(values) });
}
process.stdout.write(JSON.stringify({ backend, runs }), () => process.exit(0));
