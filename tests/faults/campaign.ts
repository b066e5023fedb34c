/**
 * Kills a searching program again and again, at moments that a seed decides: the whole group, main
 * alone, the trainers alone. After each kill the workspace is looked at as it was left, at the end
 * of each life the run is brought to its end.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ExecutorSettings } from '../../src/bridge/schemas/executor.ts';
import { createRng } from '../../src/core/math/rng.ts';
import type { Rng } from '../../src/core/math/rng.ts';
import { candidateKey } from '../../src/core/space/candidate-key.ts';
import { examine, findProblems } from '../../src/store/upkeep/doctor.ts';
import { openReadable, openWorkspace } from '../../src/store/workspace.ts';
import { makeResources, temporaryFolder } from '../support/fake-host.ts';
import { hasMark, processes, procText } from '../support/proc.ts';

const ENTRY = fileURLToPath(new URL('../support/host-process.ts', import.meta.url));
const COMPILED = fileURLToPath(new URL('../../.cache/compile', import.meta.url));
const KILLS_A_LIFE = 10;
/** More than all kills of a life let through. */
const TRIALS_A_SLOT = 24;
const EPOCHS = 4;
const SURVIVAL_MS = 10_000;

/** What a kill must not do; all 0 where the promises hold. */
export const LOSSES = ['corrupt', 'lostTrials', 'halfWritten', 'dangling', 'orphans', 'unfinishedRuns'] as const;
export type Loss = (typeof LOSSES)[number];

export interface Campaign {
  readonly kills: number;
  readonly losses: Readonly<Record<Loss, number>>;
  /** Each loss in words, with the life and the kill by which it can be found again. */
  readonly words: readonly string[];
}

export interface CampaignOptions {
  readonly kills: number;
  readonly seed: number;
  /** Where its trainers are; absent: on this machine. `cache`: by which its actors are known. */
  readonly cluster?: { readonly executor: ExecutorSettings; readonly cache: string };
  readonly report?: (kills: number) => void;
  /** As it is found. */
  readonly lost?: (words: string) => void;
}

interface Life {
  readonly folder: string;
  readonly slots: number;
  readonly seed: number;
  /** Accuracy of every acknowledged trial by its number, epochs of every curve by its trial. */
  readonly done: Map<number, number>;
  readonly epochs: Map<string, number>;
  readonly cluster?: CampaignOptions['cluster'];
  readonly lose: (loss: Loss, words: string) => void;
}

/** Of a cluster's trainers also what is between them and the host, on its side and on theirs. */
const TARGETS = {
  local: ['group', 'group', 'main', 'main', 'trainers'],
  ray: ['group', 'main', 'trainers', 'actors', 'driver'],
} as const;
type Target = (typeof TARGETS)['local' | 'ray'][number];

export async function runCampaign({ kills, seed, cluster, report, lost }: CampaignOptions): Promise<Campaign> {
  const losses = Object.fromEntries(LOSSES.map((loss) => [loss, 0])) as Record<Loss, number>; // of all keys
  const words: string[] = [];
  let made = 0;
  for (let number = 0; made < kills; number += 1) {
    const wanted = Math.min(KILLS_A_LIFE, kills - made);
    const before = made;
    const lose = (loss: Loss, text: string): void => {
      losses[loss] += 1;
      const told = `Life ${number}, kill ${made - before}: ${text}`;
      words.push(told);
      lost?.(told);
    };
    const { path, remove } = temporaryFolder();
    try {
      makeResources(path);
      const rng = createRng(seed * 1000 + number);
      // The first life has one slot: what it proposes can be compared.
      const slots = number === 0 ? 1 : 1 + Math.floor(rng.uniform() * 2);
      const life: Life = {
        folder: path,
        slots,
        seed: seed + number,
        cluster,
        done: new Map(),
        epochs: new Map(),
        lose,
      };
      for (let kill = 0; kill < wanted; kill += 1) {
        await killOnce(life, rng);
        made += 1;
        report?.(made);
      }
      await bringToItsEnd(life);
      if (number === 0) await compareWithUnkilled(life);
      await seeThatNobodySurvives(life);
    } finally {
      remove();
    }
  }
  return { kills: made, losses, words };
}

interface Session {
  readonly child: ChildProcess;
  /** Resolves after so many more trials were acknowledged, or at the end. */
  acknowledged(count: number): Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>;
}

function startSession(life: Life): Session {
  const { folder, slots, seed, cluster } = life;
  const plan = JSON.stringify({ epochMs: 15, pidFile: join(folder, 'pids') });
  const args = [ENTRY, folder, plan, String(TRIALS_A_SLOT * slots), String(slots), String(seed)];
  const child = spawn(process.execPath, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Half of a session's work is the reading of its sources.
    env: {
      ...{ NODE_COMPILE_CACHE: COMPILED, ...process.env, KILL_TEST: folder },
      ...(cluster && { HOST_EXECUTOR: JSON.stringify(cluster.executor) }),
    },
  });
  let errors = '';
  let heard = (): void => undefined;
  let count = 0;
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  createInterface(child.stdout).on('line', (line) => {
    const [what, subject = '', value] = line.split(' ');
    if (what === 'epoch') life.epochs.set(subject, Number(value));
    if (what === 'done') {
      life.done.set(Number(subject), Number(value));
      count += 1;
      heard();
    }
  });
  const ended = once(child, 'close').then(([code]) => {
    count = Infinity;
    heard();
    return { code: code as number | null, errors }; // as Node documents it
  });
  return {
    child,
    ended,
    acknowledged: (wanted) =>
      new Promise((resolve) => {
        heard = () => {
          if (count >= wanted) resolve();
        };
        heard();
      }),
  };
}

async function killOnce(life: Life, rng: Rng): Promise<void> {
  const target: Target =
    TARGETS[life.cluster === undefined ? 'local' : 'ray'][Math.floor(rng.uniform() * 5)] ?? 'group';
  const early = rng.uniform() < 0.25;
  const [trials, delayMs] = [1 + Math.floor(rng.uniform() * 2), rng.uniform() * (early ? 1500 : 80)];
  const session = startSession(life);
  if (!early) await session.acknowledged(trials);
  await sleep(delayMs);
  if (target !== 'group' && target !== 'main') {
    for (const pid of pidsOf(target, life).filter(isAlive)) kill(pid);
    // Main goes on: a trainer that was killed is one attempt of its trial, no more.
    await session.acknowledged(trials + 2);
    kill(-Number(session.child.pid));
  } else {
    kill(target === 'group' ? -Number(session.child.pid) : Number(session.child.pid));
  }
  const { errors } = await session.ended;
  if (errors !== '') life.lose('unfinishedRuns', `The program said: ${errors.trim()}`);
  lookAt(life);
}

/** Before anything is mended: what a start will sweep is no loss. */
function lookAt({ folder, done, epochs, lose }: Life): void {
  const { store, files, close } = openReadable(join(folder, 'workspace'));
  try {
    const damage = store.check();
    if (damage.length > 0) return lose('corrupt', damage.join('; '));
    for (const { words, mend } of findProblems(store, files, 'none')) {
      if (mend?.what === 'checkpoint') lose('dangling', words);
      else if (mend?.what !== 'orphan' && !words.includes('the next start')) lose('halfWritten', words);
    }
    const [summary] = store.runs().rows;
    const trials = summary === undefined ? [] : store.trials(summary.run.id);
    for (const [number, accuracy] of done) {
      const trial = trials[number];
      if (trial?.state !== 'finished' || trial.metrics['accuracy'] !== accuracy) {
        lose('lostTrials', `Trial ${number} was acknowledged with ${accuracy} and is ${trial?.state ?? 'gone'}.`);
      }
    }
    for (const [id, epoch] of epochs) {
      const found = store.epochs(id).length;
      if (found < epoch) lose('lostTrials', `Epoch ${epoch} of ${id} was acknowledged; there are ${found}.`);
    }
  } finally {
    close();
  }
}

async function bringToItsEnd(life: Life): Promise<void> {
  const { folder, slots, lose } = life;
  const { code, errors } = await startSession(life).ended;
  if (code !== 0 || errors !== '') lose('unfinishedRuns', `The last session ended with ${code}: ${errors.trim()}`);
  lookAt(life);
  const { store, files, close } = openWorkspace(join(folder, 'workspace'));
  try {
    const { orphans } = files.unnamed(store.checkpoints());
    for (const file of orphans) lose('orphans', `The file ${file} belongs to no trial after the sweep.`);
    const report = examine(store, files);
    for (const problem of report.problems) lose('halfWritten', problem);
    const [summary] = store.runs().rows;
    const trials = store.trials(summary?.run.id ?? '');
    if (summary?.run.state !== 'finished' || trials.length !== TRIALS_A_SLOT * slots) {
      lose('unfinishedRuns', `The run is ${summary?.run.state ?? 'gone'} with ${trials.length} trials.`);
    }
    const keys = new Set(trials.map(({ candidate }) => candidateKey(candidate)));
    if (keys.size !== trials.length) lose('halfWritten', `${trials.length - keys.size} students were proposed twice.`);
    for (const { id, state, reason } of trials) {
      // Killed twice, a trial's trainer is given up on: that is a failed trial, with its reason.
      const isGivenUp = state === 'failed' && reason?.includes('trainer process died') === true;
      if (state !== 'finished' && !isGivenUp) lose('unfinishedRuns', `Trial ${id} is ${state} (${reason}).`);
      const curve = store.epochs(id).map(({ epoch }) => epoch);
      const whole = Array.from({ length: EPOCHS }, (_, index) => index + 1);
      if (state === 'finished' && curve.join() !== whole.join())
        lose('halfWritten', `Trial ${id} has epochs ${curve.join()}.`);
    }
  } finally {
    close();
  }
}

/** With one slot a run that was killed proposes what the unkilled run proposes. */
async function compareWithUnkilled(life: Life): Promise<void> {
  const { path, remove } = temporaryFolder();
  try {
    makeResources(path);
    const unkilled = { ...life, folder: path, done: new Map(), epochs: new Map() };
    await startSession(unkilled).ended;
    const [wanted, found] = [proposalsIn(path), proposalsIn(life.folder)];
    if (wanted !== found) life.lose('halfWritten', 'The run proposed other students than one that was never killed.');
  } finally {
    remove();
  }
}

function proposalsIn(folder: string): string {
  const { store, close } = openReadable(join(folder, 'workspace'));
  try {
    const [summary] = store.runs().rows;
    return JSON.stringify(store.trials(summary?.run.id ?? '').map(({ candidate, seed }) => [candidate, seed]));
  } finally {
    close();
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function pidsOf(target: 'trainers' | 'actors' | 'driver', life: Life): readonly number[] {
  if (target === 'trainers') return trainers(life);
  const [name, mark] =
    target === 'driver'
      ? ['driver.py', `KILL_TEST=${life.folder}`]
      : ['ray::Trainer', `TRADE_WORKER_CACHE=${life.cluster?.cache}`];
  return processes((pid) => procText(pid, 'cmdline').includes(name) && hasMark(pid, mark));
}

/** Every trainer that was ever started in this life. */
function trainers({ folder }: Life): readonly number[] {
  const file = join(folder, 'pids');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : [];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function seeThatNobodySurvives(life: Life): Promise<void> {
  const survivors = (): readonly string[] => [
    ...trainers(life).filter(isAlive).map(String),
    ...descendants(life.folder),
  ];
  const until = performance.now() + SURVIVAL_MS;
  while (survivors().length > 0 && performance.now() < until) await sleep(100);
  for (const survivor of survivors()) life.lose('orphans', `The process ${survivor} has outlived its program.`);
}

/** Processes that descend from a session in `folder`, whatever they are. */
function descendants(folder: string): readonly string[] {
  return processes((pid) => hasMark(pid, `KILL_TEST=${folder}`)).map(
    (pid) => `${pid} ${procText(pid, 'cmdline').replaceAll('\0', ' ')}`,
  );
}
