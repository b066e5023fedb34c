/**
 * SIGKILL at random moments of searches by legs and of a one-shot search: what rests goes on
 * where it rested, a supernet where its last epoch ended, and the log is that of a run which nobody
 * killed. `LEG_KILLS` in the environment makes as many as one likes.
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

interface Toy {
  readonly strategy: string;
  readonly trials: number;
  readonly epochs: number;
  readonly families?: string;
  readonly epochMs: number;
  /** Entries that its log has at least. */
  readonly entries: number;
  /** A kill should meet this now and then. */
  readonly moment: (found: Found) => boolean;
}

const HALVING: Toy = {
  ...{ strategy: 'toy-halving', trials: 27, epochs: 9, epochMs: 15, entries: 54, moment: ({ resting }) => resting > 0 },
};
const RANK_NOSH: Toy = {
  ...{ strategy: 'rank-nosh', trials: 18, epochs: 8, epochMs: 15, entries: 50, moment: ({ resting }) => resting > 0 },
};
const SHORT: Toy = {
  ...{ strategy: 'gp-ehvi shortTrainings', trials: 12, epochs: 8, epochMs: 15, entries: 40 },
  moment: ({ resting }) => resting > 0,
};
const ONE_SHOT: Toy = {
  ...{ strategy: 'toy-one-shot', trials: 12, epochs: 3, epochMs: 60, families: 'toy-cell', entries: 24 },
  moment: ({ searches }) => searches > 0,
};

interface Kill {
  /** It tells of so many things first; then it has so many milliseconds. */
  readonly news: number;
  readonly delayMs: number;
}

/** Resolves when the program has ended, by itself or killed with all that it has started. */
async function session(
  { strategy, trials, epochs, epochMs, families }: Toy,
  folder: string,
  kill?: Kill,
): Promise<void> {
  const plan = JSON.stringify({ epochMs });
  const run = [String(trials), '1', '3', strategy, String(epochs), ...(families === undefined ? [] : [families])];
  const args = [ENTRY, folder, plan, ...run];
  const child = spawn(process.execPath, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: `--import ${TOYS}` },
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, 'close');
  let news = 0;
  const reached = new Promise<void>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      news += line.startsWith('epoch') || line.startsWith('stage Search') ? 1 : 0;
      if (kill !== undefined && news >= kill.news) resolve();
    });
  });
  if (kill !== undefined && child.pid !== undefined) {
    await Promise.race([ended, reached.then(() => sleep(kill.delayMs))]);
    if (child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  }
  await ended;
  expect(errors).toBe('');
}

interface Found {
  /** As text. */
  readonly log: readonly string[];
  /** Students at rest, and searches that are not over and have something to go on from. */
  readonly resting: number;
  readonly searches: number;
}

/** How it stands; rows that a start will not mend are none. */
function lookAt(folder: string): Found {
  if (!existsSync(join(folder, 'workspace', DATABASE_FILE))) return { log: [], resting: 0, searches: 0 };
  const { store, files, close } = openReadable(join(folder, 'workspace'));
  try {
    const wrong = findProblems(store, files, 'none').filter(
      ({ mend, words }) => mend?.what !== 'orphan' && !words.includes('the next start'),
    );
    expect(wrong).toEqual([]);
    const [summary] = store.runs().rows;
    const log = summary ? store.events(summary.run.id).map(({ event }) => JSON.stringify(event)) : [];
    const isOpen = summary !== undefined && store.searches(summary.run.id).open !== undefined;
    return { log, resting: summary?.trials.resting ?? 0, searches: isOpen ? store.supernets().length : 0 };
  } finally {
    close();
  }
}

it.each([HALVING, RANK_NOSH, SHORT, ONE_SHOT])(
  `${KILLS} kills of $strategy leave the log of a run that was never killed`,
  async (toy) => {
    const [unkilled, killed] = [temporaryFolder(), temporaryFolder()];
    try {
      for (const { path } of [unkilled, killed]) mkdirSync(path, { recursive: true });
      makeResources(unkilled.path);
      makeResources(killed.path);
      await session(toy, unkilled.path);
      const wanted = lookAt(unkilled.path).log;
      expect(wanted.length).toBeGreaterThan(toy.entries);

      const rng = createRng(7);
      let met = 0;
      for (let kill = 0; kill < KILLS; kill += 1) {
        await session(toy, killed.path, { news: 1 + rng.int(5), delayMs: 40 * rng.uniform() });
        const found = lookAt(killed.path);
        expect(found.log).toEqual(wanted.slice(0, found.log.length));
        if (toy.moment(found)) met += 1;
      }
      await session(toy, killed.path);
      expect(lookAt(killed.path)).toEqual({ log: wanted, resting: 0, searches: 0 });
      expect(met).toBeGreaterThan(0);
    } finally {
      unkilled.remove();
      killed.remove();
    }
  },
  300_000,
);
