/**
 * A one-shot search on real trainers, from the supernet to the students that it leads to; and the
 * same with trainers that die by SIGKILL as they report: the log and the weights are the same, to
 * the bit.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/records/events.ts';
import { createHost } from '../../src/host/for-shells.ts';
import { openReadable } from '../../src/store/workspace.ts';
import { writeTinyDataset } from '../compute/support/tiny-dataset.ts';
import '../contract/toys.ts';

const TRAINER = fileURLToPath(new URL('../../src/compute/trainer-process.ts', import.meta.url));
const TOYS = new URL('../contract/toys.ts', import.meta.url).href;
const [TRIALS, EPOCHS] = [5, 3];
const folder = mkdtempSync(join(tmpdir(), 'real-search-'));
const options = process.env['NODE_OPTIONS'];
beforeAll(() => void (process.env['NODE_OPTIONS'] = `${options ?? ''} --import ${TOYS}`));
afterAll(() => {
  if (options === undefined) delete process.env['NODE_OPTIONS'];
  else process.env['NODE_OPTIONS'] = options;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Of a job's first attempt, the epoch with whose report its trainer dies. */
const MOMENTS = { 'supernet-0-a1': 2, '0000-a1': 1, '0002-a1': 2 };

function entryIn(place: string, moments: Readonly<Record<string, number>>): string {
  const entry = join(place, 'trainer.mjs');
  writeFileSync(
    entry,
    `import { appendFileSync } from 'node:fs';
const moments = ${JSON.stringify(moments)};
const send = process.send.bind(process);
process.send = (message, ...rest) => {
  const news = message?.report;
  const due = news?.type === 'epoch' && Object.entries(moments).find(([name]) => message.jobId.endsWith(name))?.[1];
  if (!due || due !== (news.epoch ?? news.point?.epoch)) return send(message, ...rest);
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
  /** Without what a clock tells. */
  readonly log: readonly unknown[];
  /** Hashes of all weights, in their order. */
  readonly weights: readonly string[];
}

async function search(name: string, moments: Readonly<Record<string, number>>): Promise<Outcome> {
  const place = join(folder, name);
  const workspace = join(place, 'workspace');
  writeTinyDataset(join(place, 'resources', 'datasets', 'tiny'));
  writeFileSync(join(place, 'kills'), '');
  const environment = { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' };
  const host = await createHost({
    ...{ workspace, resources: join(place, 'resources'), shell: 'cli' },
    trainer: { entry: entryIn(place, moments), environment },
  });
  try {
    const { client } = host;
    const changes = await client.events.watch();
    const { run } = await client.runs.start({
      ...{ name, dataset: 'tiny', families: ['toy-cell'], strategy: { id: 'toy-one-shot' }, seed: 7, slots: 1 },
      budget: { trials: TRIALS },
      recipe: { epochs: EPOCHS, batchSize: 16, distillation: { loss: 'none' } },
      checkpoints: { keep: 'last' },
    });
    for await (const event of changes) {
      if (event.type === 'run.changed' && event.summary.run.state !== 'running') break;
    }
    const end = await client.runs.get({ id: run.id });
    expect([end.run.state, end.run.reason, end.trials.finished]).toEqual(['finished', undefined, TRIALS]);
    expect(await client.system.doctor()).toMatchObject({ ok: true, problems: [] });
    const lines = await client.runs.log({ id: run.id });
    expect(lines.map(({ type }) => type)).toContain('searched');
    return { kills: readFileSync(join(place, 'kills'), 'utf8').length, ...outcomeOf(workspace, run.id) };
  } finally {
    await host.close();
  }
}

function outcomeOf(workspace: string, id: string): Omit<Outcome, 'kills'> {
  const { store, close } = openReadable(workspace);
  try {
    const timeless = (event: RunEvent): unknown => {
      if (event.type !== 'searched') return event;
      expect(event.cpuSeconds).toBeGreaterThan(0);
      return { ...event, cpuSeconds: undefined };
    };
    const finals = store.checkpoints().filter(({ kind }) => kind === 'final');
    return {
      log: store.events(id).map(({ event }) => timeless(event)),
      weights: [...store.supernets(), ...finals].map(({ sha256 }) => sha256),
    };
  } finally {
    close();
  }
}

it('leads to a student and its neighbours, and killed trainers change nothing of it', async () => {
  const left = await search('left-alone', {});
  expect(left.weights).toHaveLength(1 + TRIALS);
  // The search comes before the student that it leads to, whose neighbours begin with its weights.
  expect(left.log.filter((event) => JSON.stringify(event).includes('"source":"derived"'))).toHaveLength(1);
  expect(JSON.stringify(left.log)).toContain('"from":{"parents":[1],"map":"inherit"');
  const killed = await search('killed', MOMENTS);
  expect(killed.kills).toBe(Object.keys(MOMENTS).length);
  expect({ ...killed, kills: 0 }).toEqual({ ...left, kills: 0 });
}, 180_000);
