/** A teacher that is an ONNX file, shown images as its card says. */
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../core/arch/ops.ts';
import type { LayerForm, TeacherArray } from '../../../core/distill/teacher-arrays.ts';
import { messageOf, WorkbenchError } from '../../../core/errors.ts';
import type { OnnxCard, OnnxReading } from '../../../core/records/teacher-card.ts';
import { filesOf, shownLayers, splitsOf } from '../../../core/teacher.ts';
import type { View } from '../../data/augment.ts';
import type { Dataset } from '../../data/dataset.ts';
import { span } from '../../data/rows.ts';
import type { YieldToEvents } from '../../training/evaluate.ts';
import { bothClasses, logitOf } from '../answers.ts';
import { assertSameFile } from '../card.ts';
import { layerOutput } from '../../losses/create-criterion.ts';
import type { OpenTeacher } from '../open-teacher.ts';
import { byteImages } from './images.ts';
import type { ByteImages } from './images.ts';
import { featureOf } from './layers.ts';
import { createPixelReader } from './pixels.ts';
import { exampleSizes } from './ports.ts';
import type { Port } from './ports.ts';
import { openOnnxFile } from './session.ts';
import type { Given, OnnxNetwork } from './session.ts';

/** Throws `teacher.missing` where a file is not the one that its card names. */
export async function openOnnxTeacher(card: OnnxCard, directory: string, dataset: Dataset): Promise<OpenTeacher> {
  for (const { file, sha256 } of filesOf(card)) await assertSameFile(join(directory, file), sha256);
  const network = await openOnnxFile(join(directory, card.weights.file));
  return {
    card,
    splits: splitsOf(card),
    answers: async ({ view, split, count }, arrays, yieldToEvents, onProgress) => {
      const shown = { dataset, images: byteImages(dataset.split(split), count), view };
      const ofLayers = arrays.flatMap(({ form, ...array }) => (form.kind === 'logits' ? [] : [{ ...array, form }]));
      if (ofLayers.length > 0) return featuresOf(network, card, ofLayers, shown, yieldToEvents, onProgress);
      const logits = await logitsOf(network, card.reading, shown, yieldToEvents, onProgress);
      assertNumbers(logits, card.classes);
      return new Map(arrays.map(({ name }) => [name, logits]));
    },
    dispose: () => network.dispose(),
  };
}

export interface ShownImages {
  readonly dataset: Pick<Dataset, 'card' | 'normalisation'>;
  readonly images: ByteImages;
  readonly view?: ((sample: number) => View) | undefined;
  /** Absent: all, in their order. */
  readonly samples?: Int32Array;
}

/** Logits `[samples][classes]`. */
export async function logitsOf(
  network: OnnxNetwork,
  reading: OnnxReading,
  shown: ShownImages,
  yieldToEvents: YieldToEvents,
  onProgress: (done: number) => void,
): Promise<Float32Array> {
  const { output, places, gives } = reading;
  const logits = new Float32Array((shown.samples?.length ?? shown.images.count) * places.length);
  const take = (answers: ReadonlyMap<string, Given>, start: number, count: number): void => {
    const given = rowsIn(answers.get(output), count);
    const isOne = given.length === count && places.length === 2;
    const rows = isOne ? bothClasses(given, gives) : given;
    const width = rows.length / count;
    for (let image = 0; image < count; image++) {
      places.forEach((place, label) => {
        logits[(start + image) * places.length + label] = logitOf(rows[image * width + place] ?? NaN, gives);
      });
    }
  };
  await passOver(network, { reading, outputs: [output], shown, take }, yieldToEvents, onProgress);
  return logits;
}

/** Values `[count][...shape]` of arrays of its layers, by their names. */
async function featuresOf(
  network: OnnxNetwork,
  { reading, layers = [] }: OnnxCard,
  arrays: readonly (TeacherArray & { readonly form: LayerForm })[],
  shown: ShownImages,
  yieldToEvents: YieldToEvents,
  onProgress: (done: number) => void,
): Promise<ReadonlyMap<string, Float32Array>> {
  const wanted = arrays.map(({ form }) => form.layerId);
  const known = shownLayers(layers);
  const tapped = layers.filter(({ output }) => wanted.includes(output));
  const values = arrays.map((array) => new Float32Array(shown.images.count * sizeOf(array.shape)));
  const take = (given: ReadonlyMap<string, Given>, start: number, count: number): void => {
    const tensors = tf.tidy(() => {
      const features = new Map(
        tapped.flatMap((layer): [string, Tensor][] => {
          const one = given.get(layer.output);
          return one ? [[layer.output, featureOf(layer, one, count)]] : [];
        }),
      );
      return arrays.map(({ form }) => layerOutput(form, known, features));
    });
    tensors.forEach((tensor, index) => {
      values[index]?.set(tensor.dataSync<'float32'>(), start * sizeOf(arrays[index]?.shape ?? []));
    });
    tf.dispose(tensors);
  };
  const outputs = tapped.map(({ output }) => output);
  await passOver(network, { reading, outputs, shown, take }, yieldToEvents, onProgress);
  arrays.forEach(({ shape }, index) => assertNumbers(values[index] ?? new Float32Array(), sizeOf(shape)));
  return new Map(arrays.map(({ name }, index) => [name, values[index] ?? new Float32Array()]));
}

interface OnnxPass {
  readonly reading: OnnxReading;
  readonly outputs: readonly string[];
  readonly shown: ShownImages;
  /** What was given for `count` samples from `start` on, and perhaps for empty ones after them. */
  readonly take: (given: ReadonlyMap<string, Given>, start: number, count: number) => void;
}

async function passOver(
  network: OnnxNetwork,
  { reading, outputs, shown: { dataset, images, view, samples = span(0, images.count) }, take }: OnnxPass,
  yieldToEvents: YieldToEvents,
  onProgress: (done: number) => void,
): Promise<void> {
  const { batch } = reading;
  const read = createPixelReader(reading, dataset.card.shape, dataset.normalisation);
  for (let start = 0; start < samples.length; start += batch) {
    await yieldToEvents();
    const chosen = samples.subarray(start, start + batch);
    await images.prepare(chosen, samples.subarray(start + batch, start + 2 * batch));
    const pixels = read({ ...images.take(chosen), views: view && Array.from(chosen, view) });
    take(await givenFor(network, reading, outputs, pixels, chosen.length).catch(refuse), start, chosen.length);
    onProgress(start + chosen.length);
  }
}

function refuse(error: unknown): never {
  if (error instanceof WorkbenchError) throw error;
  throw new WorkbenchError(
    'teacher.mismatch',
    `ONNX Runtime fails on examples of the data set (${messageOf(error)}): was the network made for other data?`,
    {},
    { cause: error },
  );
}

/** What the file gives for `count` images, `[count][outputs]`. */
export async function rowsOf(
  network: OnnxNetwork,
  reading: Port & Pick<OnnxReading, 'batch' | 'isFixed' | 'output'>,
  pixels: Float32Array,
  count: number,
): Promise<Float32Array> {
  return rowsIn((await givenFor(network, reading, [reading.output], pixels, count)).get(reading.output), count);
}

/** Those of the first `count` examples. */
const rowsIn = (given: Given | undefined, count: number): Float32Array => {
  const {
    values,
    shape: [length = 1],
  } = given ?? { values: new Float32Array(), shape: [] };
  return values.subarray(0, (values.length / length) * count);
};

/** What outputs give for `count` examples, and for empty ones after them where its batch is
 * fixed. */
async function givenFor(
  network: OnnxNetwork,
  reading: Port & Pick<OnnxReading, 'batch' | 'isFixed'>,
  outputs: readonly string[],
  pixels: Float32Array,
  count: number,
): Promise<ReadonlyMap<string, Given>> {
  const { batch, isFixed } = reading;
  const length = isFixed ? batch : count;
  const image = pixels.length / count;
  // A file of a fixed batch is shown black images after the last one.
  const fed = length === count ? pixels : new Float32Array(length * image);
  if (fed !== pixels) fed.set(pixels);
  const given = await network.run(reading, outputs, fed, [length, ...exampleSizes(reading)]);
  for (const [output, { shape }] of given) {
    if (shape[0] === length) continue;
    throw new WorkbenchError(
      'usage.invalid',
      `output: "${output}" gives [${shape.join(', ')}] for ${length} examples: its first axis is not theirs.`,
      { field: 'output' },
    );
  }
  return given;
}

/** Throws `teacher.mismatch` for logits that are none. */
export function assertNumbers(logits: Float32Array, classes: number): void {
  const bad = logits.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new WorkbenchError(
    'teacher.mismatch',
    `The teacher answers example ${Math.floor(bad / classes) + 1} with ${logits[bad]}, which is no number: its ` +
      'weights are damaged, or out of the range of its precision. Export it again, in float32.',
  );
}
