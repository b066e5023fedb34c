/**
 * A whole host in a process of its own, to be killed: opens the workspace of a folder, starts the
 * search (or goes on with the one that is there), and prints `done NUMBER ACCURACY` for each trial
 * that it has acknowledged as finished, `epoch TRIAL EPOCH` for each point of a curve and `stage
 * WORDS` for each change of what the run does. The strategy's name may be followed by options that
 * are on. A search that is over by then is none to go on with. `HOST_EXECUTOR` in the environment
 * is the host's `executor`, as JSON.
 */
import { executorSchema } from '../../src/bridge/schemas/executor.ts';
import { fakeHost } from './fake-host.ts';
import type { FakePlan } from './fake-trainer.ts';

const [folder = '', planText = '{}', trials = '12', slots = '1', seed = '1', ...more] = process.argv.slice(2);
const [strategy = 'random', epochs = '4', families] = more;
const plan = JSON.parse(planText) as FakePlan; // written by the test
const [id = 'random', ...options] = strategy.split(' ');
const executor = executorSchema.parse(JSON.parse(process.env['HOST_EXECUTOR'] ?? '{"kind":"local"}'));
const host = await fakeHost(folder, plan, { executor });
const { runs, events } = host.client;
const changes = await events.watch();
const known = (await runs.list({})).rows[0];
if (known === undefined) {
  await runs.start({
    name: 'kill me',
    strategy: { id, options: Object.fromEntries(options.map((option) => [option, true])) },
    ...(families !== undefined && { families: families.split(',') }),
    recipe: { epochs: Number(epochs) },
    budget: { trials: Number(trials) },
    slots: Number(slots),
    seed: Number(seed),
  });
} else if (known.run.state !== 'finished') {
  await runs.resume({ id: known.run.id });
}
for await (const event of changes) {
  if (known?.run.state === 'finished') break;
  if (event.type === 'trial.changed' && event.trial.state === 'finished') {
    process.stdout.write(`done ${event.trial.number} ${event.trial.metrics['accuracy']}\n`);
  }
  if (event.type === 'epoch.appended') process.stdout.write(`epoch ${event.trialId} ${event.point.epoch}\n`);
  if (event.type === 'run.changed') process.stdout.write(`stage ${event.summary.live?.stage}\n`);
  if (event.type === 'run.changed' && event.summary.run.state !== 'running') break;
}
await host.close();
