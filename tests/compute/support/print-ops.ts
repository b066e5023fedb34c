/** Run by Node itself: every case of `op-cases.ts` forward, backward and at inference, its numbers
 * printed as JSON. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { OpName } from '../../../src/core/arch/graph.ts';
import { opSpec } from '../../../src/core/arch/ops.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import type { Statistics } from '../../../src/compute/backend/norms.ts';
import { loadBackend } from '../../../src/compute/backend/load-backend.ts';
import { KERNELS } from '../../../src/compute/model/kernels.ts';
import type { Kernel, KernelContext } from '../../../src/compute/model/kernels.ts';
import { OP_CASES } from './op-cases.ts';
import type { OpCase } from './op-cases.ts';

export type Numbers = Readonly<Record<string, readonly number[]>>;

const BATCH = 3;

/** `output`, `inference`, `gradient 0` and so on of the inputs, `gradient NAME` of the weights,
 * running statistics. */
function numbersOf({ op, inputs }: OpCase<OpName>): Numbers {
  const rng = createRng(1);
  const gaussian = (shape: readonly number[]): Tensor => {
    const size = shape.reduce((product, length) => product * length, 1);
    return tf.tensor(
      Float32Array.from({ length: size }, () => rng.normal()),
      [...shape],
    );
  };
  /** Bytes of 0 and 1: every table has these rows. */
  const bytes = (shape: readonly number[]): Tensor => tf.cast(tf.greater(gaussian(shape), 0), 'float32');
  const kernel = KERNELS[op.op] as unknown as Kernel<OpName>; // sound: looked up by the op it is called with
  const weights = opSpec(op)
    .weights(op, inputs)
    .map((spec) => ({ ...spec, value: gaussian(spec.shape) }));
  const trainable = weights.filter((weight) => weight.trainable);
  const statistic = (name: string): Tensor1D => {
    const found = weights.find((weight) => weight.name === name)?.value ?? tf.tensor1d([]);
    return (name === 'variance' ? tf.add(tf.abs(found), 0.5) : found) as Tensor1D; // running statistics are vectors
  };
  const results: Record<string, Tensor> = {};
  const run = (values: readonly Tensor[], isTraining: boolean): Tensor => {
    const context: KernelContext = {
      weight: (name) => values[inputs.length + trainable.findIndex((weight) => weight.name === name)] ?? tf.tensor([]),
      statistics: () => ({ mean: statistic('mean'), variance: statistic('variance') }),
      ...(isTraining ? { update: ({ mean, variance }: Statistics) => Object.assign(results, { mean, variance }) } : {}),
    };
    return kernel(op, values.slice(0, inputs.length), context);
  };
  const draw = op.op === 'embed' ? bytes : gaussian;
  const given = inputs.map((shape) => draw([BATCH, ...shape]));
  const variables = [...given, ...trainable.map(({ value }) => value)];
  results['inference'] = run(variables, false);
  const output = run(variables, true);
  results['output'] = output;
  const dy = gaussian(output.shape);
  // Whole numbers have no gradient.
  const fixed = op.op === 'embed' ? given : [];
  const gradients = tf.grads((...values: Tensor[]) => tf.sum(tf.mul(run([...fixed, ...values], true), dy)))(
    variables.slice(fixed.length),
  );
  gradients.forEach((gradient, index) => {
    const place = index + fixed.length;
    results[`gradient ${trainable[place - inputs.length]?.name ?? place}`] = gradient;
  });
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, [...tensor.dataSync()]]));
}

const { backend } = await loadBackend();
// Sound: each case is one of the union's.
const cases = Object.values(OP_CASES).flat() as readonly OpCase<OpName>[];
const printed = cases.map((each) => {
  try {
    return numbersOf(each);
  } catch (error) {
    return { error: String(error) };
  }
});
process.stdout.write(JSON.stringify({ backend, cases: printed }), () => process.exit(0));
