/** Run by Node itself with a data set folder: trains both tiny networks, and one with every option
 * of a recipe; prints JSON. */
import { loadBackend } from '../../../src/compute/backend/load-backend.ts';
import { train } from '../../../src/compute/training/trainer.ts';
import { EVERY_OPTION, everyOptionTask } from './every-option.ts';
import { TINY_RECIPE, tinyConvolutional, tinyTraining, tinyTransformer } from './tiny-training.ts';

const [directory = ''] = process.argv.slice(2);
const recipe = { ...TINY_RECIPE, epochs: 1 };
const { backend } = await loadBackend();
const { task } = await everyOptionTask(directory, { ...EVERY_OPTION, epochs: 1 });
const runs = [];
for (const run of [
  () => tinyTraining(directory, tinyConvolutional(), recipe),
  () => tinyTraining(directory, tinyTransformer(), recipe),
  () => train(task, { yieldToEvents: () => Promise.resolve() }),
]) {
  const { weights, evaluation } = await run();
  const values = [...weights].map(([name, tensor]) => [name, [...tensor]]);
  runs.push({ loss: evaluation.loss, weights: Object.fromEntries(values) });
}
process.stdout.write(JSON.stringify({ backend, runs }), () => process.exit(0));
