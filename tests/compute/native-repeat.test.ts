/** A training with our own CPU ops gives the same weights again in another process, bit for bit. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { describeNative } from './support/native-kernels.ts';
import { writeTinyDataset } from './support/tiny-dataset.ts';

const folder = mkdtempSync(join(tmpdir(), 'repeat-'));
const directory = writeTinyDataset(join(folder, 'data'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Loss and weights of three networks after an epoch, as text that holds every bit. */
async function trained(threads: number): Promise<string> {
  const script = fileURLToPath(new URL('support/print-training.ts', import.meta.url));
  const env = { ...process.env, TF_NUM_INTRAOP_THREADS: String(threads) };
  const { stdout } = await promisify(execFile)(process.execPath, [script, directory], { env, maxBuffer: 1e8 });
  return stdout;
}

describeNative('an epoch of training', () => {
  // Sums that threads add to as they come, or memory that nobody has written, differ from process
  // to process.
  it.each([1, 2, 5])('ends with the same weights in two processes, with %i threads', async (threads) => {
    const [first, second] = await Promise.all([trained(threads), trained(threads)]);
    expect(first).toContain('"weights"');
    expect(first === second).toBe(true);
  });
});
