/** 1x1 convolutions that leave out places, by TensorFlow's own ops: oneDNN's gradient of their
 * filter writes past its memory where few channels come in, and nothing says so until the process
 * dies. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { backend } = await loadBackend();

/** Gradients of the filter for `[64, 56, 56, c]`, beside the sum over the places that are seen. */
const SCRIPT = `
  const tf = await import('@tensorflow/tfjs-core');
  const { loadBackend } = await import('./src/compute/backend/load-backend.ts');
  const { convolution } = await import('./src/compute/backend/linear.ts');
  const { hasNativeKernels } = await import('./src/compute/backend/native.ts');
  await loadBackend();
  const options = { bias: undefined, activation: 'none', first: false, stride: 2 };
  const apart = [4, 8, 12, 24].map((channels) => tf.tidy(() => {
    const x = tf.randomNormal([64, 56, 56, channels], 0, 1, 'float32', 1);
    const kernel = tf.randomNormal([1, 1, channels, 16], 0, 1, 'float32', 2);
    const slope = tf.randomNormal([64, 28, 28, 16], 0, 1, 'float32', 3);
    const scalar = (map, filter) => tf.sum(tf.mul(convolution(map, filter, options), slope));
    const [ofX, ofKernel] = tf.grads(scalar)([x, kernel]);
    const seen = tf.reshape(tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, 2, 2, 1]), [-1, channels]);
    const expected = tf.matMul(seen, tf.reshape(slope, [-1, 16]), true);
    const distance = tf.max(tf.abs(tf.sub(tf.reshape(ofKernel, [channels, 16]), expected))).dataSync()[0];
    return { channels, distance, ofX: tf.sum(tf.abs(ofX)).dataSync()[0] > 0 };
  }));
  console.log(JSON.stringify({ native: hasNativeKernels(), apart }));`;

it.skipIf(backend !== 'tensorflow')(
  'have the right gradient and leave the heap whole, however few channels',
  async () => {
    // glibc looks after every allocation and ends the process at the first broken one. Where its
    // library is not there, the loader says so and goes on.
    const checked = { LD_PRELOAD: 'libc_malloc_debug.so.0', MALLOC_CHECK_: '3' };
    const env = { ...process.env, TRADE_KERNELS: 'off', TF_ENABLE_ONEDNN_OPTS: '1', ...checked };
    // With AVX-512 sixteen channels are taken at a time, with AVX2 eight.
    for (const ONEDNN_MAX_CPU_ISA of ['ALL', 'AVX2']) {
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', SCRIPT], {
        ...{ env: { ...env, ONEDNN_MAX_CPU_ISA }, cwd: ROOT, timeout: 60_000 },
      });
      const { native, apart } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as {
        readonly native: boolean;
        readonly apart: readonly { readonly channels: number; readonly distance: number; readonly ofX: boolean }[];
      };
      expect(native).toBe(false);
      expect(apart.map(({ channels, ofX }) => [channels, ofX])).toEqual([4, 8, 12, 24].map((count) => [count, true]));
      // Sums of 50,176 products of unit deviation: some 224, of single precision.
      for (const { distance } of apart) expect(distance).toBeLessThan(0.01);
    }
  },
);
