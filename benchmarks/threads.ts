/**
 * How much quicker a training step is with two threads than with one: the teacher's, and that of every family's reference
 * student.
 *
 *   npm run bench:threads [-- --networks teacher,resnet --shapes 28x28x1 --rounds 7 --steps 8 --threads 2 --isa x86-64-v3 --json]
 *
 * Two processes hold the same network ready, one with a thread and one with more; the rounds go in turn. The last line of
 * `--json` is `{"ratios":{"resnet@28x28x1":r},"lowest":r,"isa","threads"}`, a ratio being that of the medians.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { studentFamilyNames } from '../src/core/arch/families/registry.ts';
import { median } from '../src/core/math/quantile.ts';
import { heldTo, INSTRUCTION_SETS, ISA_VARIABLE } from '../scripts/setup/instruction-sets.mjs';
import { setUp } from '../scripts/setup.mjs';
import { contestant, inTurns, writeTask } from './contestants.ts';
import type { Contestant } from './contestants.ts';
import { BENCH, SHAPES } from './train-task.ts';
import type { BenchShape } from './train-task.ts';

const { values } = parseArgs({
  options: {
    networks: { type: 'string', default: ['teacher', ...studentFamilyNames()].join() },
    shapes: { type: 'string', default: SHAPES.map((shape) => shape.join('x')).join() },
    rounds: { type: 'string', default: '7' },
    steps: { type: 'string', default: '8' },
    threads: { type: 'string', default: '2' },
    isa: { type: 'string', default: 'native' },
    json: { type: 'boolean', default: false },
  },
});
process.env[ISA_VARIABLE] = values.isa;
const held = heldTo();
if (held !== undefined) {
  process.env['ONEDNN_MAX_CPU_ISA'] = INSTRUCTION_SETS[held].oneDnn;
  await setUp({ only: ['kernels'] });
}
const steps = Number(values.steps);
const say = (line: string): void => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);

const root = mkdtempSync(join(tmpdir(), 'bench-threads-'));
const ratios: Record<string, number> = {};
say(
  `images/s at batch ${BENCH.batchSize}, ${held ?? 'native'} instructions, median of ${values.rounds} rounds of ${steps} steps`,
);
try {
  for (const size of values.shapes.split(',')) {
    for (const network of values.networks.split(',')) ratios[`${network}@${size}`] = await compare(network, size);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
const lowest = Math.min(...Object.values(ratios));
say(`lowest: ${lowest.toFixed(2)}`);
if (values.json) {
  const conditions = { isa: held ?? 'native', threads: Number(values.threads) };
  process.stdout.write(`${JSON.stringify({ ratios, lowest, ...conditions })}\n`);
}

async function compare(network: string, size: string): Promise<number> {
  const folder = join(root, `${network}-${size}`);
  writeTask(folder, network, size.split('x').map(Number) as unknown as BenchShape); // three numbers, as SHAPES has them
  const args = [join(import.meta.dirname, 'train-worker.ts'), folder];
  const contestants: Contestant[] = [];
  try {
    for (const threads of ['1', values.threads]) {
      contestants.push(await contestant(threads, process.execPath, args, { threads }));
    }
    for (const { measure } of contestants) await measure(steps);
    const speeds = await inTurns(contestants, Number(values.rounds), steps);
    const [one = NaN, more = NaN] = [...speeds.values()].map((list) => median(list));
    const label = `${network}@${size}`.padEnd(24);
    say(
      `${label} one ${one.toFixed(0).padStart(6)}  ${values.threads} ${more.toFixed(0).padStart(6)}  ratio ${(more / one).toFixed(2)}`,
    );
    return more / one;
  } finally {
    for (const { close } of contestants) close();
  }
}
