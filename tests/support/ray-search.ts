/** A small search with real trainers, by a host of its own, and what is left of it. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { ExecutorSettings } from '../../src/bridge/schemas/executor.ts';
import type { RunSummaryView } from '../../src/bridge/schemas/records.ts';
import { createHost } from '../../src/host/for-shells.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { openReadable } from '../../src/store/workspace.ts';
import { writeTinyDataset } from '../compute/support/tiny-dataset.ts';
import { temporaryFolder } from './fake-host.ts';
import { left, untilRun } from './until-run.ts';

export const TRIALS = 6;

interface Asked {
  readonly executor: ExecutorSettings;
  readonly epochs?: number;
  /** Hears how the run stands, again and again. */
  readonly watch?: (summary: RunSummaryView, client: Host['client']) => void;
}

/** The same search each time, in a workspace for each name. */
export function createSearches() {
  const folder = temporaryFolder();
  const resources = join(folder.path, 'resources');
  for (const part of ['ray', 'requirements']) {
    cpSync(fileURLToPath(new URL(`../../resources/${part}`, import.meta.url)), join(resources, part), {
      recursive: true,
    });
  }
  writeTinyDataset(join(resources, 'datasets', 'tiny'));

  /** Runs it to its end, and throws where a student is lost or told twice. */
  async function search(name: string, { executor, epochs = 2, watch }: Asked) {
    const workspace = join(folder.path, name);
    const host = await createHost({ workspace, resources, shell: 'cli', config: folder.path, executor });
    try {
      const { client } = host;
      const { run } = await client.runs.start({
        ...{ name: 'same', dataset: 'tiny', families: ['resnet'], strategy: { id: 'random' }, seed: 5, slots: 2 },
        budget: { trials: TRIALS },
        recipe: { epochs, batchSize: 16, distillation: { loss: 'none' } },
        checkpoints: { keep: 'last' },
      });
      const end = await untilRun(client, run.id, (summary) => {
        watch?.(summary, client);
        return left(summary);
      });
      expect(`${end.run.state} ${end.run.reason} ${end.trials.finished}`).toBe(`finished undefined ${TRIALS}`);
      expect(await client.system.doctor()).toMatchObject({ ok: true, problems: [] });
      return outcomeOf(workspace, run.id);
    } finally {
      await host.close();
    }
  }

  return { search, remove: () => folder.remove() };
}

/** Without what a clock tells. */
function outcomeOf(workspace: string, id: string) {
  const { store, close } = openReadable(workspace);
  try {
    const events = store.events(id).map(({ event }) => event);
    const told = events.flatMap((event) => (event.type === 'told' ? [event.trial] : []));
    expect(told.toSorted((one, other) => one - other)).toEqual(Array.from({ length: TRIALS }, (_, number) => number));
    const weights = new Map(
      store.checkpoints().flatMap((row) => (row.kind === 'final' ? [[row.trialId, row.sha256]] : [])),
    );
    return store.trials(id).map(({ number, candidate, seed, metrics, epochsDone, ...trial }) => ({
      ...{ number, candidate, seed, metrics, epochsDone, weights: weights.get(trial.id) },
      curve: store.epochs(trial.id).map(({ seconds: _, ...point }) => point),
    }));
  } finally {
    close();
  }
}
