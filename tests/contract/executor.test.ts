/** What whoever orders a task may rely on, wherever it is done: one list of executors, all of them
 * held to it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseSearch } from '../../src/bridge/config/parse-config.ts';
import { imageRecipe } from '../../src/core/data-kinds.ts';
import { studentFamily } from '../../src/core/arch/families/registry.ts';
import type { Executor, Order } from '../../src/host/executors/executor.ts';
import { createLocalExecutor } from '../../src/host/executors/local-executor.ts';
import { createRayExecutor } from '../../src/host/executors/ray/ray-executor.ts';
import { trainerSettings } from '../../src/host/executors/trainer-settings.ts';
import { FAKE_TRAINER, temporaryFolder } from '../support/fake-host.ts';
import type { FakePlan } from '../support/fake-trainer.ts';
import { askedForRay, startRayCluster } from '../support/ray-cluster.ts';
import type { RayCluster } from '../support/ray-cluster.ts';

type Create = (folder: string, plan: FakePlan) => Executor;

const local: Create = (folder, plan) => {
  const environment = { FAKE_TRAINER: JSON.stringify(plan) };
  const session = { fence: 's000001-test', folders: { temp: folder, cache: folder } };
  return createLocalExecutor(trainerSettings({ trainer: { entry: FAKE_TRAINER, environment } }, session));
};

/** Two nodes with a core each, for all tests of this file. */
const driver = askedForRay();
let cluster: RayCluster | undefined;
beforeAll(async () => {
  if (typeof driver !== 'string') cluster = await startRayCluster(driver);
}, 120_000);
afterAll(() => cluster?.close());

const ray: Create = (folder, plan) => {
  if (cluster === undefined || typeof driver === 'string') throw new Error('There is no cluster.');
  const trainer = { entry: FAKE_TRAINER, environment: { FAKE_TRAINER: JSON.stringify(plan) } };
  const session = { fence: 's000001-test', folders: { temp: folder, cache: folder } };
  return createRayExecutor({
    ...{ settings: trainerSettings({ trainer }, session), trainer, driver: () => driver },
    ray: { kind: 'ray', address: cluster.address, cpus: 1, gpus: 0 },
  });
};

const EXECUTORS: readonly (readonly [string, Create])[] = [
  ['this machine', local],
  ...(typeof driver === 'string' ? [] : [['a cluster of Ray', ray] as const]),
];
if (typeof driver === 'string') it(`a cluster of Ray is held to it, too SKIP: ${driver}`, ({ skip }) => skip(driver));

const { checkpoints } = parseSearch({ name: 'test' });
const recipe = imageRecipe({ epochs: 4 });
const family = studentFamily('resnet', { inputShape: [28, 28, 1], classes: 10 });
const graph = family.build(family.reference);
/** A fake needs no data for a leg. */
const data = temporaryFolder();
afterAll(() => data.remove());
/** Fakes read their plans by the trial's number. */
const training = (number: number): Order<'train'> => ({
  ...{ kind: 'train', jobId: `trial-${number}-a2` },
  input: { graph, dataset: { directory: data.path }, recipe, until: 2, checkpoints, seed: 1 },
});
const timing: Order<'latency'> = {
  ...{ kind: 'latency', jobId: 'timed' },
  input: { graph, engines: ['onnxruntime'], batches: [1, 32] },
};

describe.each(EXECUTORS)('an executor: %s', (_name, create) => {
  const folder = temporaryFolder();
  let executor: Executor | undefined;
  const open = (plan: FakePlan = {}): Executor => (executor = create(folder.path, plan));
  afterEach(() => executor?.close());
  afterAll(() => folder.remove());

  it('gives a kind its own output, and its reports one after the other before that', async () => {
    const told: string[] = [];
    const end = await open().run(training(0), async (news) => {
      if (news.type !== 'epoch') return;
      await new Promise((resolve) => setImmediate(resolve));
      told.push(`epoch ${news.point.epoch} in ${news.checkpoint.path}`);
    });
    expect(end).toMatchObject({ type: 'done', output: { type: 'rested', epoch: 2 } });
    expect(told).toEqual([1, 2].map((epoch) => `epoch ${epoch} in ${folder.path}/trial-0-a2-${epoch}.safetensors`));
  });

  it('writes where the order says instead', async () => {
    const temp = join(folder.path, 'elsewhere-is-none');
    const end = await open().run({ ...training(0), temp });
    // A fake writes into folders that are there.
    expect(end).toMatchObject({ type: 'crashed', message: expect.stringContaining(temp) as string });
  });

  it('times alone, and goes on with the others after it', async () => {
    const trace = join(folder.path, 'trace');
    const busy = open({ traceFile: trace, untilHeld: [0] });
    let began: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (began = resolve));
    // Before that it may tell what it waits for.
    const trained = busy.run(training(0), (news) => {
      if (news.type === 'progress' && news.stage === 'training') began();
    });
    await begun;
    const timed = await busy.runAlone(timing);
    expect(timed.type === 'done' && timed.output.map(({ batch, threads }) => [batch, threads])).toEqual([
      [1, 1],
      [32, 1],
    ]);
    expect(await trained).toMatchObject({ type: 'done' });
    const lines = readFileSync(trace, 'utf8').trim().split('\n');
    const between = lines.slice(lines.indexOf('timing'), lines.indexOf('timed'));
    expect(between).not.toContain('epoch');
  });

  it('starts nothing for a task that is stopped before it began, and stops one that did', async () => {
    const pidFile = join(folder.path, 'pids');
    const idle = open({ pidFile, untilHeld: [0] });
    expect(await idle.run(training(0), undefined, AbortSignal.abort())).toEqual({ type: 'stopped' });
    expect(await idle.runAlone(timing, AbortSignal.abort())).toEqual({ type: 'stopped' });
    expect(existsSync(pidFile)).toBe(false);
    const stopping = new AbortController();
    const end = await idle.run(training(0), () => stopping.abort(), stopping.signal);
    expect(end.type).toBe('stopped');
  });

  it('tells of a failure, of a death and of a report that could not be kept, and works on', async () => {
    const shaky = open({ fail: [1], crash: [2] });
    expect(await shaky.run(training(1))).toMatchObject({ type: 'failed', code: 'trainer.failed' });
    expect(await shaky.run(training(2))).toMatchObject({
      type: 'crashed',
      message: expect.stringContaining('cannot allocate tensor') as string,
    });
    const noRoom = shaky.run(training(3), () => Promise.reject(new Error('no room')));
    await expect(noRoom).rejects.toThrow('no room');
    expect(await shaky.run(training(4))).toMatchObject({ type: 'done' });
  });

  it('does a task apart beside those that it is full of', async () => {
    const full = open({ untilHeld: [0] });
    const stopping = new AbortController();
    const long = full.run(training(0), undefined, stopping.signal);
    expect(await full.runApart(training(1))).toMatchObject({ type: 'done', output: { epoch: 2 } });
    stopping.abort();
    expect((await long).type).toBe('stopped');
  });

  it('does no task more once it is closed, and has stopped what it had in hand', async () => {
    const closing = open({ untilHeld: [0] });
    expect(await closing.capacity()).toBeGreaterThan(0);
    let began: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (began = resolve));
    const task = closing.run(training(0), () => began());
    const apart = closing.runApart(training(0));
    await begun;
    await closing.close();
    expect((await task).type).toBe('stopped');
    expect((await apart).type).toBe('stopped');
    expect(() => closing.run(training(1))).toThrow(expect.objectContaining({ code: 'run.state' }) as Error);
  });
});
