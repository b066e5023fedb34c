/** SIGKILL at random moments: whatever a write acknowledged is there, and nothing is there by half. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createRng } from '../../src/core/math/rng.ts';
import { examine, examineFolder } from '../../src/store/doctor.ts';
import { openWorkspace } from '../../src/store/workspace.ts';
import { startWriter } from '../support/store-processes.ts';
import { temporaryFolder } from '../support/workspace.ts';

const KILLS = 12;

test('after every kill the acknowledged trials and epochs are there and the workspace is sound', async () => {
  const directory = temporaryFolder();
  const rng = createRng(20260101);
  const accuracies = new Map<string, number>();
  const epochs = new Map<string, number>();

  for (let kill = 0; kill < KILLS; kill += 1) {
    const writer = await startWriter(directory);
    // Some kills come in the start sweep, some in the midst of the writing.
    if (kill > 0 && kill % 4 === 0) await sleep(rng.uniform() * 400);
    else {
      await writer.acknowledged(1 + Math.floor(rng.uniform() * 10));
      await sleep(rng.uniform() * 20);
    }
    await writer.kill();
    for (const line of writer.lines) {
      const [what, id = '', number] = line.split(' ');
      if (what === 'finished') accuracies.set(id, Number(number));
      else epochs.set(id, Number(number));
    }

    // Before anything is mended: no row without its file, no event without its trial.
    const left = examineFolder(directory);
    expect(left.integrity).toBe('ok');
    expect(left.problems.filter((problem) => !/the next start/.test(problem))).toEqual([]);

    const { store, files, close } = openWorkspace(directory);
    store.sweep();
    for (const [id, accuracy] of accuracies) {
      expect(store.trial(id)).toMatchObject({ state: 'finished', metrics: { accuracy } });
    }
    for (const [id, epoch] of epochs) {
      expect(store.epochs(id).length).toBeGreaterThanOrEqual(epoch);
      const { state } = store.trial(id) ?? {};
      if (state !== 'finished') expect(store.checkpoint(id, 'epoch')?.epoch).toBeGreaterThanOrEqual(epoch);
    }
    expect(examine(store, files)).toMatchObject({ ok: true, problems: [] });
    close();
  }
  expect(accuracies.size).toBeGreaterThan(KILLS / 2);
}, 120_000);
