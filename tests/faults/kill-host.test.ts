/** SIGKILL at random moments, of main alone and of the whole group: nothing acknowledged is lost, nothing is left running. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { candidateKey } from '../../src/core/space/candidate-key.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { examine } from '../../src/store/doctor.ts';
import { openReadable, openWorkspace } from '../../src/store/workspace.ts';
import { makeResources, temporaryFolder } from '../support/fake-host.ts';
import type { FakePlan } from '../support/fake-trainer.ts';

const ENTRY = fileURLToPath(new URL('../support/host-process.ts', import.meta.url));
/** Enough for all kills to come before the end. */
const TRIALS_PER_SLOT = 14;
const KILLS = 4;
const folders: { remove(): void }[] = [];
afterAll(() => folders.forEach((folder) => folder.remove()));

interface Session {
  readonly done: readonly (readonly [number, number])[];
  readonly code: number | null;
  readonly errors: string;
}

/** Kills the host so many milliseconds after its first acknowledged trial; `undefined` lets it come to its end. */
async function session(
  folder: string,
  plan: FakePlan,
  slots: number,
  kill?: { afterMs: number; group: boolean },
): Promise<Session> {
  const trials = String(TRIALS_PER_SLOT * slots);
  const child = spawn(process.execPath, [ENTRY, folder, JSON.stringify(plan), trials, String(slots)], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, KILL_TEST: folder },
  });
  const done: (readonly [number, number])[] = [];
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  createInterface(child.stdout).on('line', (line) => {
    const [, number, accuracy] = line.split(' ');
    done.push([Number(number), Number(accuracy)]);
    if (done.length > 1 || kill === undefined) return;
    setTimeout(() => process.kill(kill.group ? -Number(child.pid) : Number(child.pid), 'SIGKILL'), kill.afterMs);
  });
  const [code] = (await once(child, 'close')) as [number | null]; // as Node documents it
  return { done, code, errors };
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Processes that descend from a session in `folder`, whatever they are: they inherited its environment. Linux alone knows. */
function descendants(folder: string): readonly string[] {
  if (process.platform !== 'linux') return [];
  const read = (pid: string, file: string): string => {
    try {
      return readFileSync(join('/proc', pid, file), 'utf8');
    } catch {
      return ''; // it ended meanwhile, or is none of ours
    }
  };
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && read(pid, 'environ').split('\0').includes(`KILL_TEST=${folder}`))
    .map((pid) => read(pid, 'cmdline').replaceAll('\0', ' '));
}

describe.each([
  ['main alone', false, 1],
  ['the whole group', true, 1],
  ['main alone', false, 2],
  ['the whole group', true, 2],
])('killing %s', (_who, group, slots) => {
  const TRIALS = TRIALS_PER_SLOT * slots;

  it(`with ${slots} at work keeps every acknowledged trial, ends with the full count, and leaves no process behind`, async () => {
    const folder = temporaryFolder();
    folders.push(folder);
    makeResources(folder.path);
    const pidFile = join(folder.path, 'pids');
    const plan = { epochMs: 15, pidFile };
    const rng = createRng(group ? 11 : 12);
    const acknowledged = new Map<number, number>();
    let kills = 0;
    for (; kills < KILLS; kills += 1) {
      const { done, code, errors } = await session(folder.path, plan, slots, { afterMs: rng.uniform() * 250, group });
      expect(errors).toBe('');
      for (const [number, accuracy] of done) acknowledged.set(number, accuracy);
      if (code === 0) break;
      const reader = openReadable(join(folder.path, 'workspace'));
      expect(reader.store.check()).toEqual([]);
      const [summary] = reader.store.runs().rows;
      const trials = reader.store.trials(summary?.run.id ?? '');
      for (const [number, accuracy] of acknowledged) {
        expect(trials[number]).toMatchObject({ state: 'finished', metrics: { accuracy } });
      }
      reader.close();
    }
    expect(kills).toBeGreaterThan(1);
    const last = await session(folder.path, plan, slots);
    expect([last.code, last.errors]).toEqual([0, '']);
    const { store, files, close } = openWorkspace(join(folder.path, 'workspace'));
    const [summary] = store.runs().rows;
    expect(summary?.run.state).toBe('finished');
    const trials = store.trials(summary?.run.id ?? '');
    expect(trials.map(({ state }) => state)).toEqual(new Array(TRIALS).fill('finished'));
    expect(new Set(trials.map(({ candidate }) => candidateKey(candidate))).size).toBe(TRIALS);
    for (const [number, accuracy] of acknowledged) expect(trials[number]?.metrics['accuracy']).toBe(accuracy);
    for (const trial of trials) expect(store.epochs(trial.id).map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect(examine(store, files)).toMatchObject({ ok: true, trials: TRIALS, checkpoints: TRIALS });
    close();
    expect(existsSync(pidFile)).toBe(true);
    const pids = readFileSync(pidFile, 'utf8').trim().split('\n').map(Number);
    expect(pids.length).toBeGreaterThan(kills);
    await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([]);
    await expect.poll(() => descendants(folder.path), { timeout: 10_000 }).toEqual([]);
  }, 120_000);
});
