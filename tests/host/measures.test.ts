/** What a kind of data is measured by beside accuracy, on its way from trainers to the record: told
 * with each student, tested with the front, kept in archives, absent for images. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';
import { MEASURES } from '../../src/core/measures.ts';
import type { Trial } from '../../src/core/records/trial.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { openReadable } from '../../src/store/workspace.ts';
import { fakeHost, temporaryFolder } from '../support/fake-host.ts';
import { SMALL, writeCard, writeSmallDataset } from '../support/small-data.ts';
import { left, untilRun } from '../support/until-run.ts';

const SOUND = { kind: 'spectrogram', rate: 16_000, window: 400, hop: 160, lowest: 60, highest: 7600, floor: 80 };
const folders: { remove(): void }[] = [];
const hosts: Host[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
  for (const folder of folders.splice(0)) folder.remove();
});

async function searched(changes: Readonly<Record<string, unknown>>) {
  const folder = temporaryFolder();
  folders.push(folder);
  mkdirSync(join(folder.path, 'resources'), { recursive: true });
  const host = await fakeHost(folder.path);
  hosts.push(host);
  const directory = join(folder.path, 'workspace', 'datasets', 'small');
  writeSmallDataset(directory);
  writeCard(directory, 'files', changes);
  const search: SearchInput = {
    ...{ name: 'mine', dataset: 'small', families: ['resnet'], strategy: { id: 'random' }, space: 'compact' },
    recipe: { epochs: 1, batchSize: 32, distillation: { loss: 'none' } },
    ...{ budget: { trials: 3 }, slots: 1 },
  };
  const { run } = await host.client.runs.start(search);
  await untilRun(host.client, run.id, left);
  const workspace = openReadable(join(folder.path, 'workspace'));
  const trials = workspace.store.trials(run.id);
  const read = (trial: Trial) => workspace.store.predictions(trial.id);
  const told = workspace.store.events(run.id).flatMap(({ event }) => (event.type === 'told' ? [event] : []));
  return { trials, read, told, close: () => workspace.close() };
}

describe('measures of a run', () => {
  it('are those of the predictions that are kept, and of the test for whom the run reports', async () => {
    const { trials, read, told, close } = await searched({ example: SOUND });
    const labels = Uint8Array.from({ length: SMALL.val }, (_, index) => index % 10);
    expect(trials).toHaveLength(3);
    for (const trial of trials) {
      const kept = read(trial);
      if (kept === undefined) throw new Error('Its predictions are kept.');
      const expected = MEASURES.balancedAccuracy({ classes: 10, labels, probabilities: kept.probabilities });
      expect(trial.metrics['balancedAccuracy']).toBeCloseTo(expected, 6);
      // Catches what only the front was tested for among students that were not.
      expect(trial.testMeasures === undefined).toBe(trial.testAccuracy === undefined);
    }
    const tested = trials.filter(({ testMeasures }) => testMeasures !== undefined);
    expect(tested.length).toBeGreaterThan(0);
    tested.forEach(({ testMeasures }) => expect(Object.keys(testMeasures ?? {})).toEqual(['balancedAccuracy']));
    expect(told.every(({ metrics }) => !('test' in metrics) && 'balancedAccuracy' in metrics)).toBe(true);
    close();
  });

  it('are none of images: such runs are told as they always were', async () => {
    const { trials, close } = await searched({});
    trials.forEach(({ metrics, testMeasures }) => {
      expect(Object.keys(metrics)).toEqual(['accuracy', 'loss', 'params', 'macs']);
      expect(testMeasures).toBeUndefined();
    });
    close();
  });
});
