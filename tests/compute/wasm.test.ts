/** The WebAssembly fallback computes the numbers of TensorFlow, op by op and over an epoch of
 * training. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KERNELS } from '../../src/compute/model/kernels.ts';
import { OP_CASES } from './support/op-cases.ts';
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
  it('ends an epoch of every kind of layer and option with the weights of the first choice', () => {
    const wasm = trained('wasm');
    const reference = trained('');
    expect(wasm.backend).toBe('wasm');
    expect(wasm.runs.length).toBe(3);
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

interface PrintedOps {
  readonly backend: string;
  readonly cases: readonly Readonly<Record<string, readonly number[] | string>>[];
}

async function computedOps(backend: string): Promise<PrintedOps> {
  const script = fileURLToPath(new URL('support/print-ops.ts', import.meta.url));
  const env = { ...process.env, TRADE_BACKEND: backend, TF_NUM_INTRAOP_THREADS: '1' };
  const { stdout } = await promisify(execFile)(process.execPath, [script], { env, maxBuffer: 1e8 });
  return JSON.parse(stdout) as PrintedOps; // printed by our own script
}

describe('every op on wasm', () => {
  const names = Object.values(OP_CASES)
    .flat()
    .map(({ op, inputs }) => `${JSON.stringify(op)} over ${inputs.map((shape) => shape.join('x')).join(', ')}`);
  let [wasm, reference]: PrintedOps[] = [];
  beforeAll(async () => {
    [wasm, reference] = await Promise.all([computedOps('wasm'), computedOps('')]);
  });

  it('is compared with TensorFlow, none left out', () => {
    expect([wasm?.backend, reference?.backend]).toEqual(['wasm', 'tensorflow']);
    expect(Object.keys(OP_CASES).sort()).toEqual(Object.keys(KERNELS).sort());
    expect(Object.values(OP_CASES).every((cases) => cases.length > 0)).toBe(true);
  });

  it.each(names.map((name, index) => [name, index] as const))(
    '%s: output, inference and all gradients are the same within 1e-4',
    (_name, index) => {
      const [ours, theirs] = [wasm?.cases[index] ?? {}, reference?.cases[index] ?? {}];
      expect(theirs).not.toHaveProperty('error');
      expect(ours['error']).toBeUndefined();
      expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
      for (const [what, values] of Object.entries(ours)) {
        const wanted = [...(theirs[what] ?? [])].map(Number);
        const found = [...values].map(Number);
        expect(found.length, what).toBe(wanted.length);
        const apart = found.map((value, place) => {
          const truth = wanted[place] ?? Number.NaN;
          return Math.abs(value - truth) / Math.max(1, Math.abs(truth));
        });
        expect(Math.max(...apart), what).toBeLessThan(1e-4);
      }
    },
  );
});
