/**
 * SIGKILL of real trainers, which hold tensors and write real checkpoints: the search ends with all of its trials, and with one
 * slot and one thread with the same proposals and the same weights, to the bit, as one whose trainers were left alone.
 */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { createRng } from '../../src/core/math/rng.ts';
import { createHost } from '../../src/host/create-host.ts';
import { openReadable } from '../../src/store/workspace.ts';
import { writeTinyDataset } from '../compute/support/tiny-dataset.ts';

const TRAINER = fileURLToPath(new URL('../../src/compute/trainer-process.ts', import.meta.url));
const EPOCHS = 6;
const TRIALS = 4;
/** Each after an epoch of a trial that a seed decides; no trial more than once, or it is given up on. */
const KILLS = 3;
const folder = mkdtempSync(join(tmpdir(), 'real-kills-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/** The real trainer, which tells its process id to a file first. */
function entryIn(place: string): string {
  const entry = join(place, 'trainer.mjs');
  const pids = JSON.stringify(join(place, 'pids'));
  writeFileSync(
    entry,
    `import { appendFileSync } from 'node:fs';\nappendFileSync(${pids}, process.pid + '\\n');\nawait import(${JSON.stringify(TRAINER)});\n`,
  );
  return entry;
}

interface Outcome {
  readonly kills: number;
  readonly attempts: readonly number[];
  readonly proposals: readonly unknown[];
  readonly results: readonly unknown[];
}

/** `killAfter`: epochs of the trials of these numbers after which whatever trainer lives is killed. */
async function search(name: string, killAfter: ReadonlyMap<number, number>): Promise<Outcome> {
  const place = join(folder, name);
  const workspace = join(place, 'workspace');
  writeTinyDataset(join(place, 'resources', 'datasets', 'tiny'));
  appendFileSync(join(place, 'pids'), '');
  const environment = { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' };
  const host = await createHost({
    ...{ workspace, resources: join(place, 'resources'), shell: 'cli' },
    trainer: { entry: entryIn(place), environment },
  });
  let kills = 0;
  try {
    const { client } = host;
    const changes = await client.events.watch();
    const { run } = await client.runs.start({
      ...{ name, dataset: 'tiny', families: ['resnet', 'mlp-mixer'], strategy: { id: 'random' }, seed: 7, slots: 1 },
      budget: { trials: TRIALS },
      recipe: { epochs: EPOCHS, batchSize: 32, distillation: { loss: 'none' } },
    });
    const left = new Map(killAfter);
    for await (const event of changes) {
      if (event.type === 'run.changed' && event.summary.run.state !== 'running') break;
      if (event.type !== 'epoch.appended') continue;
      const number = Number(/-(\d+)$/.exec(event.trialId)?.[1]);
      if (left.get(number) !== event.point.epoch) continue;
      left.delete(number);
      if (killTrainers(place)) kills += 1;
    }
    const end = await client.runs.get({ id: run.id });
    expect([end.run.state, end.run.reason, end.trials.finished]).toEqual(['finished', undefined, TRIALS]);
    expect(await client.system.doctor()).toMatchObject({ ok: true, problems: [] });
    return { kills, ...outcomeOf(workspace, run.id) };
  } finally {
    await host.close();
  }
}

/** The last one that said its name is the one at work. */
function killTrainers(place: string): boolean {
  const pid = Number(readFileSync(join(place, 'pids'), 'utf8').trim().split('\n').at(-1));
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false; // it has ended by itself
  }
}

function outcomeOf(workspace: string, id: string): Omit<Outcome, 'kills'> {
  const { store, files, close } = openReadable(workspace);
  try {
    const trials = store.trials(id);
    return {
      attempts: trials.map(({ attempts }) => attempts),
      proposals: trials.map(({ candidate, seed }) => [candidate, seed]),
      results: trials.map((trial) => {
        const final = store.checkpoint(trial.id, 'final');
        expect(existsSync(files.pathOf(final?.file ?? 'none'))).toBe(true);
        const curve = store.epochs(trial.id).map(({ seconds: _, ...point }) => point);
        return { metrics: trial.metrics, test: trial.testAccuracy, weights: final?.sha256, curve };
      }),
    };
  } finally {
    close();
  }
}

it('a search whose real trainers are killed at random epochs ends as one whose trainers were left alone', async () => {
  const alone = await search('alone', new Map());
  expect([alone.kills, alone.attempts]).toEqual([0, Array(TRIALS).fill(1)]);
  const rng = createRng(17);
  const victims = rng.shuffle([...Array(TRIALS).keys()]).slice(0, KILLS);
  const killed = await search('killed', new Map(victims.map((trial) => [trial, 1 + rng.int(EPOCHS - 2)])));
  expect(killed.kills).toBe(KILLS);
  // They were at work when they died: each of these trials took a second attempt.
  expect(killed.attempts.reduce((sum, one) => sum + one)).toBe(TRIALS + KILLS);
  expect(killed.proposals).toEqual(alone.proposals);
  expect(killed.results).toEqual(alone.results);
}, 240_000);
