/**
 * SIGKILL of real trainers, which hold tensors and write real checkpoints: the search ends with all
 * of its trials, and with one slot and one thread with the same proposals and the same weights, to
 * the bit, as one whose trainers were left alone.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { createRng } from '../../src/core/math/rng.ts';
import { createHost } from '../../src/host/for-shells.ts';
import { openReadable } from '../../src/store/workspace.ts';
import { writeTinyDataset } from '../compute/support/tiny-dataset.ts';
import { writeTinySteps } from '../support/tiny-steps.ts';

const TRAINER = fileURLToPath(new URL('../../src/compute/trainer-process.ts', import.meta.url));
const EPOCHS = 6;
const TRIALS = 4;
/** Each after an epoch of a trial that a seed decides; no trial more than once, or it is given up
 * on. */
const KILLS = 3;
const folder = mkdtempSync(join(tmpdir(), 'real-kills-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/**
 * The real trainer, which dies by SIGKILL as it reports the epochs `killAfter` of first attempts,
 * and says so in a file: a kill from outside comes too late where an epoch takes milliseconds, or a
 * machine has other things to do.
 */
function entryIn(place: string, killAfter: ReadonlyMap<number, number>): string {
  const entry = join(place, 'trainer.mjs');
  const moments = Object.fromEntries([...killAfter].map(([trial, epoch]) => [`${trial}-a1`, epoch]));
  writeFileSync(
    entry,
    `import { appendFileSync } from 'node:fs';
const moments = ${JSON.stringify(moments)};
const send = process.send.bind(process);
process.send = (message, ...rest) => {
  const due = message?.type === 'report' && moments[/0*(\\d+-a\\d+)$/.exec(message.jobId)?.[1]];
  if (due !== message?.report?.point?.epoch || due === undefined) return send(message, ...rest);
  appendFileSync(${JSON.stringify(join(place, 'kills'))}, 'x');
  process.kill(process.pid, 'SIGKILL');
};
await import(${JSON.stringify(TRAINER)});
`,
  );
  return entry;
}

interface Outcome {
  readonly kills: number;
  readonly attempts: readonly number[];
  readonly proposals: readonly unknown[];
  readonly results: readonly unknown[];
}

interface Kind {
  readonly kind: string;
  readonly write: (directory: string) => string;
  readonly families: readonly string[];
  readonly strategy: string;
}

/** Over steps students begin with the weights of others, which a kill must not change either. */
const KINDS: readonly Kind[] = [
  { kind: 'images', write: writeTinyDataset, families: ['resnet', 'mlp-mixer'], strategy: 'random' },
  { kind: 'sequences', write: (directory) => writeTinySteps(directory), families: ['fusion'], strategy: 'smbo' },
];

/** `killAfter`: epochs of the trials of these numbers with whose report their trainer is killed. */
async function search(name: string, of: Kind, killAfter: ReadonlyMap<number, number>): Promise<Outcome> {
  const place = join(folder, `${of.kind} ${name}`);
  const workspace = join(place, 'workspace');
  of.write(join(place, 'resources', 'datasets', 'tiny'));
  writeFileSync(join(place, 'kills'), '');
  const environment = { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' };
  const host = await createHost({
    ...{ workspace, resources: join(place, 'resources'), shell: 'cli' },
    trainer: { entry: entryIn(place, killAfter), environment },
  });
  try {
    const { client } = host;
    const changes = await client.events.watch();
    const { run } = await client.runs.start({
      ...{ name, dataset: 'tiny', families: [...of.families], strategy: { id: of.strategy }, seed: 7, slots: 1 },
      budget: { trials: TRIALS },
      recipe: { epochs: EPOCHS, batchSize: 32, distillation: { loss: 'none' } },
    });
    for await (const event of changes) {
      if (event.type === 'run.changed' && event.summary.run.state !== 'running') break;
    }
    const end = await client.runs.get({ id: run.id });
    expect([end.run.state, end.run.reason, end.trials.finished]).toEqual(['finished', undefined, TRIALS]);
    expect(await client.system.doctor()).toMatchObject({ ok: true, problems: [] });
    return { kills: readFileSync(join(place, 'kills'), 'utf8').length, ...outcomeOf(workspace, run.id) };
  } finally {
    await host.close();
  }
}

function outcomeOf(workspace: string, id: string): Omit<Outcome, 'kills'> {
  const { store, files, close } = openReadable(workspace);
  try {
    const trials = store.trials(id);
    return {
      attempts: trials.map(({ attempts }) => attempts),
      proposals: trials.map(({ candidate, seed, from }) => [candidate, seed, from]),
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

const title = 'a search on $kind whose real trainers are killed at random epochs ends as one that was left alone';
it.each(KINDS)(
  title,
  async (of) => {
    const alone = await search('alone', of, new Map());
    expect([alone.kills, alone.attempts]).toEqual([0, Array(TRIALS).fill(1)]);
    const rng = createRng(17);
    const victims = rng.shuffle([...Array(TRIALS).keys()]).slice(0, KILLS);
    const killed = await search('killed', of, new Map(victims.map((trial) => [trial, 1 + rng.int(EPOCHS - 2)])));
    expect(killed.kills).toBe(KILLS);
    // They were at work when they died: each of these trials took a second attempt.
    expect(killed.attempts.reduce((sum, one) => sum + one)).toBe(TRIALS + KILLS);
    expect(killed.proposals).toEqual(alone.proposals);
    expect(killed.results).toEqual(alone.results);
  },
  240_000,
);
