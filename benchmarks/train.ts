/**
 * Images a second of a training step, one student of each family, ours beside the same network in
 * PyTorch eager.
 *
 *   npm run bench:train [-- --families resnet,vit --rounds 9 --steps 8 --threads 2 --isa x86-64-v3
 *       --busy 1 --json]
 *
 * `--isa` holds everybody to an instruction set: our kernels (built for it first), TensorFlow's
 * oneDNN, PyTorch and its oneDNN. `--busy N` measures everybody once more beside N programs that
 * never rest, and tells what share of the speed is left.
 *
 * Every process holds its network ready and waits; the rounds go in turn: ours, PyTorch contiguous,
 * PyTorch channels last. A ratio is ours over the better of PyTorch's two memory formats, by the
 * medians over the rounds. Parity is checked first: params, MACs, threads, and the loss of the
 * first batch from the same weights. Without the peers' environment (`npm run bench:peers`) only
 * our figures are printed.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { studentFamilyNames } from '../src/core/arch/families/registry.ts';
import { median } from '../src/core/math/quantile.ts';
import { heldTo, INSTRUCTION_SETS, ISA_VARIABLE } from '../scripts/setup/instruction-sets.mjs';
import { setUp } from '../scripts/setup.mjs';
import { peerPython } from './peers/environment.mjs';
import { contestant, inTurns, writeTask } from './contestants.ts';
import type { Conditions, Contestant, Facts } from './contestants.ts';
import { BENCH, SHAPES } from './train-task.ts';
import type { BenchShape } from './train-task.ts';

const { values } = parseArgs({
  options: {
    families: { type: 'string', default: studentFamilyNames().join() },
    shapes: { type: 'string', default: SHAPES.map((shape) => shape.join('x')).join() },
    rounds: { type: 'string', default: '9' },
    steps: { type: 'string', default: '8' },
    threads: { type: 'string', default: '2' },
    /** `cpu`: by processor time, for a busy machine. */
    clock: { type: 'string', default: 'wall' },
    isa: { type: 'string', default: 'native' },
    busy: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
});
process.env[ISA_VARIABLE] = values.isa;
const HELD = heldTo();
if (HELD !== undefined) {
  const { torch, oneDnn } = INSTRUCTION_SETS[HELD];
  Object.assign(process.env, { ATEN_CPU_CAPABILITY: torch, ONEDNN_MAX_CPU_ISA: oneDnn });
  await setUp({ only: ['kernels'] });
}
const BUSY = Number(values.busy);
const ROUNDS = Number(values.rounds);
const STEPS = Number(values.steps);
/** Of relative difference between the first losses. */
const LOSS_TOLERANCE = 1e-3;

const say = (line: string): void => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);

function parity(ours: Facts, peer: Facts): string {
  const faults = [
    ...(ours.params === peer.params ? [] : [`params ${ours.params} against ${peer.params}`]),
    ...(ours.macs === peer.macs ? [] : [`MACs ${ours.macs} against ${peer.macs}`]),
    ...(ours.threads === peer.threads ? [] : [`threads ${ours.threads} against ${peer.threads}`]),
    ...(Math.abs(ours.firstLoss / peer.firstLoss - 1) < LOSS_TOLERANCE
      ? []
      : [`first loss ${ours.firstLoss} against ${peer.firstLoss}`]),
  ];
  return faults.length === 0 ? `parity: first loss ${ours.firstLoss.toFixed(5)}` : `NO PARITY: ${faults.join('; ')}`;
}

const python = peerPython();
const root = mkdtempSync(join(tmpdir(), 'bench-train-'));
const ratios: Record<string, number> = {};
/** With `--busy`: what is left of the speed, ours and the better peer's. */
const left: Record<string, { readonly ours: number; readonly peer: number }> = {};
let peerVersion = 'none';
let broken = false;
if (!existsSync(python)) say('SKIP PyTorch: its environment is not there; make it with: npm run bench:peers');
say(
  `images/s at batch ${BENCH.batchSize}, ${values.threads} threads, ${HELD ?? 'native'} instructions, ` +
    `median of ${ROUNDS} rounds of ${STEPS} steps (quartiles of the ratio)`,
);
try {
  for (const size of values.shapes.split(',')) {
    for (const family of values.families.split(',')) await compare(family, size);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
const list = Object.values(ratios);
const geomean = Math.exp(list.reduce((sum, ratio) => sum + Math.log(ratio), 0) / list.length);
say(`geometric mean of ${list.length} ratios: ${geomean.toFixed(3)}`);
if (values.json) {
  const conditions = { isa: HELD ?? 'native', threads: Number(values.threads) };
  const busy = BUSY > 0 ? { busy: BUSY, left } : {};
  process.stdout.write(
    `${JSON.stringify({ geomean, ratios, peer: `torch ${peerVersion}`, ...conditions, ...busy })}\n`,
  );
}
process.exitCode = broken ? 1 : 0;

async function compare(family: string, size: string): Promise<void> {
  const shape = size.split('x').map(Number) as unknown as BenchShape; // three numbers, as SHAPES has them
  const folder = join(root, `${family}-${size}`);
  writeTask(folder, family, shape);
  const peers = existsSync(python) ? ['contiguous', 'channels_last'] : [];
  const conditions: Conditions = { threads: values.threads, clock: values.clock === 'cpu' ? 'cpu' : 'wall' };
  const script = (name: string): string => join(import.meta.dirname, name);
  const contestants = [await contestant('ours', process.execPath, [script('train-worker.ts'), folder], conditions)];
  try {
    for (const layout of peers) {
      const args = [script('peers/train.py'), folder, layout, values.threads];
      contestants.push(await contestant(layout, python, args, conditions));
    }
    for (const { measure } of contestants) await measure(STEPS);
    const quiet = await inTurns(contestants, ROUNDS, STEPS);
    report(`${family}@${size}`, contestants, quiet);
    if (BUSY > 0) tellLeft(`${family}@${size}`, quiet, await besideOthers(() => inTurns(contestants, ROUNDS, STEPS)));
  } finally {
    for (const { close } of contestants) close();
  }
}

/** Beside programs that never rest, at the usual priority, as a browser or a compiler would be. */
async function besideOthers<T>(work: () => Promise<T>): Promise<T> {
  const others = Array.from({ length: BUSY }, () =>
    spawn(process.execPath, ['-e', 'for (;;) Math.random();'], { stdio: 'ignore' }),
  );
  try {
    return await work();
  } finally {
    for (const other of others) other.kill('SIGKILL');
  }
}

/** The peer is the one that is better beside the others. */
function tellLeft(
  label: string,
  quiet: ReadonlyMap<string, readonly number[]>,
  busy: ReadonlyMap<string, readonly number[]>,
): void {
  const speedOf = (speeds: typeof quiet, name: string): number => median(speeds.get(name) ?? []);
  const shareOf = (name: string): number => speedOf(busy, name) / speedOf(quiet, name);
  const [, ...peers] = [...quiet.keys()];
  const best = peers.sort((a, b) => speedOf(busy, b) - speedOf(busy, a))[0];
  const shares = { ours: shareOf('ours'), peer: best === undefined ? NaN : shareOf(best) };
  left[label] = shares;
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  const beside =
    `${' '.repeat(25)}beside ${BUSY} busy: ours ${speedOf(busy, 'ours').toFixed(0)} ` +
    `(${percent(shares.ours)} left)`;
  say(
    best === undefined ? beside : `${beside}, ${best} ${speedOf(busy, best).toFixed(0)} (${percent(shares.peer)} left)`,
  );
}

function report(
  label: string,
  contestants: readonly Contestant[],
  speeds: ReadonlyMap<string, readonly number[]>,
): void {
  const [ours, ...peers] = contestants;
  const mine = speeds.get('ours') ?? [];
  const macs = `${((ours?.facts.macs ?? NaN) / 1e6).toFixed(2)} MMACs`;
  const start = `${label.padEnd(24)} ${macs.padEnd(11)} ours ${median(mine).toFixed(0).padStart(6)}`;
  const best = [...peers].sort((a, b) => median(speeds.get(b.name) ?? []) - median(speeds.get(a.name) ?? []))[0];
  if (ours === undefined || best === undefined) return say(start);
  const theirs = speeds.get(best.name) ?? [];
  const paired = mine.map((speed, round) => speed / (theirs[round] ?? NaN)).sort((a, b) => a - b);
  const ratio = median(mine) / median(theirs);
  ratios[label] = ratio;
  peerVersion = best.facts.version;
  const checks = peers.map(({ facts }) => parity(ours.facts, facts));
  broken ||= checks.some((check) => check.startsWith('NO'));
  const quartiles = [0.25, 0.75].map((share) => (paired[Math.round(share * (paired.length - 1))] ?? NaN).toFixed(2));
  const others = peers
    .map(
      ({ name }) =>
        `${name} ${median(speeds.get(name) ?? [])
          .toFixed(0)
          .padStart(6)}`,
    )
    .join('  ');
  say(`${start}  ${others}  ratio ${ratio.toFixed(2)} (${quartiles.join('..')})  ${checks[0] ?? ''}`);
}
