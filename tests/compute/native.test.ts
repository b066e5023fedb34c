/** Our own CPU ops compute what ops of tfjs do, with one thread and with two. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { testing } from '../../src/compute/backend/native.ts';
import { describeNative } from './support/native-kernels.ts';
import type { PrintedNative } from './support/print-native.ts';

const { NATIVE_ACTIVATIONS } = testing;

async function printed(threads: number): Promise<PrintedNative> {
  const script = fileURLToPath(new URL('support/print-native.ts', import.meta.url));
  const env = { ...process.env, TF_NUM_INTRAOP_THREADS: String(threads) };
  const { stdout } = await promisify(execFile)(process.execPath, [script], { env, maxBuffer: 1e8 });
  return JSON.parse(stdout) as PrintedNative; // printed by our own script
}

describeNative('our own CPU ops', () => {
  const byThreads = new Map<number, PrintedNative>();
  beforeAll(async () => {
    const both = await Promise.all([1, 2].map(async (threads) => [threads, await printed(threads)] as const));
    for (const [threads, result] of both) byThreads.set(threads, result);
  });

  // A last vector cut short, a tile begun in the middle, a share of another thread left out: each
  // shows at some size.
  it.each([1, 2])('agree with composed ops in outputs and all gradients at every size, with %i threads', (threads) => {
    const { native, cases } = byThreads.get(threads) ?? { native: false, cases: [] };
    expect(native).toBe(true);
    for (const kind of Object.keys(NATIVE_ACTIVATIONS)) {
      expect(cases.some(({ name }) => name.startsWith(kind))).toBe(true);
    }
    const wrong = cases.flatMap(({ name, within, apart }) =>
      Object.entries(apart).flatMap(([what, distance]) =>
        distance !== null && distance <= within ? [] : [`${name}: ${what} is ${distance} apart`],
      ),
    );
    expect(wrong).toEqual([]);
  });

  // Threads that add to one sum, or take shares as they come, give other bits from time to time.
  it.each([1, 2])('give the same bits again, with %i threads', (threads) => {
    const { cases } = byThreads.get(threads) ?? { cases: [] };
    expect(cases.length).toBeGreaterThan(0);
    expect(cases.flatMap(({ name, repeats }) => (repeats ? [] : [name]))).toEqual([]);
  });
});
