/** What an ONNX file gives beside its answers, as layers that students can be compared with: maps,
 * tokens that lie on a grid, and vectors. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { WorkbenchError } from '../../../core/errors.ts';
import { MOST_LAYERS, onnxLayerSchema } from '../../../core/records/teacher-card.ts';
import type { OnnxLayer, OnnxReading } from '../../../core/records/teacher-card.ts';
import type { Given, OnnxNetwork } from './session.ts';

const FLOATS: readonly string[] = ['float32', 'float16', 'float64'];
/** Tokens that are no places come first: none, a class token, one for distillation as well (DeiT),
 * or four registers (DINOv2). */
const SKIPPED = [0, 1, 2, 5] as const;

/** Outputs that may be layers, by what the file says of them. */
export const furtherOutputs = ({ outputs }: Pick<OnnxNetwork, 'outputs'>, answers: string): readonly string[] =>
  outputs
    .filter(({ name, type }) => name !== answers && FLOATS.includes(type))
    .slice(0, MOST_LAYERS)
    .map(({ name }) => name);

/** What outputs are, by what they and the answers gave for `count` examples. Sizes tell the order
 * of axes where one order alone has the shape of the input; where both have, it is the input's.
 * A vector as long as the answers are is taken for other answers. What is larger than a card may
 * say is left out. */
export function layersIn(
  given: ReadonlyMap<string, Given>,
  count: number,
  reading: Pick<OnnxReading, 'layout' | 'size' | 'output'>,
): readonly OnnxLayer[] {
  const numbers = (given.get(reading.output)?.values.length ?? 0) / count;
  return [...given].flatMap(([output, { shape }]) => {
    const [examples, ...sizes] = shape;
    if (output === reading.output || examples !== count) return [];
    const layer = layerOf(output, sizes, reading);
    const isOther = layer?.form === 'vector' && layer.length === numbers;
    return layer !== undefined && !isOther && onnxLayerSchema.safeParse(layer).success ? layer : [];
  });
}

function layerOf(
  output: string,
  sizes: readonly number[],
  { layout, size }: Pick<OnnxReading, 'layout' | 'size'>,
): OnnxLayer | undefined {
  const [first = 0, second = 0, third = 0] = sizes;
  const [length = 1, ...others] = sizes.filter((one) => one !== 1);
  // A map of one place is a vector, too.
  if (others.length === 0) return length > 1 ? { form: 'vector', output, length } : undefined;
  if (sizes.length === 2) {
    for (const skipped of SKIPPED) {
      const grid = gridOf(first - skipped, size);
      if (grid !== undefined) return { form: 'tokens', output, skipped, ...grid, channels: second };
    }
    return undefined;
  }
  if (sizes.length !== 3) return undefined;
  const orders = layout === 'nchw' ? (['nchw', 'nhwc'] as const) : (['nhwc', 'nchw'] as const);
  for (const order of orders) {
    const [height, width, channels] = order === 'nchw' ? [second, third, first] : [first, second, third];
    if (isLike([height, width], size)) return { form: 'map', output, order, height, width, channels };
  }
  return undefined;
}

/** Of the input's shape, as far as sizes are rounded on the way. */
const isLike = ([height, width]: readonly [number, number], [rows, columns]: OnnxReading['size']): boolean =>
  Math.abs(height * columns - width * rows) < Math.max(rows, columns);

/** More than one place, in the shape of the input. */
function gridOf(places: number, size: OnnxReading['size']) {
  const [rows, columns] = size;
  const height = Math.round(Math.sqrt((places * rows) / columns));
  const width = places / height;
  const isGrid = places > 1 && Number.isInteger(width) && isLike([height, width], size);
  return isGrid ? { height, width } : undefined;
}

/** `[count, height, width, channels]` of what it gave for the first `count` examples, or `[count,
 * length]`. Throws `teacher.mismatch` where it is not what the card says. */
export function featureOf(layer: OnnxLayer, { values, shape }: Given, count: number): Tensor {
  const [given = 0, ...sizes] = shape;
  const wanted = sizesOf(layer);
  const own = layer.form === 'vector' ? sizes.filter((size) => size !== 1) : sizes;
  if (own.join() !== wanted.join()) {
    const message =
      `The teacher's output "${layer.output}" gives [${sizes.join(', ')}] for an example, and its card says ` +
      `[${wanted.join(', ')}]. Import the teacher again.`;
    throw new WorkbenchError('teacher.mismatch', message);
  }
  const first = values.subarray(0, (values.length / given) * count);
  if (layer.form === 'vector') return tf.tensor2d(first, [count, layer.length]);
  const { height, width, channels } = layer;
  if (layer.form === 'tokens') {
    const rows = tf.tensor3d(first, [count, layer.skipped + height * width, channels]);
    const places = tf.slice3d(rows, [0, layer.skipped, 0], [count, height * width, channels]);
    return tf.reshape(places, [count, height, width, channels]);
  }
  if (layer.order === 'nhwc') return tf.tensor4d(first, [count, height, width, channels]);
  return tf.transpose(tf.tensor4d(first, [count, channels, height, width]), [0, 2, 3, 1]);
}

/** Of an example, as the file gives it. */
function sizesOf(layer: OnnxLayer): readonly number[] {
  if (layer.form === 'vector') return [layer.length];
  const { height, width, channels } = layer;
  if (layer.form === 'tokens') return [layer.skipped + height * width, channels];
  return layer.order === 'nchw' ? [channels, height, width] : [height, width, channels];
}
