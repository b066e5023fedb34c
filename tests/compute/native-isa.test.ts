/**
 * Our own CPU ops built for AVX2, on a machine that may have more: they compute what ops of tfjs
 * do, an epoch of training repeats to the bit, and everything beside them is held to the same. On a
 * machine with AVX-512 nothing else would ever run them.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { INSTRUCTION_SETS, processorAbilities } from '../../scripts/setup/instruction-sets.mjs';
import { setUp } from '../../scripts/setup.mjs';
import { testing } from '../../src/compute/backend/native.ts';
import { describeNative } from './support/native-kernels.ts';
import type { PrintedNative } from './support/print-native.ts';
import { writeTinyDataset } from './support/tiny-dataset.ts';

const { fittingBuild } = testing;

const SET = 'x86-64-v3';
const { needs } = INSTRUCTION_SETS[SET];
const canRun = process.arch === 'x64' && fittingBuild([{ path: SET, needs }], processorAbilities()) !== undefined;
const reason = canRun ? '' : ` (left out: this processor has no ${SET})`;
const env = { ...process.env, TRADE_ISA: SET, TF_NUM_INTRAOP_THREADS: '2' };
const folder = mkdtempSync(join(tmpdir(), 'isa-'));
const directory = writeTinyDataset(join(folder, 'data'));
afterAll(() => rmSync(folder, { recursive: true }));

async function printed(script: string, ...args: string[]): Promise<string> {
  const path = fileURLToPath(new URL(`support/${script}`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [path, ...args], { env, maxBuffer: 1e8 });
  return stdout;
}

describeNative('kernels for AVX2', () => {
  beforeAll(async () => {
    if (canRun)
      await setUp({ only: ['kernels'], env, report: { line: () => undefined, step: (_title, make) => make() } });
  }, 300_000);

  it.skipIf(!canRun)(`are taken where everything is held to them, eight floats at a time${reason}`, async () => {
    const script = `
      const { loadBackend } = await import('./src/compute/backend/load-backend.ts');
      const { kernels } = await loadBackend();
      console.log(JSON.stringify({ kernels, oneDnn: process.env.ONEDNN_MAX_CPU_ISA }));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
    const held = { kernels: { instructions: 'AVX2', lanes: 8 }, oneDnn: 'AVX2' };
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toEqual(held);
  });

  it.skipIf(!canRun)(`agree with composed ops at every size, and repeat${reason}`, async () => {
    // printed by our own script
    const { native, cases } = JSON.parse(await printed('print-native.ts')) as PrintedNative;
    expect(native).toBe(true);
    expect(cases.length).toBeGreaterThan(500);
    const wrong = cases.flatMap(({ name, within, apart }) =>
      Object.entries(apart).flatMap(([what, distance]) =>
        distance !== null && distance <= within ? [] : [`${name}: ${what} is ${distance} apart`],
      ),
    );
    expect(wrong).toEqual([]);
    expect(cases.flatMap(({ name, repeats }) => (repeats ? [] : [name]))).toEqual([]);
  });

  it.skipIf(!canRun)(`end an epoch of training with the same weights in two processes${reason}`, async () => {
    const [first, second] = [
      await printed('print-training.ts', directory),
      await printed('print-training.ts', directory),
    ];
    expect(first).toContain('"weights"');
    expect(first === second).toBe(true);
  });
});
