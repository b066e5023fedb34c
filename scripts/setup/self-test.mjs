/**
 * Proves a TensorFlow binding under Node 24 before it is used: that it is the wanted version on the
 * wanted device, and that its numbers are right: a matrix product, a convolution and both its
 * gradients, and the fused batch norm, against values worked out by hand. Arguments: package root,
 * path of the binding, version, `cpu` or `gpu`.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';

const [root, bindingPath, version, device] = process.argv.slice(2);
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

// The library must be the one that the headers came from.
if (binding.TF_Version !== version) fail(`the library is TensorFlow ${binding.TF_Version}, not ${version}`);
if (device === 'gpu' && !tf.backend().isUsingGpuDevice) fail('TensorFlow found no GPU');

// [[1, 2], [3, 4]] [[5, 6], [7, 8]]
const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2]));
expectNumbers('matrix product', product, [19, 22, 43, 50]);

// x = 0..8 and w = 1..4 in rows: y[i][j] = sum over a, b of w[a][b] x[i + a][j + b].
const x = tf.tensor4d([0, 1, 2, 3, 4, 5, 6, 7, 8], [1, 3, 3, 1]);
const w = tf.tensor4d([1, 2, 3, 4], [2, 2, 1, 1]);
expectNumbers('convolution', tf.conv2d(x, w, 1, 'valid'), [27, 37, 57, 67]);

// With dy = w: dw[a][b] = sum over i, j of dy[i][j] x[i + a][j + b], dx the full convolution of dy
// with w.
const dy = tf.reshape(w, [1, 2, 2, 1]);
const loss = (image, filter) => tf.sum(tf.mul(tf.conv2d(image, filter, 1, 'valid'), dy));
const [dx, dw] = tf.grads(loss)([x, w]);
expectNumbers('filter gradient', dw, [27, 37, 57, 67]);
expectNumbers('input gradient', dx, [1, 4, 4, 6, 20, 16, 9, 24, 16]);

// Of 1, 3, 5, 7: mean 4, variance 5 of the batch, 20 / 3 unbiased; a tenth of it joins the running
// 0 and 1.
const batchNorm = tf.backend().executeMultipleOutputs(
  'FusedBatchNormV3',
  [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'U', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: 1e-5 },
    { name: 'exponential_avg_factor', type: binding.TF_ATTR_FLOAT, value: 0.1 },
    { name: 'is_training', type: binding.TF_ATTR_BOOL, value: true },
    { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
  ],
  [tf.tensor4d([1, 3, 5, 7], [4, 1, 1, 1]), tf.tensor1d([2]), tf.tensor1d([1]), tf.tensor1d([0]), tf.tensor1d([1])],
  6,
);
const normalised = [-3, -1, 1, 3].map((offset) => 1 + (2 * offset) / Math.sqrt(5 + 1e-5));
expectNumbers('batch norm', batchNorm[0], normalised);
expectNumbers('running mean', batchNorm[1], [0.4]);
expectNumbers('running variance', batchNorm[2], [0.9 + 2 / 3]);

// d/dx log(x^2 + 1) = 2 x / (x^2 + 1)
const derivative = tf.grad((value) => tf.sum(tf.log(tf.add(tf.square(value), 1))))(tf.tensor1d([1, 2, -3]));
expectNumbers('gradient', derivative, [1, 0.8, -0.6]);

function expectNumbers(name, tensor, expected) {
  const found = Array.from(tensor.dataSync());
  const isNear = (value, index) => Math.abs(value - expected[index]) < 1e-4 * Math.max(1, Math.abs(expected[index]));
  if (found.length !== expected.length || !found.every(isNear)) fail(`${name}: expected ${expected}, found ${found}`);
}

function fail(problem) {
  console.error(problem);
  process.exit(1);
}
