/**
 * The door to TensorFlow's own eager ops: tfjs-node's backend can execute any of them by name,
 * which is how the fused kernels and our own are reached.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | string | readonly number[];
}

/** What this program uses of tfjs-node's `NodeJSKernelBackend`, which it does not export. */
export interface TensorFlowBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: {
    readonly TF_Version: string;
    readonly TF_FLOAT: number;
    readonly TF_INT32: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_ATTR_INT: number;
    readonly TF_ATTR_FLOAT: number;
    readonly TF_ATTR_STRING: number;
    readonly TF_ATTR_TYPE: number;
  };
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly TensorInfo[],
    outputs: number,
  ): Tensor[];
}

/** Values of an op's attributes by their kind; `types` are `float32` or `int32`. */
export interface RawAttributes {
  readonly types?: Readonly<Record<string, 'float32' | 'int32'>>;
  readonly integers?: Readonly<Record<string, number | readonly number[]>>;
  readonly floats?: Readonly<Record<string, number>>;
  readonly booleans?: Readonly<Record<string, boolean>>;
  readonly strings?: Readonly<Record<string, string>>;
}

export type RawOp = (inputs: readonly TensorInfo[]) => readonly Tensor[];

/** TensorFlow's backend when it is the active one. */
export function tensorFlow(): TensorFlowBackend | undefined {
  // Sound: only tfjs-node registers a backend called "tensorflow".
  return tf.getBackend() === 'tensorflow' ? (tf.backend() as unknown as TensorFlowBackend) : undefined;
}

/** An op of TensorFlow with fixed attributes, ready to be called; the backend is looked up at the
 * first call. */
export function rawOp(name: string, outputs: number, attributes: RawAttributes): RawOp {
  let list: readonly Attribute[] | undefined;
  return (inputs) => {
    const backend = tensorFlow();
    if (backend === undefined) throw new Error(`${name} needs the TensorFlow backend`);
    list ??= attributeList(backend.binding, attributes);
    return backend.executeMultipleOutputs(name, list, inputs, outputs);
  };
}

/** What belongs to a few numbers (an op and its attributes, as a rule), made when it is first asked
 * for. */
export function perAttributes<Values extends readonly number[], T = RawOp>(
  make: (...values: Values) => T,
): (...values: Values) => T {
  const known = new Map<string, T>();
  return (...values) => {
    const key = values.join();
    const op = known.get(key) ?? make(...values);
    known.set(key, op);
    return op;
  };
}

/** The only output of an op that has one. */
export function only(outputs: readonly Tensor[]): Tensor {
  const [output] = outputs;
  if (output === undefined) throw new Error('An op of TensorFlow gave no output');
  return output;
}

function attributeList(binding: TensorFlowBackend['binding'], attributes: RawAttributes): readonly Attribute[] {
  const { types = {}, integers = {}, floats = {}, booleans = {}, strings = {} } = attributes;
  const dtypes = { float32: binding.TF_FLOAT, int32: binding.TF_INT32 };
  return [
    ...Object.entries(types).map(([name, dtype]) => ({ name, type: binding.TF_ATTR_TYPE, value: dtypes[dtype] })),
    ...Object.entries(integers).map(([name, value]) => ({ name, type: binding.TF_ATTR_INT, value })),
    ...Object.entries(floats).map(([name, value]) => ({ name, type: binding.TF_ATTR_FLOAT, value })),
    ...Object.entries(booleans).map(([name, value]) => ({ name, type: binding.TF_ATTR_BOOL, value })),
    ...Object.entries(strings).map(([name, value]) => ({ name, type: binding.TF_ATTR_STRING, value })),
  ];
}
