/**
 * Times our own kernels beside the ops of TensorFlow that they stand in for, on this machine: which
 * of them are used is measured, not believed. Set-up runs this in a process of its own
 * (`scripts/setup/kernels-measure.mjs`), for about a second.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { CONVOLUTIONS, DEPTHWISE, PRODUCTS } from './linear.ts';
import type { LinearOps } from './linear.ts';
import { BATCH_NORMS } from './norms.ts';
import type { MeasuredKernels } from './runtime-record.ts';

/** The quickest of so many counts: what else the machine does to the caches only adds to the
 * others. */
const ROUNDS = 9;
/** Ours are kept where they are level: they save passes over memory that are not timed here. */
const LEVEL = 0.95;
const BATCH = 64;
const SIDE = 14;
const CHANNELS = 64;
/** Channels in and out, and so the filters' sizes; the network of a teacher has the larger ones. */
const WIDTHS = { convolution: [16, 32, 64, 96], product: [64, 128, 256, 512] } as const;

type Ways<T> = { readonly ours: T; readonly theirs: T };

export function measureKernels(): Omit<MeasuredKernels, 'oneDnn'> {
  const ratios: Record<string, number> = {};
  const time = (name: string, ways: Ways<() => Tensor[]>): number => (ratios[name] = ratioOf(ways));
  const convolutions = WIDTHS.convolution.map((width) => {
    const filter = tf.randomUniform([3, 3, width, width]);
    return { size: filter.size, ratio: time(`convolution ${width}`, linear(CONVOLUTIONS, map(width), filter)) };
  });
  const products = WIDTHS.product.map((width) => {
    const matrix = tf.randomUniform([width, width]);
    const rows = tf.randomUniform([BATCH * 32, width]);
    return { size: matrix.size, ratio: time(`product ${width}`, linear(PRODUCTS, rows, matrix)) };
  });
  const depthwise = time('depthwise', linear(DEPTHWISE, map(CHANNELS), tf.randomUniform([3, 3, CHANNELS, 1])));
  const batchNorm = time('batch norm', { ours: norm(BATCH_NORMS.ours), theirs: norm(BATCH_NORMS.theirs) });
  return {
    largest: { convolution: largestWon(convolutions), product: largestWon(products) },
    depthwise: depthwise >= LEVEL,
    batchNorm: batchNorm >= LEVEL,
    ratios,
  };
}

/** Seconds of a large convolution and a product, forward and backward, by TensorFlow's own ops:
 * with oneDNN or without. */
export function measureTensorFlow(): number {
  const convolution = linear(CONVOLUTIONS, map(96), tf.randomUniform([3, 3, 96, 96])).theirs;
  const product = linear(PRODUCTS, tf.randomUniform([BATCH * 32, 256]), tf.randomUniform([256, 256])).theirs;
  return secondsOf(convolution) + secondsOf(product);
}

const map = (channels: number): Tensor4D => tf.randomUniform([BATCH, SIDE, SIDE, channels]);

function linear(ways: Ways<LinearOps>, x: Tensor, kernel: Tensor): Ways<() => Tensor[]> {
  const step = (ops: LinearOps) => (): Tensor[] => {
    const y = ops.forward(x, kernel);
    return [y, ...ops.gradient(y, x, kernel)];
  };
  return { ours: step(ways.ours), theirs: step(ways.theirs) };
}

function norm(pass: (typeof BATCH_NORMS)['ours']): () => Tensor[] {
  const x = map(CHANNELS);
  const ones = tf.ones<tf.Rank.R1>([CHANNELS]);
  const statistics = { mean: tf.zeros<tf.Rank.R1>([CHANNELS]), variance: ones };
  const apply = (input: Tensor): Tensor =>
    pass(input as Tensor4D, ones, ones, statistics, ({ mean, variance }) => tf.dispose([mean, variance]));
  const gradient = tf.grad(apply);
  return () => [gradient(x)];
}

/** Of sizes in rising order, the last before ours lose. */
function largestWon(tried: readonly { readonly size: number; readonly ratio: number }[]): number {
  const lost = tried.findIndex(({ ratio }) => ratio < LEVEL);
  return (lost < 0 ? tried.at(-1) : tried[lost - 1])?.size ?? 0;
}

/** Seconds of theirs over seconds of ours, by turns. */
function ratioOf({ ours, theirs }: Ways<() => Tensor[]>): number {
  for (const warm of [ours, theirs]) once(warm);
  const rounds = Array.from({ length: ROUNDS }, () => [once(theirs), once(ours)] as const);
  return Math.min(...rounds.map(([seconds]) => seconds)) / Math.min(...rounds.map(([, seconds]) => seconds));
}

function secondsOf(step: () => Tensor[]): number {
  once(step);
  return Math.min(...Array.from({ length: ROUNDS }, () => once(step)));
}

/** Of the processor's time and not the clock's, which runs while a busy machine lets others go
 * first. For one thread. */
function once(step: () => Tensor[]): number {
  const started = process.cpuUsage();
  tf.tidy(() => void step());
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e6;
}
