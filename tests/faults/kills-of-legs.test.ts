/**
 * SIGKILL at random moments of successive halving: what rests goes on where it rested, and the log
 * is that of a run which nobody killed. `LEG_KILLS` in the environment makes as many as one likes.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createRng } from '../../src/core/math/rng.ts';
import { findProblems } from '../../src/store/upkeep/doctor.ts';
import { DATABASE_FILE, openReadable } from '../../src/store/workspace.ts';
import { makeResources, temporaryFolder } from '../support/fake-host.ts';

const KILLS = Number(process.env['LEG_KILLS'] ?? 10);
const ENTRY = fileURLToPath(new URL('../support/host-process.ts', import.meta.url));
const TOYS = new URL('../contract/toys.ts', import.meta.url).href;
const [TRIALS, EPOCHS] = [27, 9];

interface Kill {
  /** It tells of so many epochs first; then it has so many milliseconds. */
  readonly epochs: number;
  readonly delayMs: number;
}

/** Resolves when the program has ended, by itself or killed with all that it has started. */
async function session(folder: string, kill?: Kill): Promise<void> {
  const plan = JSON.stringify({ epochMs: 15 });
  const args = [ENTRY, folder, plan, String(TRIALS), '1', '3', 'toy-halving', String(EPOCHS)];
  const child = spawn(process.execPath, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: `--import ${TOYS}` },
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, 'close');
  let epochs = 0;
  const reached = new Promise<void>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      epochs += line.startsWith('epoch') ? 1 : 0;
      if (kill !== undefined && epochs >= kill.epochs) resolve();
    });
  });
  if (kill !== undefined && child.pid !== undefined) {
    await Promise.race([ended, reached.then(() => sleep(kill.delayMs))]);
    if (child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  }
  await ended;
  expect(errors).toBe('');
}

/** The log as it stands, and where each student does, as text; rows that a start will not mend are
 * none. */
function lookAt(folder: string): { readonly log: readonly string[]; readonly resting: number } {
  if (!existsSync(join(folder, 'workspace', DATABASE_FILE))) return { log: [], resting: 0 };
  const { store, files, close } = openReadable(join(folder, 'workspace'));
  try {
    const wrong = findProblems(store, files, 'none').filter(
      ({ mend, words }) => mend?.what !== 'orphan' && !words.includes('the next start'),
    );
    expect(wrong).toEqual([]);
    const [summary] = store.runs().rows;
    const log = summary ? store.events(summary.run.id).map(({ event }) => JSON.stringify(event)) : [];
    return { log, resting: summary?.trials.resting ?? 0 };
  } finally {
    close();
  }
}

it(`${KILLS} kills leave the log of a run that was never killed`, async () => {
  const [unkilled, killed] = [temporaryFolder(), temporaryFolder()];
  try {
    for (const { path } of [unkilled, killed]) mkdirSync(path, { recursive: true });
    makeResources(unkilled.path);
    makeResources(killed.path);
    await session(unkilled.path);
    const wanted = lookAt(unkilled.path).log;
    expect(wanted.length).toBeGreaterThan(2 * TRIALS);

    const rng = createRng(7);
    let withResting = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      await session(killed.path, { epochs: 1 + rng.int(5), delayMs: 40 * rng.uniform() });
      const { log, resting } = lookAt(killed.path);
      expect(log).toEqual(wanted.slice(0, log.length));
      if (resting > 0) withResting += 1;
    }
    await session(killed.path);
    expect(lookAt(killed.path)).toEqual({ log: wanted, resting: 0 });
    expect(withResting).toBeGreaterThan(0);
  } finally {
    unkilled.remove();
    killed.remove();
  }
}, 300_000);
