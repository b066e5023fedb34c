/** A program with a strategy worker, to be killed: says when the worker is there, and lives until
 * then. */
import { openAsker } from '../../src/host/processes/strategy-client.ts';

await openAsker(
  {
    ...{ families: ['resnet'], inputShape: [28, 28, 1], classes: 10, strategy: { id: 'random', options: {} } },
    ...{ seed: 1, objectives: [{ metric: 'accuracy', goal: 'maximize', known: false }], limits: [] },
    ...{ reference: { accuracy: 0.5 }, budget: 4, prior: [] },
  },
  () => [],
);
process.stdout.write('asking\n');
setInterval(() => undefined, 60_000);
