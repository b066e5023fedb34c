/** A teacher that is an ONNX file, shown images as its card says. */
import { join } from 'node:path';
import { messageOf, WorkbenchError } from '../../../core/errors.ts';
import type { OnnxCard, OnnxReading } from '../../../core/records/teacher-card.ts';
import { filesOf, splitsOf } from '../../../core/teacher.ts';
import type { View } from '../../data/augment.ts';
import type { Dataset } from '../../data/dataset.ts';
import { span } from '../../data/rows.ts';
import type { YieldToEvents } from '../../training/evaluate.ts';
import { bothClasses, logitOf } from '../answers.ts';
import { assertSameFile } from '../card.ts';
import { assertLogitsAlone } from '../open-teacher.ts';
import type { OpenTeacher } from '../open-teacher.ts';
import { byteImages } from './images.ts';
import type { ByteImages } from './images.ts';
import { createPixelReader } from './pixels.ts';
import { exampleSizes } from './ports.ts';
import type { Port } from './ports.ts';
import { openOnnxFile } from './session.ts';
import type { OnnxNetwork } from './session.ts';

/** Throws `teacher.missing` where a file is not the one that its card names. */
export async function openOnnxTeacher(card: OnnxCard, directory: string, dataset: Dataset): Promise<OpenTeacher> {
  for (const { file, sha256 } of filesOf(card)) await assertSameFile(join(directory, file), sha256);
  const network = await openOnnxFile(join(directory, card.weights.file));
  return {
    card,
    splits: splitsOf(card),
    answers: async ({ view, split, count }, arrays, yieldToEvents, onProgress) => {
      assertLogitsAlone(card, arrays);
      const images = byteImages(dataset.split(split), count);
      const { reading } = card;
      const logits = await logitsOf(network, reading, { dataset, images, view }, yieldToEvents, onProgress);
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
  { dataset, images, view, samples = span(0, images.count) }: ShownImages,
  yieldToEvents: YieldToEvents,
  onProgress: (done: number) => void,
): Promise<Float32Array> {
  const { places, batch, gives } = reading;
  const logits = new Float32Array(samples.length * places.length);
  const read = createPixelReader(reading, dataset.card.shape, dataset.normalisation);
  for (let start = 0; start < samples.length; start += batch) {
    await yieldToEvents();
    const chosen = samples.subarray(start, start + batch);
    await images.prepare(chosen, samples.subarray(start + batch, start + 2 * batch));
    const shown = read({ ...images.take(chosen), views: view && Array.from(chosen, view) });
    const given = await rowsOf(network, reading, shown, chosen.length).catch(refuse);
    const isOne = given.length === chosen.length && places.length === 2;
    const rows = isOne ? bothClasses(given, gives) : given;
    const width = rows.length / chosen.length;
    for (let image = 0; image < chosen.length; image++) {
      places.forEach((place, label) => {
        logits[(start + image) * places.length + label] = logitOf(rows[image * width + place] ?? NaN, gives);
      });
    }
    onProgress(start + chosen.length);
  }
  return logits;
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
  const { batch, isFixed } = reading;
  const length = isFixed ? batch : count;
  const image = pixels.length / count;
  // A file of a fixed batch is shown black images after the last one.
  const fed = length === count ? pixels : new Float32Array(length * image);
  if (fed !== pixels) fed.set(pixels);
  const { values, shape } = await network.run(reading, fed, [length, ...exampleSizes(reading)]);
  if (shape[0] === length) return values.subarray(0, (values.length / length) * count);
  throw new WorkbenchError(
    'usage.invalid',
    `output: "${reading.output}" gives [${shape.join(', ')}] for ${length} examples: its first axis is not theirs.`,
    { field: 'output' },
  );
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
