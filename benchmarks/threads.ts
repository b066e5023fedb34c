/**
 * How much quicker a training step is with two threads than with one, and with our kernels than
 * without: the teacher's step, and that of every family's reference student.
 *
 *   npm run bench:threads [-- --networks teacher,resnet --shapes 28x28x1 --rounds 7 --steps 8
 *       --threads 2 --isa x86-64-v3 --json]
 *
 * Processes hold the same network ready: one thread, more threads, and both once more without our
 * kernels; the rounds go in turn. The last line of `--json` is
 * `{"threads":{"resnet@28x28x1":r},"kernels":{"resnet@28x28x1":[one,more]},
 * "lowest":{"threads":r,"kernels":r},"isa","count":2}`; ratios are those of the medians.
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
const threads: Record<string, number> = {};
const kernels: Record<string, readonly [number, number]> = {};
say(
  `images/s at batch ${BENCH.batchSize}, ${held ?? 'native'} instructions, median of ${values.rounds} ` +
    `rounds of ${steps} steps`,
);
try {
  for (const size of values.shapes.split(',')) {
    for (const network of values.networks.split(',')) await compare(network, size);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
const lowest = {
  threads: Math.min(...Object.values(threads)),
  kernels: Math.min(...Object.values(kernels).flat()),
};
say(`lowest: ${lowest.threads.toFixed(2)} by threads, ${lowest.kernels.toFixed(2)} by kernels`);
if (values.json) {
  const conditions = { isa: held ?? 'native', count: Number(values.threads) };
  process.stdout.write(`${JSON.stringify({ threads, kernels, lowest, ...conditions })}\n`);
}

async function compare(network: string, size: string): Promise<void> {
  const label = `${network}@${size}`;
  const folder = join(root, label);
  writeTask(folder, network, size.split('x').map(Number) as unknown as BenchShape); // three numbers, as SHAPES has them
  const args = [join(import.meta.dirname, 'train-worker.ts'), folder];
  const contestants: Contestant[] = [];
  try {
    for (const without of [{}, { kernels: 'off' } as const]) {
      for (const count of ['1', values.threads]) {
        const name = `${count}${'kernels' in without ? ' without' : ''}`;
        contestants.push(await contestant(name, process.execPath, args, { threads: count, ...without }));
      }
    }
    for (const { measure } of contestants) await measure(steps);
    const speeds = await inTurns(contestants, Number(values.rounds), steps);
    const [one = NaN, more = NaN, oneWithout = NaN, moreWithout = NaN] = [...speeds.values()].map((list) =>
      median(list),
    );
    threads[label] = more / one;
    kernels[label] = [one / oneWithout, more / moreWithout];
    const cell = (value: number): string => value.toFixed(0).padStart(6);
    say(
      `${label.padEnd(24)} 1 thread ${cell(one)}, without kernels ${cell(oneWithout)}  ` +
        `${values.threads} threads ${cell(more)}, without ${cell(moreWithout)}  ` +
        `threads ${(more / one).toFixed(2)}, kernels ${(one / oneWithout).toFixed(2)} ` +
        `${(more / moreWithout).toFixed(2)}`,
    );
  } finally {
    for (const { close } of contestants) close();
  }
}
