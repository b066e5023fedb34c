/**
 * The executor of a cluster: trainings run where Ray puts them, and everything that is kept stays
 * here. Placement, growth of the cluster and the death of its machines are Ray's business. What is
 * timed, and what a person waits for, is done on this machine.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clusterSchema } from '../../../bridge/schemas/executor.ts';
import type { ClusterView, ExecutorStatus, RaySettings } from '../../../bridge/schemas/executor.ts';
import { TRAVELS } from '../../../compute/tasks/tasks.ts';
import type { Capacity, Executor } from '../executor.ts';
import { onThisMachine, THREADS_VARIABLE } from '../local-executor.ts';
import { linkTo } from '../trainer-link.ts';
import type { TrainerLink, TrainerSettings } from '../trainer-link.ts';
import { createTrainerPool } from '../trainer-pool.ts';
import { createArtifacts } from './artifacts.ts';
import { createCluster } from './cluster.ts';
import { describeCluster } from './driver.ts';
import type { Driver, DriverOptions } from './driver.ts';
import { createRayPeer, PlaceLost } from './ray-peer.ts';
import type { RayPeer } from './ray-peer.ts';

/** For so long a cluster is taken to have as many places as it said: a form that is filled in asks
 * at each pause, and an answer takes a Python of its own. */
const REMEMBERED_MS = 60_000;

/** So many places in a row may be lost while a trainer starts there. */
const PLACES = 4;

export interface RayExecutorParts {
  /** Of trainers on this machine. */
  readonly settings: TrainerSettings;
  readonly ray: RaySettings;
  /** Throws where Ray is not installed. */
  readonly driver: () => DriverOptions;
  /** Tests put it in the place of the real trainer. */
  readonly trainer?: { readonly entry: string; readonly environment?: Readonly<Record<string, string>> };
}

export interface RayExecutor extends Executor {
  trainers(): ExecutorStatus['trainers'];
}

export function createRayExecutor({ settings, ray, driver, trainer }: RayExecutorParts): RayExecutor {
  const artifacts = createArtifacts();
  const cluster = createCluster(driver, ray);
  const atWork = new Set<number>();
  const spec = {
    ...{ cpus: ray.cpus, gpus: ray.gpus, program: ray.program ?? ownProgram() },
    trainer: {
      ...(trainer && { entry: trainer.entry }),
      environment: { [THREADS_VARIABLE]: threads(ray), ...trainer?.environment },
    },
  };
  const here = machineId();

  const pool = createTrainerPool({
    capacity: remembered(async () => {
      const { slots } = await testCluster(driver(), ray);
      return Math.max(1, slots);
    }),
    start: async (_trainers, signal, waits) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await startOnce(signal, waits);
        } catch (error) {
          // Ray looks for another place.
          if (!(error instanceof PlaceLost) || attempt === PLACES) throw error;
          waits(`its place was lost, another one is looked for: ${error.message}`);
        }
      }
    },
    ...onThisMachine(settings),
  });

  async function startOnce(signal: AbortSignal, waits: (words: string) => void): Promise<TrainerLink> {
    const create = (id: number, to: Driver) => createRayPeer({ id, driver: to, artifacts, waits });
    const peer = await cluster.place(create, spec, signal, waits);
    const link = linkTo(peer, settings);
    await peer.ready(signal);
    return placedLink(link, peer);
  }

  /** What is wrong is said with its place; only trainers beside what is timed hold. */
  function placedLink(link: TrainerLink, peer: RayPeer): TrainerLink {
    const isBeside = peer.place().machine === here;
    return {
      ...link,
      hold: () => (isBeside ? link.hold() : Promise.resolve()),
      release: () => {
        if (isBeside) link.release();
      },
      run: async (order, report, signal) => {
        atWork.add(peer.id);
        try {
          const end = await link.run(order, report, signal);
          const { node } = peer.place();
          if (end.type !== 'failed' || node === undefined || end.message.includes(node)) return end;
          return { ...end, message: `${end.message} (On node ${node}.)` };
        } finally {
          atWork.delete(peer.id);
        }
      },
    };
  }

  return {
    ...pool,
    run: (order, report, signal) =>
      TRAVELS[order.kind] === 'stays' ? pool.runApart(order, report, signal) : pool.run(order, report, signal),
    resize: (slots) => {
      pool.resize(slots);
      if (slots === 0) cluster.rest();
    },
    trainers: () =>
      [...cluster.peers.values()].map((peer) => {
        const { node, words } = peer.place();
        const state = node === undefined ? 'waiting' : atWork.has(peer.id) ? 'working' : 'idle';
        return { id: peer.id, state, ...(node && { node }), ...(words && { words }) };
      }),
    close: async () => {
      await pool.close();
      await cluster.close();
    },
  };
}

/** Who asks meanwhile gets the same answer; a refusal is forgotten at once. */
function remembered(ask: Capacity): Capacity {
  let known: { readonly until: number; readonly answer: Promise<number> } | undefined;
  return () => {
    if (known !== undefined && performance.now() < known.until) return known.answer;
    const asked = { until: performance.now() + REMEMBERED_MS, answer: ask() };
    known = asked;
    asked.answer.catch(() => {
      if (known === asked) known = undefined;
    });
    return asked.answer;
  };
}

/** Throws `backend.missing` where it does not answer, in words. */
export async function testCluster(driver: DriverOptions, ray: RaySettings, signal?: AbortSignal): Promise<ClusterView> {
  const { address, cpus, gpus, program = ownProgram() } = ray;
  const { versions, cluster } = await describeCluster(driver, { address, program }, signal);
  const found = clusterSchema.omit({ address: true, versions: true, slots: true }).parse(cluster);
  const fitting = (node: { cpus: number; gpus: number }): number =>
    Math.min(
      cpus === 0 ? availableParallelism() : Math.floor(node.cpus / cpus),
      gpus === 0 ? Infinity : Math.floor(node.gpus / gpus),
    );
  const usable = found.nodes.filter(({ problem }) => problem === undefined);
  return { address, versions, ...found, slots: usable.reduce((sum, node) => sum + fitting(node), 0) };
}

/** TensorFlow's threads of a trainer are the CPUs that Ray sets aside for it. */
const threads = ({ cpus }: RaySettings): string =>
  process.env[THREADS_VARIABLE] ?? String(Math.max(1, Math.floor(cpus)));

/** The folder of this program: machines of a cluster may have it in the same place. */
function ownProgram(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return here.endsWith(join('out', 'main')) || here.endsWith(join('main', 'chunks'))
    ? join(here.slice(0, here.lastIndexOf('main')), '..')
    : join(here, '../../../..');
}

/** As the driver tells it of its machines: the same for all that share processors. */
function machineId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return hostname();
  }
}

export const testing = { remembered };
