/**
 * What trainings on a cluster of Ray cost beside the same on this machine: clusters on loopback,
 * made by Ray's own test utilities, of nodes with one core each, against as many local trainers.
 *
 *   npm run bench:ray [-- --nodes 2,4] [--tasks 60] [--students 8] [--epochs 1] [--images 5000]
 *       [--rounds 3] [--json]
 *
 *   overhead     trainers that compute nothing: by how much a task is longer there
 *   throughput   real trainers, the same students in turns: the seconds of all there / here
 *   bytes        on loopback for a student, less what an idle cluster sends in the same time; where
 *                others use loopback too, theirs are in it. To have it alone:
 *                unshare -rn sh -c 'ip link set lo up && npm run bench:ray'
 *
 * Says SKIP where Ray is not installed. The last line of `--json` is
 * `{"NODES":{"overheadMs":[...],"ratio":[...],"bytes":n,"alone":bool}}`, one value a round.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseSearch } from '../src/bridge/config/parse-config.ts';
import { imageRecipe } from '../src/core/data-kinds.ts';
import { studentFamily } from '../src/core/arch/families/registry.ts';
import { median } from '../src/core/math/quantile.ts';
import type { Executor, Order } from '../src/host/executors/executor.ts';
import { createLocalExecutor } from '../src/host/executors/local-executor.ts';
import type { DriverOptions } from '../src/host/executors/ray/driver.ts';
import { createRayExecutor } from '../src/host/executors/ray/ray-executor.ts';
import { trainerSettings } from '../src/host/executors/trainer-settings.ts';
import { FAKE_TRAINER } from '../tests/support/fake-host.ts';
import { rayHere, startRayCluster } from '../tests/support/ray-cluster.ts';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '2,4' },
    tasks: { type: 'string', default: '60' },
    students: { type: 'string', default: '8' },
    epochs: { type: 'string', default: '1' },
    images: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const say = (line: string): void => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);

// Here and there alike.
process.env['TF_NUM_INTRAOP_THREADS'] = '1';

const RESOURCES = join(import.meta.dirname, '../resources');
const IDLE_SECONDS = 10;
/** A loaded machine takes its time; Ray gives a node ten seconds. */
const PATIENT = { RAY_raylet_start_wait_time_s: '120' };
const folder = mkdtempSync(join(tmpdir(), 'bench-ray-'));
const session = { fence: 'bench-ray', folders: { temp: folder, cache: join(folder, 'cache') } };
const { checkpoints } = parseSearch({ name: 'ray' });
const recipe = imageRecipe({ epochs: Number(values.epochs) });
const family = studentFamily('resnet', { inputShape: [28, 28, 1], classes: 10 });
const graph = family.build(family.reference);

let jobs = 0;

const order = (teacher: boolean): Order<'train'> => ({
  ...{ kind: 'train', jobId: `bench-${jobs++}` },
  input: {
    ...{ graph, recipe, checkpoints, seed: jobs },
    dataset: { directory: join(RESOURCES, 'datasets/fashion-mnist'), trainImages: Number(values.images) },
    ...(teacher && { teacher: { directory: join(RESOURCES, 'teachers/fashion-resnet') } }),
  },
});

/** Seconds until so many are done. */
async function doAll(executor: Executor, count: number, teacher: boolean): Promise<number> {
  const start = performance.now();
  await Promise.all(
    Array.from({ length: count }, async () => {
      const end = await executor.run(order(teacher));
      if (end.type !== 'done') throw new Error(`A student was not trained: ${JSON.stringify(end)}`);
    }),
  );
  return (performance.now() - start) / 1000;
}

type Trainer = { readonly entry: string; readonly environment: Readonly<Record<string, string>> } | undefined;
const NOTHING: Trainer = { entry: FAKE_TRAINER, environment: { FAKE_TRAINER: '{}' } };

interface Pair {
  readonly here: Executor;
  readonly there: Executor;
}

/** With as many trainers, one thread each; each has done a task before it is timed. */
async function withPair<T>(
  { driver, address, slots, trainer }: { driver: DriverOptions; address: string; slots: number; trainer: Trainer },
  work: (pair: Pair) => Promise<T>,
): Promise<T> {
  const settings = trainerSettings(trainer ? { trainer } : {}, session);
  const here = createLocalExecutor(settings);
  const there = createRayExecutor({
    ...{ settings, driver: () => driver, ray: { kind: 'ray', address, cpus: 1, gpus: 0 } },
    ...(trainer && { trainer }),
  });
  try {
    for (const executor of [here, there]) {
      executor.resize(slots);
      await doAll(executor, slots, trainer === undefined);
    }
    return await work({ here, there });
  } finally {
    await Promise.all([here.close(), there.close()]);
  }
}

/** Both, the one that comes first in turns: seconds of each round. */
async function inTurns({ here, there }: Pair, count: number, teacher: boolean) {
  const rounds: { here: number; there: number }[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const seconds = { here: 0, there: 0 };
    for (const way of round % 2 === 0 ? (['here', 'there'] as const) : (['there', 'here'] as const)) {
      seconds[way] = await doAll(way === 'here' ? here : there, count, teacher);
    }
    rounds.push(seconds);
  }
  return rounds;
}

/** By network: bytes sent so far; none where the system does not tell. */
function sentBytes(): ReadonlyMap<string, number> {
  try {
    const lines = readFileSync('/proc/net/dev', 'utf8').trim().split('\n').slice(2);
    return new Map(
      lines.map((line) => {
        const [name = '', figures = ''] = line.split(':');
        return [name.trim(), Number(figures.trim().split(/\s+/)[8])];
      }),
    );
  } catch {
    return new Map();
  }
}

const loopbackBytes = (): number | undefined => sentBytes().get('lo');

const wait = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

/** On loopback for each of the students, less what is sent while nothing is done. */
async function bytesOf(there: Executor, count: number): Promise<number | undefined> {
  const [before, idle] = [loopbackBytes(), await wait(IDLE_SECONDS).then(loopbackBytes)];
  if (before === undefined || idle === undefined) return undefined;
  const seconds = await doAll(there, count, true);
  const sent = (loopbackBytes() ?? NaN) - idle;
  return Math.max(0, sent - ((idle - before) / IDLE_SECONDS) * seconds) / count;
}

async function measure(driver: DriverOptions, slots: number) {
  const cluster = await startRayCluster(driver, { nodes: slots, environment: PATIENT });
  try {
    const { address } = cluster;
    const tasks = Number(values.tasks);
    const idle = await withPair({ driver, address, slots, trainer: NOTHING }, (pair) => inTurns(pair, tasks, false));
    const overheadMs = idle.map(({ here, there }) => (1000 * slots * (there - here)) / tasks);
    say(`${slots} nodes: a task is ${median(overheadMs).toFixed(0)} ms longer (${listText(overheadMs, 0)})`);
    const students = Number(values.students);
    return await withPair({ driver, address, slots, trainer: undefined }, async (pair) => {
      const trained = await inTurns(pair, students, true);
      const ratio = trained.map(({ here, there }) => there / here);
      const each = trained.map(({ here, there }) => `${here.toFixed(1)} and ${there.toFixed(1)} s`).join('; ');
      say(`${slots} nodes: ${students} students take ${median(ratio).toFixed(2)} times as long (${each})`);
      const bytes = await bytesOf(pair.there, students);
      say(`${slots} nodes: ${bytes === undefined ? 'untold' : (bytes / 1e6).toFixed(2)} MB a student on loopback`);
      return { overheadMs, ratio, bytes, alone: isAlone() };
    });
  } finally {
    await cluster.close();
  }
}

/** Whether nobody else's bytes can be on this loopback: a network of its own has nothing beside. */
const isAlone = (): boolean => [...sentBytes().keys()].every((name) => name === 'lo');

const listText = (numbers: readonly number[], places: number): string =>
  numbers.map((value) => value.toFixed(places)).join(', ');

const driver = rayHere();
try {
  if (typeof driver === 'string') {
    say(`SKIP: ${driver}`);
  } else {
    say(`${availableParallelism()} cores, load before ${loadavg()[0]?.toFixed(1)}`);
    const figures: Record<string, unknown> = {};
    for (const slots of values.nodes.split(',').map(Number)) figures[slots] = await measure(driver, slots);
    if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
