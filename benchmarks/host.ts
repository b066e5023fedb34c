/**
 * How long the host keeps others waiting with 50,000 trials in its workspace: the delay of its
 * event loop while a search runs in it and windows ask for everything there is, its start after a
 * clean end and after a kill, and its memory. The trainers compute nothing: what is measured is the
 * host, whose processors they would take. Needs Node 24.
 *
 *   npm run bench:host [-- --json] [--workspace DIR] [--rounds 3] [--repeats 3] [--profile DIR]
 *
 * Without --workspace it makes one (scripts/make-workspace.ts) in .cache/, once; it works on a
 * copy. `--profile` writes profiles of the host's process to that folder and says what ran in its
 * longest blocks. The last line is JSON.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { generateWorkspace } from '../scripts/make-workspace/generate.ts';
import { median } from '../src/core/math/quantile.ts';
import { openReadable } from '../src/store/workspace.ts';
import { makeResources } from '../tests/support/fake-host.ts';
import { explainBlocks } from './host/long-blocks.ts';
import type { LoopFigures } from './host/loop-watch.ts';
import { serve } from './host/served.ts';
import type { Served } from './host/served.ts';
import { walkThrough } from './host/window-calls.ts';
import type { AnswerTimes } from './host/window-calls.ts';

const MADE = Object.freeze({ runs: 200, trials: 50_000, epochs: 30, large: 10_000, seed: 1 });
/** An epoch of a small student on a fast machine. */
const PLAN = Object.freeze({ epochMs: 20 });
const SEARCH = {
  name: 'search beside the windows',
  strategy: { id: 'trade' },
  recipe: { epochs: 5 },
  budget: { trials: 5000 },
  slots: 2,
};
const SLOWEST_SHOWN = 12;
const BLOCKS_SHOWN = 30;

interface HostFigures {
  readonly loopMedianMs: number;
  readonly loopP999Ms: number;
  readonly loopLongestMs: number;
  readonly startMs: number;
  readonly sweepMs: number;
  readonly startAfterKillMs: number;
  readonly hostMb: number;
}

const GOALS: Readonly<Record<keyof HostFigures, { readonly words: string; readonly goal: string }>> = {
  loopMedianMs: { words: "Delay of the host's event loop, median", goal: '< 16' },
  loopP999Ms: { words: 'Delay of the event loop, 99.9th percentile', goal: '' },
  loopLongestMs: { words: 'Delay of the event loop, longest', goal: '< 50' },
  startMs: { words: "From the start of the process to the first list's answer", goal: '< 2000' },
  sweepMs: { words: 'Opening and sweeping the workspace, the longest', goal: '< 1000' },
  startAfterKillMs: { words: 'The same start after a kill', goal: '< 2000' },
  hostMb: { words: 'Most memory that the host held (MB)', goal: '' },
};

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    workspace: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    repeats: { type: 'string', default: '3' },
    profile: { type: 'string' },
  },
});
const [rounds, repeats] = [Number(values.rounds), Number(values.repeats)];
if (![rounds, repeats].every((count) => Number.isInteger(count) && count >= 1)) {
  process.stderr.write('--rounds and --repeats must be whole numbers of 1 or more.\n');
  process.exit(2);
}
const say = (line: string): void => void (values.json || process.stdout.write(`${line}\n`));

const source = resolve(values.workspace ?? '.cache/workspace-50k');
if (values.workspace === undefined && !existsSync(source)) {
  say(`Making a workspace of ${MADE.trials} trials in ${source}; it stays for the next time.`);
  generateWorkspace(source, MADE);
}
const folder = mkdtempSync(join(tmpdir(), 'bench-host-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
const workspace = join(folder, 'workspace');
cpSync(source, workspace, { recursive: true });
const resources = makeResources(folder);
const { trials, largest } = sizeOf(workspace);
const start = (): Promise<Served> => serve({ workspace, resources, plan: PLAN, profile: values.profile });
say(`${trials} trials; the search goes on while a window walks through everything ${rounds} times.`);

// The first session of a day copies the database: not a part of every start.
await (await start()).stop();
const starts = await measureStarts((served) => served.stop());
const times: AnswerTimes = new Map();
const loop = await measureLoop();
const startsAfterKill = await measureStarts((served) => served.kill());

const figures: HostFigures = {
  loopMedianMs: round(loop.medianMs),
  loopP999Ms: round(loop.p999Ms),
  loopLongestMs: round(loop.longestMs),
  startMs: Math.round(median(starts)),
  sweepMs: Math.round(longestOpening()),
  startAfterKillMs: Math.round(median(startsAfterKill)),
  hostMb: Math.round(loop.peakMb),
};
for (const [name, { words, goal }] of Object.entries(GOALS)) {
  // Sound: GOALS has the keys of the figures.
  const figure = String(figures[name as keyof HostFigures]);
  say(`${words.padEnd(60)} ${figure.padStart(7)}${goal === '' ? '' : `  (goal ${goal})`}`);
}
const busiest = Math.max(0, ...loop.blocks.map(({ busyMs }) => busyMs));
say(`Computing at one stretch, the longest ${' '.repeat(23)} ${String(round(busiest)).padStart(7)}`);
say('Slowest answers to the window (ms), waiting for other processes included:');
const slowest = [...times].sort(([, left], [, right]) => right - left).slice(0, SLOWEST_SHOWN);
for (const [name, ms] of slowest) say(`  ${name.padEnd(58)} ${String(round(ms)).padStart(7)}`);
if (values.profile !== undefined) {
  for (const line of explainBlocks(values.profile, loop.blocks, BLOCKS_SHOWN)) say(line);
}
process.stdout.write(`${JSON.stringify({ trials, ...figures })}\n`);

/** `end` decides what the start after it finds. */
async function measureStarts(end: (served: Served) => Promise<void>): Promise<readonly number[]> {
  const found: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const served = await start();
    found.push(served.startMs);
    await end(served);
  }
  return found;
}

/** Ends by a kill with the search under way. */
async function measureLoop(): Promise<LoopFigures> {
  const served = await start();
  const { client } = served;
  const events = await client.events.watch();
  let heard = 0;
  void (async () => {
    for await (const _event of events) heard += 1;
  })().catch(() => undefined);
  await served.watchLoop();
  const { run } = await client.runs.start(SEARCH);
  for (let turn = 0; turn < rounds; turn += 1) await walkThrough({ client, largest, times });
  const summary = await client.runs.get({ id: run.id });
  if (summary.run.state !== 'running')
    throw new Error(`The search was ${summary.run.state} before the windows were done.`);
  const figures = await served.readLoop();
  say(`${summary.trials.finished} students came to their ends meanwhile, ${heard} events were heard.`);
  // A profile is written by a process that ends by itself only.
  await (values.profile === undefined ? served.kill() : served.stop());
  return figures;
}

/** As the sessions themselves have logged it. */
function longestOpening(): number {
  const lines = readFileSync(join(workspace, 'logs/host.log'), 'utf8').trimEnd().split('\n');
  const sums = lines.flatMap((line) => {
    const { msg, openMs, sweepMs } = JSON.parse(line) as { msg?: string; openMs?: number; sweepMs?: number };
    return msg === 'host started' && openMs !== undefined && sweepMs !== undefined ? [openMs + sweepMs] : [];
  });
  return Math.max(...sums);
}

function sizeOf(directory: string): { readonly trials: number; readonly largest: string } {
  const { store, close } = openReadable(directory);
  const runs = store.runs().rows.map((summary) => ({
    id: summary.run.id,
    trials: Object.values(summary.trials).reduce((sum, count) => sum + count, 0),
  }));
  close();
  const [first] = runs.toSorted((left, right) => right.trials - left.trials);
  if (first === undefined) {
    process.stderr.write(`${directory} holds no runs: make some with npm run make:workspace.\n`);
    process.exit(2);
  }
  return { trials: runs.reduce((sum, run) => sum + run.trials, 0), largest: first.id };
}

function round(ms: number): number {
  return Math.round(10 * ms) / 10;
}
