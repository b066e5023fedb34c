/**
 * Collects the nodes and initialisers of an ONNX graph. Weights in half precision are stored as
 * float16 and cast to float where they are used: the file is half as large, and every runtime
 * computes in float.
 */
/// <reference lib="esnext.float16" />
import { sizeOf } from '../../core/arch/ops.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { ExportPrecision } from '../tasks/export/task.ts';
import { ELEMENT_TYPES } from './encode-onnx.ts';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from './encode-onnx.ts';

export interface OnnxBuilder {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  /** Adds a node; `outputs` are named by the caller. */
  node(
    type: string,
    name: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes?: Readonly<Record<string, OnnxAttribute>>,
  ): void;
  /** A tensor of weights `[...dims]`; gives the name of the value to use. */
  weight(name: string, dims: readonly number[], values: Float32Array): string;
  /** Shapes and axes (int64), shared by all that ask for the same. */
  integers(values: readonly number[]): string;
  /** Places in a table (int32), made once for each name. */
  places(name: string, dims: readonly number[], values: () => Int32Array): string;
  /** One place along an axis (int64), which a Gather takes it away from. */
  place(value: number): string;
  scalar(value: number): string;
}

export function createOnnxBuilder(precision: ExportPrecision): OnnxBuilder {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();

  function node(
    type: string,
    name: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): void {
    nodes.push({ type, name, inputs, outputs, attributes });
  }

  function store(tensor: OnnxTensor): string {
    initializers.set(tensor.name, tensor);
    return tensor.name;
  }

  return {
    nodes,
    get initializers() {
      return [...initializers.values()];
    },
    node,
    weight: (name, dims, values) => {
      if (values.length !== sizeOf(dims)) throw new Error(`Weight "${name}" has ${values.length} values`);
      if (precision === 'fp32' || !isRounded(dims)) {
        return store({ name, dims, type: 'float', bytes: bytesOf(values) });
      }
      store({ name, dims, type: 'float16', bytes: bytesOf(halves(name, values)) });
      node('Cast', `${name}/float`, [name], [`${name}/float`], { to: { int: ELEMENT_TYPES.float } });
      return `${name}/float`;
    },
    integers: (values) => {
      const bytes = bytesOf(BigInt64Array.from(values, BigInt));
      return store({ name: `[${values.join(',')}]`, dims: [values.length], type: 'int64', bytes });
    },
    places: (name, dims, values) =>
      initializers.has(name) ? name : store({ name, dims, type: 'int32', bytes: bytesOf(values()) }),
    place: (value) =>
      store({ name: `place-${value}`, dims: [], type: 'int64', bytes: bytesOf(BigInt64Array.of(BigInt(value))) }),
    scalar: (value) => {
      return store({ name: String(value), dims: [], type: 'float', bytes: bytesOf(Float32Array.of(value)) });
    },
  };
}

/** Vectors (norms, biases, factors) stay single: they are a small part of a file, and the part that
 * rounding hurts most. */
export function isRounded(dims: readonly number[]): boolean {
  return dims.filter((length) => length > 1).length > 1;
}

/** Throws `export.failed` for a value beyond half precision's largest, 65,504. */
function halves(name: string, values: Float32Array): Float16Array {
  const rounded = Float16Array.from(values);
  const lost = rounded.findIndex((value, index) => !Number.isFinite(value) && Number.isFinite(values[index]));
  if (lost === -1) return rounded;
  throw new WorkbenchError(
    'export.failed',
    `Weight "${name}" holds ${values[lost]}, which half precision cannot write. Export in single precision (fp32).`,
  );
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
