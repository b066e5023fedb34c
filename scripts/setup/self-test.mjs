/**
 * Proves a freshly built TensorFlow binding under Node 24 before it is used: a matrix product, and a gradient of a
 * convolution's filter, against numbers worked out by hand. Arguments: package root, path of the binding.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';

const [root, bindingPath] = process.argv.slice(2);
const require = createRequire(join(root, 'package.json'));

// Removed in Node 23, still called by tfjs-node.
util.isNullOrUndefined ??= (value) => value === undefined || value === null;
util.isArray ??= Array.isArray;

const tf = require('@tensorflow/tfjs-core');
require('@tensorflow/tfjs-node-gpu/dist/register_all_kernels');
const { NodeJSKernelBackend } = require('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend');
const binding = require(bindingPath);
tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node-gpu'));
tf.setBackend('tensorflow');

// [[1, 2], [3, 4]] [[5, 6], [7, 8]]
const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2]));
expectNumbers('matrix product', product, [19, 22, 43, 50]);

// d/dw sum(dy * conv(x, w)): grad[i][j] = sum over a, b of dy[a][b] * x[a + i][b + j], x = 0..8 in rows, dy = 1..4.
const x = tf.tensor4d([0, 1, 2, 3, 4, 5, 6, 7, 8], [1, 3, 3, 1]);
const dy = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
const loss = (filter) => tf.conv2d(x, filter, 1, 'valid').mul(dy).sum();
expectNumbers('filter gradient', tf.grad(loss)(tf.zeros([2, 2, 1, 1])), [27, 37, 57, 67]);

// The library must be the one that the headers came from.
console.log(`TensorFlow ${binding.TF_Version}`);

function expectNumbers(name, tensor, expected) {
  const found = Array.from(tensor.dataSync());
  if (found.length === expected.length && found.every((value, index) => Math.abs(value - expected[index]) < 1e-4))
    return;
  console.error(`${name}: expected ${expected}, found ${found}`);
  process.exit(1);
}
