/**
 * Proves our own TensorFlow ops under Node 24 before they are used, against values worked out by
 * hand, on tensors large enough for several threads to share. Arguments: package root, path of
 * TensorFlow's binding, path of the ops' addon.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';

const [root, bindingPath, addonPath] = process.argv.slice(2);
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
if (!(require(addonPath).lanes > 0)) fail('the addon did not register its ops');

/** Past every op's own limit for going parallel; odd, so that no vector register ends where the
 * data does. */
const COUNT = 70_001;
/** As `activation.h` numbers them. */
const [NONE, RELU, GELU, SIGMOID] = [0, 1, 3, 6];
const none = tf.tensor1d([]);
const repeated = (values, shape) =>
  tf.tensor(
    Float32Array.from({ length: COUNT * values.length }, (_, i) => values[i % values.length]),
    shape,
  );

// Of 1, 2, 3: mean 2, variance 2 / 3; times 2, plus 1.
const deviation = Math.sqrt(2 / 3);
const layerNorm = execute(
  'TradeLayerNorm',
  { floats: { epsilon: 0 } },
  [repeated([1, 2, 3], [COUNT, 3]), tf.tensor1d([2, 2, 2]), tf.tensor1d([1, 1, 1])],
  3,
);
expectRepeated('layer norm', layerNorm[0], [1 - 2 / deviation, 1, 1 + 2 / deviation]);

// x + b = -1, 1: relu max(x, 0), gelu x Phi(x) with Phi(1) = .8413447461, sigmoid 1 / (1 + e^-x).
const activations = { relu: [RELU, 0, 1], gelu: [GELU, -0.1586552539, 0.8413447461] };
for (const [name, [kind, ...expected]] of Object.entries({
  ...activations,
  sigmoid: [SIGMOID, 0.2689414214, 0.7310585786],
})) {
  const inputs = [repeated([-1.5, 0.5], [COUNT, 2]), tf.tensor1d([0.5, 0.5])];
  expectRepeated(name, execute('TradeBiasActivation', { integers: { activation: kind } }, inputs, 1)[0], expected);
}
const notANumber = execute(
  'TradeBiasActivation',
  { integers: { activation: RELU } },
  [repeated([NaN], [COUNT, 1]), none],
  1,
);
if (!notANumber[0].dataSync().every(Number.isNaN)) fail('relu of NaN: expected NaN');

// Of 1, 3, 5, 7: mean 4, variance 5 of the batch; a tenth of it, unbiased, joins the running 0
// and 1.
const rows = 4 * COUNT;
const batchNorm = execute(
  'TradeBatchNorm',
  { integers: { activation: NONE }, floats: { epsilon: 1e-5, momentum: 0.1 } },
  [repeated([1, 3, 5, 7], [rows, 1]), tf.tensor1d([2]), tf.tensor1d([1]), tf.tensor1d([0]), tf.tensor1d([1]), none],
  5,
);
const normalised = [-3, -1, 1, 3].map((offset) => 1 + (2 * offset) / Math.sqrt(5 + 1e-5));
expectRepeated('batch norm', batchNorm[0], normalised);
expectRepeated('running mean', batchNorm[1], [0.4]);
expectRepeated('running variance', batchNorm[2], [0.9 + (0.5 * rows) / (rows - 1)]);

// Ones of 3 x 3 and the filter 1..9: each place sums the taps that lie inside. The filter's
// gradient counts its places.
const images = 64;
const ones = tf.ones([images, 3, 3, 1]);
const filter = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3, 1, 1]);
const places = [4, 6, 4, 6, 9, 6, 4, 6, 4];
const strides = { TradeConvolution: { down: 1, across: 1 }, TradeDepthwise: { stride: 1 } };
for (const name of Object.keys(strides)) {
  const one = (suffix, ...inputs) => execute(name + suffix, { integers: strides[name] }, inputs, 1)[0];
  expectRepeated(name, one('', ones, filter), [28, 39, 24, 33, 45, 27, 16, 21, 12]);
  const toInput = one('InputGrad', ones, filter, ones);
  expectRepeated(`${name}'s input gradient`, toInput, [12, 21, 16, 27, 45, 33, 24, 39, 28]);
  const toFilter = one('FilterGrad', ones, ones, filter);
  expectRepeated(
    `${name}'s filter gradient`,
    toFilter,
    places.map((count) => count * images),
  );
}
const nine = tf.tile(tf.tensor4d([0, 1, 2, 3, 4, 5, 6, 7, 8], [1, 3, 3, 1]), [images, 1, 1, 1]);
const square = { integers: { height: 3, width: 3, down: 1, across: 1 } };
const [highest] = execute('TradeMaxPool', square, [nine], 1);
expectRepeated('largest of a window', highest, [4, 5, 5, 7, 8, 8, 7, 8, 8]);
const [means] = execute('TradeAveragePool', square, [nine], 1);
expectRepeated('mean of a window', means, [2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6]);
// Of one row and two columns, each row down and every second one across.
const flat = { integers: { height: 1, width: 2, down: 1, across: 2 } };
expectRepeated('largest of a flat window', execute('TradeMaxPool', flat, [nine], 1)[0], [1, 2, 4, 5, 7, 8]);
expectRepeated('mean of a flat window', execute('TradeAveragePool', flat, [nine], 1)[0], [0.5, 2, 3.5, 5, 6.5, 8]);
// Three columns of a row by taps 1, 2, 3, at its first and third place.
const taps = tf.tensor4d([1, 2, 3], [1, 3, 1, 1]);
const [flatly] = execute('TradeConvolution', { integers: { down: 1, across: 2 } }, [nine, taps], 1);
expectRepeated('convolution of a flat window', flatly, [3, 5, 18, 14, 33, 23]);

// Bytes 0, 1, 2 stand for 5, 6, 7; moved by a pixel, black comes in from the left.
const bytes = tf.tile(tf.tensor4d(Uint8Array.of(0, 1, 2), [1, 1, 3, 1], 'bool'), [images, 1, 1, 1]);
const shows = tf.tensor2d(
  Array.from({ length: images }, (_, image) => [image, 0, -1, 0, 0, 0, 0, 0]),
  [images, 8],
  'int32',
);
const [gathered] = execute('TradeGatherBytes', {}, [bytes, tf.range(5, 261).reshape([1, 256]), shows], 1);
expectRepeated('bytes of images', gathered, [5, 5, 6]);

// (1, 2) [[5, 6], [7, 8]]; with dy = 1 the sums of the matrix's rows, and of the columns of x.
const matrix = tf.tensor2d([5, 6, 7, 8], [2, 2]);
const pairs = repeated([1, 2], [COUNT, 2]);
expectRepeated('product', execute('TradeProduct', {}, [pairs, matrix], 1)[0], [19, 22]);
const [toRows, toMatrix] = execute('TradeProductGrad', {}, [tf.ones([COUNT, 2]), pairs, matrix], 2);
expectRepeated("the product's gradient of its rows", toRows, [11, 15]);
expectRepeated("the product's gradient of its matrix", toMatrix, [COUNT, COUNT, 2 * COUNT, 2 * COUNT]);

// One unit of which z = r = 1/2; from 0, n = tanh(1), then tanh(1 + 2 h / 2). One more example than
// are shared out evenly.
const given = repeated([0, 0, 1, 0, 0, 1], [COUNT, 2, 3]);
const recurrent = tf.tensor2d([0, 0, 2], [1, 3]);
const first = Math.tanh(1) / 2;
const second = (Math.tanh(1 + first) + first) / 2;
const [states, gates] = execute('TradeGru', {}, [given, recurrent, tf.zeros([3])], 2);
expectRepeated('states of a recurrent unit', states, [first, second]);
// Of the second state: its n by q hands on r R (1 - n^2) / 2, its z the half of h.
const last = repeated([0, 1], [COUNT, 2, 1]);
const [toGiven, , toBias] = execute('TradeGruGrad', {}, [last, states, gates, recurrent], 3);
const n = Math.tanh(1 + first);
const back = 0.5 + (1 - n * n) / 2;
const slopes = [(0 - Math.tanh(1)) / 4, 0, (1 - Math.tanh(1) ** 2) / 2].map((slope) => slope * back);
const slopesAfter = [(first - n) / 4, ((1 - n * n) / 2) * (2 * first) * 0.25, (1 - n * n) / 2];
expectRepeated("a recurrent unit's gradient of its inputs", toGiven, [...slopes, ...slopesAfter]);
const together = [0, 1].map((gate) => COUNT * ((slopes[gate] ?? 0) + (slopesAfter[gate] ?? 0)));
const toState = (COUNT * ((slopes[2] ?? 0) + (slopesAfter[2] ?? 0))) / 2;
expectRepeated("a recurrent unit's gradient of its bias", toBias, [...together, toState]);

// Equal scores weigh the values 1 equally.
const [attended] = execute('TradeAttention', { integers: { heads: 2 } }, [tf.ones([images, 5, 24]), none], 1);
expectRepeated('attention', attended, [1]);

// The first step of AdamW is the learning rate times the gradient's sign.
const zeros = tf.zeros([COUNT]);
const rates = tf.tensor1d([0.1, 0, 0.9, 0.999, 0.1, 0.001, 0]);
const [moved] = execute(
  'TradeAdamW',
  {},
  [repeated([1, 2], [2 * COUNT]).slice(0, COUNT), repeated([-3], [COUNT]), zeros, zeros, zeros, rates],
  3,
);
expectRepeated('AdamW', moved, [1.1, 2.1]);

// Nothing known of 4 classes costs ln 4.
const targets = tf.tensor2d([1, 0, 0, 0], [1, 4]);
const [loss] = execute(
  'TradeSoftTargetLoss',
  { floats: { temperature: 1, weight: 0 } },
  [tf.zeros([1, 4]), targets, none],
  2,
);
expectRepeated('cross-entropy', loss, [Math.log(4)]);

function execute(name, { integers = {}, floats = {} }, inputs, outputs) {
  const attributes = [
    ...Object.entries(integers).map(([key, value]) => ({ name: key, type: binding.TF_ATTR_INT, value })),
    ...Object.entries(floats).map(([key, value]) => ({ name: key, type: binding.TF_ATTR_FLOAT, value })),
  ];
  return tf.backend().executeMultipleOutputs(name, attributes, inputs, outputs);
}

/** The tensor says these values again and again. */
function expectRepeated(name, tensor, expected) {
  const found = tensor.dataSync();
  for (let place = 0; place < found.length; place++) {
    const wanted = expected[place % expected.length];
    const isNear = Math.abs(found[place] - wanted) < 1e-4 * Math.max(1, Math.abs(wanted));
    if (!isNear) fail(`${name}: expected ${wanted} at ${place}, found ${found[place]}`);
  }
  if (found.length < expected.length) fail(`${name}: expected ${expected.length} values, found ${found.length}`);
}

function fail(problem) {
  console.error(problem);
  process.exit(1);
}
