/** A search with real trainers on two nodes of a cluster asks, tells and stores what the same
 * search with two trainers on this machine does. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ExecutorSettings } from '../../src/bridge/schemas/executor.ts';
import { createHost } from '../../src/host/for-shells.ts';
import { openReadable } from '../../src/store/workspace.ts';
import { writeTinyDataset } from '../compute/support/tiny-dataset.ts';
import { temporaryFolder } from '../support/fake-host.ts';
import { rayHere, startRayCluster } from '../support/ray-cluster.ts';
import type { RayCluster } from '../support/ray-cluster.ts';
import { left, untilRun } from '../support/until-run.ts';

const TRIALS = 6;
const driver = rayHere();
const missing = typeof driver === 'string' ? driver : undefined;
const folder = temporaryFolder();
const resources = join(folder.path, 'resources');
let cluster: RayCluster | undefined;

beforeAll(async () => {
  for (const part of ['ray', 'requirements']) {
    cpSync(fileURLToPath(new URL(`../../resources/${part}`, import.meta.url)), join(resources, part), {
      recursive: true,
    });
  }
  writeTinyDataset(join(resources, 'datasets', 'tiny'));
  if (typeof driver !== 'string') cluster = await startRayCluster(driver);
}, 180_000);
afterAll(async () => {
  await cluster?.close();
  folder.remove();
});

/** What is left of a run, without what a clock tells, and the nodes that trained. */
async function search(name: string, executor: ExecutorSettings) {
  const workspace = join(folder.path, name);
  const host = await createHost({ workspace, resources, shell: 'cli', config: folder.path, executor });
  const places = new Set<string>();
  try {
    const { client } = host;
    const { run } = await client.runs.start({
      ...{ name: 'same', dataset: 'tiny', families: ['resnet'], strategy: { id: 'random' }, seed: 5, slots: 2 },
      budget: { trials: TRIALS },
      recipe: { epochs: 2, batchSize: 16, distillation: { loss: 'none' } },
      checkpoints: { keep: 'last' },
    });
    const end = await untilRun(client, run.id, (summary) => {
      void client.executor.status().then(({ trainers }) => {
        for (const trainer of trainers) if (trainer.state === 'working') places.add(String(trainer.id));
      });
      return left(summary);
    });
    expect(`${end.run.state} ${end.run.reason} ${end.trials.finished}`).toBe(`finished undefined ${TRIALS}`);
    expect(await client.system.doctor()).toMatchObject({ ok: true, problems: [] });
    return { places, ...outcomeOf(workspace, run.id) };
  } finally {
    await host.close();
  }
}

function outcomeOf(workspace: string, id: string) {
  const { store, close } = openReadable(workspace);
  try {
    const events = store.events(id).map(({ event }) => event);
    const told = events.flatMap((event) => (event.type === 'told' ? [event.trial] : []));
    expect(told.toSorted((one, other) => one - other)).toEqual(Array.from({ length: TRIALS }, (_, number) => number));
    const weights = new Map(
      store.checkpoints().flatMap((row) => (row.kind === 'final' ? [[row.trialId, row.sha256]] : [])),
    );
    return {
      trials: store.trials(id).map(({ number, candidate, seed, metrics, epochsDone, ...trial }) => ({
        ...{ number, candidate, seed, metrics, epochsDone, weights: weights.get(trial.id) },
        curve: store.epochs(trial.id).map(({ seconds: _, ...point }) => point),
      })),
    };
  } finally {
    close();
  }
}

const leftOut = missing === undefined ? '' : ` SKIP: ${missing}`;

it(`a search on two nodes leads to what it leads to here${leftOut}`, async ({ skip }) => {
  if (cluster === undefined) return skip(missing);
  process.env['TF_NUM_INTRAOP_THREADS'] = '1';
  const here = await search('here', { kind: 'local' });
  const there = await search('there', { kind: 'ray', address: cluster.address, cpus: 1, gpus: 0 });
  expect(there.trials).toEqual(here.trials);
  expect(there.trials[0]?.weights).toMatch(/^[0-9a-f]{64}$/);
  expect([here.places.size, there.places.size]).toEqual([0, 2]);
}, 600_000);
