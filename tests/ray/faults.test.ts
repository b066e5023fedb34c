/** What a cluster loses is told as the death of a trainer, and the next task is done elsewhere. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseSearch } from '../../src/bridge/config/parse-config.ts';
import { imageRecipe } from '../../src/core/data-kinds.ts';
import { studentFamily } from '../../src/core/arch/families/registry.ts';
import type { Order, TaskEnd } from '../../src/host/executors/executor.ts';
import { createRayExecutor } from '../../src/host/executors/ray/ray-executor.ts';
import type { RayExecutor } from '../../src/host/executors/ray/ray-executor.ts';
import { trainerSettings } from '../../src/host/executors/trainer-settings.ts';
import { FAKE_TRAINER, temporaryFolder } from '../support/fake-host.ts';
import { fillDisk } from '../support/full-disk.ts';
import { childrenOf } from '../support/proc.ts';
import { askedForRay, startRayCluster } from '../support/ray-cluster.ts';
import type { RayCluster } from '../support/ray-cluster.ts';

const driver = askedForRay();
const missing = typeof driver === 'string' ? driver : undefined;
const folder = temporaryFolder();
const small = join(folder.path, 'small');
const data = join(folder.path, 'data');
const isMounted = missing === undefined && mounted(small);
let cluster: RayCluster | undefined;
let executor: RayExecutor | undefined;

/** A disk of 24 MB, where the tests may make one. */
function mounted(place: string): boolean {
  mkdirSync(place);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', place], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

beforeAll(async () => {
  mkdirSync(data);
  writeFileSync(join(data, 'dataset.json'), '{}');
  const environment: Record<string, string> = isMounted ? { TRADE_WORKER_CACHE: small } : {};
  if (typeof driver !== 'string') cluster = await startRayCluster(driver, { environment });
}, 180_000);
afterEach(async () => executor?.close());
afterAll(async () => {
  await cluster?.close();
  if (isMounted) execFileSync('umount', [small]);
  folder.remove();
});

const { checkpoints } = parseSearch({ name: 'test' });
const recipe = imageRecipe({ epochs: 2 });
const family = studentFamily('resnet', { inputShape: [28, 28, 1], classes: 10 });
const graph = family.build(family.reference);
const training = (number: number, directory = data): Order<'train'> => ({
  ...{ kind: 'train', jobId: `trial-${number}-a1` },
  input: { graph, dataset: { directory }, recipe, until: 2, checkpoints, seed: 1 },
});

function open(): RayExecutor {
  if (typeof driver === 'string' || cluster === undefined) throw new Error('There is no cluster.');
  // The first two trainings go on until they are ended.
  const trainer = { entry: FAKE_TRAINER, environment: { FAKE_TRAINER: JSON.stringify({ untilHeld: [0, 1] }) } };
  const settings = trainerSettings({ trainer }, { fence: 's1', folders: { temp: folder.path, cache: folder.path } });
  const ray = { kind: 'ray', address: cluster.address, cpus: 1, gpus: 0 } as const;
  executor = createRayExecutor({ settings, ray, trainer, driver: () => driver });
  executor.resize(2);
  return executor;
}

/** Resolves when both of the first two train, each on its own node. */
async function busy(open: RayExecutor): Promise<readonly Promise<TaskEnd<'train'>>[]> {
  const ends: Promise<TaskEnd<'train'>>[] = [];
  const begun = [0, 1].map(
    (number) =>
      new Promise<void>((resolve) => {
        const end = open.run(training(number), (news) => {
          if (news.type === 'progress' && news.stage === 'training') resolve();
        });
        ends.push(end);
      }),
  );
  await Promise.all(begun);
  return ends;
}

describe.skipIf(missing !== undefined)(`on a cluster of Ray${missing ? ` SKIP: ${missing}` : ''}`, () => {
  it('a driver that is killed takes its trainers along, and the next one is another', async () => {
    const open_ = open();
    const ends = await busy(open_);
    for (const pid of childrenOf(process.pid, 'driver.py')) process.kill(pid, 'SIGKILL');
    for (const end of await Promise.all(ends)) {
      expect(end).toMatchObject({ type: 'crashed', message: expect.stringContaining('speaks with Ray') as string });
    }
    expect(await open_.run(training(2))).toMatchObject({ type: 'done' });
  }, 180_000);

  it.skipIf(!isMounted)(
    `a full disk of a node is told with its place${isMounted ? '' : ', left out: no disk can be mounted here'}`,
    async () => {
      const large = join(folder.path, 'large');
      mkdirSync(large);
      writeFileSync(join(large, 'dataset.json'), Buffer.alloc(4 << 20, 1));
      const filling = join(small, 'filling');
      mkdirSync(small, { recursive: true });
      const before = open();
      expect(await before.run(training(2))).toMatchObject({ type: 'done' });
      fillDisk(filling);
      const end = await before.run(training(3, large));
      expect(end).toMatchObject({
        type: 'failed',
        code: 'disk.full',
        message: expect.stringContaining('node') as string,
      });
      execFileSync('rm', [filling]);
      expect(await before.run(training(4, large))).toMatchObject({ type: 'done' });
    },
    180_000,
  );

  it('a node that is lost is the death of its trainer alone', async () => {
    const open_ = open();
    const ends = await busy(open_);
    await cluster?.order('kill 0');
    expect(await Promise.race(ends)).toMatchObject({ type: 'crashed' });
    expect(open_.trainers().filter(({ state }) => state === 'working')).toHaveLength(1);
  }, 240_000);
});
