/** The WebAssembly fallback trains to the same numbers as TensorFlow: its composed gradients are right. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { writeTinyDataset } from './support/tiny-dataset.ts';

interface Printed {
  readonly backend: string;
  readonly runs: readonly { readonly loss: number; readonly weights: Readonly<Record<string, readonly number[]>> }[];
}

const folder = mkdtempSync(join(tmpdir(), 'wasm-'));
const directory = writeTinyDataset(join(folder, 'data'));
afterAll(() => rmSync(folder, { recursive: true }));

function trained(backend: string): Printed {
  const script = fileURLToPath(new URL('support/print-training.ts', import.meta.url));
  const environment = { ...process.env, TRADE_BACKEND: backend, TF_NUM_INTRAOP_THREADS: '1' };
  const output = execFileSync(process.execPath, [script, directory], {
    encoding: 'utf8',
    env: environment,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(output) as Printed; // printed by our own script
}

describe('the wasm backend', () => {
  it('ends an epoch of strided, depthwise and 1x1 convolutions, and of attention, with the weights of the first choice', () => {
    const wasm = trained('wasm');
    const reference = trained('');
    expect(wasm.backend).toBe('wasm');
    expect(wasm.runs.length).toBe(2);
    wasm.runs.forEach((run, index) => {
      expect(run.loss).toBeCloseTo(reference.runs[index]?.loss ?? Number.NaN, 4);
      for (const [name, values] of Object.entries(run.weights)) {
        const wanted = reference.runs[index]?.weights[name] ?? [];
        const difference = Math.max(...values.map((value, place) => Math.abs(value - (wanted[place] ?? Number.NaN))));
        expect(difference, name).toBeLessThan(1e-4);
      }
    });
  });
});
