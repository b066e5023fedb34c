/** An ONNX file in ONNX Runtime, on as many threads as a training has. */
import { basename } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf, WorkbenchError } from '../../../core/errors.ts';
import type { OnnxReading } from '../../../core/records/teacher-card.ts';
import { trainerThreads } from '../../backend/load-backend.ts';
import { loadOnnxRuntime } from '../../export/onnxruntime.ts';

/** An input or an output; a size given by name is free. */
export interface OnnxValue {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

/** Row-major. */
export interface Given {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

export type InputType = OnnxReading['type'];

export interface OnnxNetwork {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** What outputs give for one input, by their names. */
  readonly run: (
    input: Pick<OnnxReading, 'input' | 'type'>,
    outputs: readonly string[],
    values: Float32Array,
    shape: readonly number[],
  ) => Promise<ReadonlyMap<string, Given>>;
  readonly dispose: () => Promise<void>;
}

/** `name`: by which a person knows it. Throws `backend.missing` without ONNX Runtime,
 * `usage.invalid` where it refuses the file. */
export async function openOnnxFile(file: string, name = basename(file)): Promise<OnnxNetwork> {
  const { InferenceSession: sessions, Tensor: tensors } = await loadOnnxRuntime();
  const threads = trainerThreads();
  const session = await sessions
    .create(file, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Errors come as exceptions, and some are looked for.
      logSeverityLevel: 4,
    })
    .catch((error: unknown) => {
      // Where the copy lies tells nobody anything.
      const why = messageOf(error).replace(`Load model from ${file} failed:`, '').replace(/\.+$/, '');
      const message =
        `${name}: ONNX Runtime cannot run it: ${why}. Export the teacher again, ` +
        (why.includes('bfloat16') ? 'in float32.' : 'with operators that ONNX Runtime knows.');
      throw new WorkbenchError('usage.invalid', message, { file, field: 'file' }, { cause: error });
    });
  return {
    inputs: session.inputMetadata.map(valueOf),
    outputs: session.outputMetadata.map(valueOf),
    run: async ({ input, type }, outputs, values, shape) => {
      const fed = tensorOf(tensors, type, values, shape);
      const given = await session.run({ [input]: fed }, [...outputs]);
      return new Map(
        outputs.map((output): [string, Given] => {
          // Sound: an output that was asked for is given.
          const { dims, data } = given[output] as Tensor;
          return [output, { values: floatsOf(data), shape: dims }];
        }),
      );
    },
    dispose: () => session.release(),
  };
}

function valueOf(value: InferenceSession.ValueMetadata): OnnxValue {
  return value.isTensor
    ? { name: value.name, type: value.type, shape: value.shape }
    : { name: value.name, type: 'no tensor', shape: [] };
}

function tensorOf(tensors: typeof Tensor, type: InputType, values: Float32Array, shape: readonly number[]): Tensor {
  switch (type) {
    case 'float32':
      return new tensors(type, values, shape);
    case 'float64':
      return new tensors(type, Float64Array.from(values), shape);
    case 'uint8':
      return new tensors(type, new Uint8Array(Uint8ClampedArray.from(values).buffer), shape);
    case 'int32':
      return new tensors(type, Int32Array.from(values, Math.round), shape);
    case 'int64':
      return new tensors(type, longsOf(values), shape);
    case 'float16':
      return halvesOf(tensors, values, shape);
  }
}

/** Numbers from 0 to 255: their low words, which come first, are all of them. */
function longsOf(values: Float32Array): BigInt64Array {
  const words = new Int32Array(2 * values.length);
  values.forEach((value, index) => (words[2 * index] = Math.round(value)));
  return new BigInt64Array(words.buffer);
}

function halvesOf(tensors: typeof Tensor, values: Float32Array, shape: readonly number[]): Tensor {
  const halves = new Uint16Array(Float16Array.from(values).buffer);
  const fed = new tensors('float16', halves, shape);
  // onnxruntime-common 1.30 makes a Float16Array of it, which onnxruntime-node takes for nothing.
  return Object.defineProperty(fed, 'data', { value: halves });
}

function floatsOf(data: Tensor['data']): Float32Array {
  if (data instanceof Float32Array) return data;
  const known: unknown = data;
  if (known instanceof Float16Array || known instanceof Float64Array) return Float32Array.from(known);
  throw new WorkbenchError('usage.invalid', 'Its answers are no floats: export it with float outputs.');
}
