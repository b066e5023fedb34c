/** An ONNX file becomes a teacher's folder: copied, tried, and told of in a card. Whole or not at
 * all. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { dataKindOf } from '../../../core/data-kinds.ts';
import { messageOf, WorkbenchError } from '../../../core/errors.ts';
import { layerWords } from '../../../core/teacher.ts';
import { fileName } from '../../../core/records/dataset-card.ts';
import type { OnnxCard, OnnxLayer, OnnxReading, SaidOfTeacher } from '../../../core/records/teacher-card.ts';
import type { Dataset } from '../../data/dataset.ts';
import { noRoom } from '../../files/atomic-file.ts';
import { evaluationOf } from '../../training/evaluate.ts';
import type { YieldToEvents } from '../../training/evaluate.ts';
import type { ImportedTeacher, ImportOrder } from '../../tasks/import-teacher/task.ts';
import { inWordsOf, weakWords } from '../answers.ts';
import { writeTeacherCard } from '../card.ts';
import { readOnnxFacts } from './file.ts';
import { guessesFor } from './guesses.ts';
import { byteImages } from './images.ts';
import { furtherOutputs, layersIn } from './layers.ts';
import { judgeGuesses } from './judge.ts';
import type { Judged } from './judge.ts';
import { batchOf, exampleSizes, outputOf, portsOf, shapeWords } from './ports.ts';
import type { Port } from './ports.ts';
import { openOnnxFile } from './session.ts';
import type { OnnxNetwork } from './session.ts';
import { assertNumbers, logitsOf, rowsOf } from './teacher.ts';

const MODEL_FILE = 'model.onnx';
const CARD_FILE = 'teacher.json';

type Stage = (words: string) => (done: number, total: number) => void;

/** Throws `usage.invalid` for a file that is no teacher for these images, `teacher.mismatch` for
 * one whose answers are no numbers; then nothing is left. */
export async function importOnnx(
  input: ImportOrder<'onnx'>,
  dataset: Dataset,
  directory: string,
  yieldToEvents: YieldToEvents,
  stage: Stage,
): Promise<Omit<ImportedTeacher, 'directory' | 'card'> & { readonly card: OnnxCard }> {
  const { file, said } = input.source;
  mkdirSync(directory, { recursive: true });
  try {
    const { params, locations } = readOnnxFacts(file);
    const weights = await copyHashed(file, join(directory, MODEL_FILE));
    const data: Copied[] = [];
    for (const location of locations) data.push(await copyBeside(file, location, directory));
    const network = await openOnnxFile(join(directory, MODEL_FILE), basename(file));
    try {
      const { judged, accuracy, givesOne } = await tried(network, said, dataset, yieldToEvents, stage);
      const [best] = judged;
      if (best === undefined) throw new Error('Nothing was tried');
      const { id, title, shape, classes } = dataset.card;
      const layers = dataKindOf(dataset.card).gives === 'map' ? await layersOf(network, best.reading) : [];
      const card: OnnxCard = {
        ...{ kind: 'onnx', name: input.name, title: input.title, params, accuracy },
        ...{ inputShape: shape, classes: classes.length, dataset: { id, title } },
        ...{ reading: best.reading, guesses: judged.map(({ guess }) => guess), weights, date: input.date },
        ...(layers.length > 0 && { layers }),
        ...(data.length > 0 && { data }),
      };
      writeTeacherCard(directory, card);
      const [inputs, outputs] = [wordsOf(network.inputs), wordsOf(network.outputs)];
      const saysAny = typeof network.inputs[0]?.shape[0] === 'string';
      return {
        card,
        inputs,
        outputs,
        notes: inWordsOf(dataset.card, [
          ...doubtsOf(best, accuracy.validation, classes.length),
          ...(givesOne ? [oneWords(card.reading, classes)] : answerWords(card.reading)),
          ...waysOf(card.reading, saysAny),
          ...layersWords(layers),
        ]),
      };
    } finally {
      await network.dispose();
    }
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

interface Tried {
  readonly judged: readonly Judged[];
  readonly accuracy: OnnxCard['accuracy'];
  /** One number for two classes. */
  readonly givesOne: boolean;
}

async function tried(
  network: OnnxNetwork,
  said: SaidOfTeacher,
  dataset: Dataset,
  yieldToEvents: YieldToEvents,
  stage: Stage,
): Promise<Tried> {
  const { shape, classes } = dataset.card;
  const kind = dataKindOf(dataset.card);
  const meant = portsOf(network, shape, kind, said.layout);
  if (guessesFor(meant, said, { ...kind, own: dataset.normalisation }).length === 0) {
    const problem = `mean: the network takes ${meant[0]?.channels} channel, and ImageNet's numbers are of 3.`;
    throw new WorkbenchError('usage.invalid', problem, { field: 'mean' });
  }
  const output = outputOf(network, classes.length, said);
  const { ports, outputs, ...batch } = await usablePorts(network, meant, output);
  const images = byteImages(dataset.split('val'));
  const givesOne = outputs === 1 && classes.length === 2;
  const numbers = givesOne ? 2 : outputs;
  const trial = { network, dataset, images, said, ports, output, batch, outputs: numbers, givesOne };
  const judged = await judgeGuesses(trial, yieldToEvents, stage('trying ways to show it {many}'));
  const reading = judged[0]?.reading;
  if (reading === undefined) throw new Error('Nothing was tried');
  const accuracyOn = async (split: 'val' | 'test', words: string): Promise<number> => {
    const progress = stage(`showing it the ${words} {many}`);
    const shown = byteImages(dataset.split(split));
    const logits = await logitsOf(network, reading, { dataset, images: shown }, yieldToEvents, (done) =>
      progress(done, shown.count),
    );
    assertNumbers(logits, reading.places.length);
    return evaluationOf(logits, dataset.split(split).labels, reading.places.length).accuracy;
  };
  const validation = await accuracyOn('val', 'validation');
  return { judged, givesOne, accuracy: { validation, test: await accuracyOn('test', 'test') } };
}

type Sizes = Pick<OnnxReading, 'batch' | 'isFixed'> & { readonly outputs: number };

/** Where the sizes of its input do not tell the order of its axes, the file itself may: it fails on
 * the other one. Throws what `sizesOf` throws where it fails on all. */
async function usablePorts(
  network: OnnxNetwork,
  meant: readonly Port[],
  output: string,
): Promise<Sizes & { readonly ports: readonly Port[] }> {
  const usable: { readonly port: Port; readonly sizes: Sizes }[] = [];
  let fault: unknown;
  for (const port of meant) {
    await sizesOf(network, port, output).then(
      (sizes) => usable.push({ port, sizes }),
      (error: unknown) => (fault ??= error),
    );
  }
  const [first] = usable;
  if (first === undefined) throw fault;
  return { ...first.sizes, ports: usable.map(({ port }) => port) };
}

/** What it gives beside its answers, by what it gives for empty images: for two where it takes any
 * number, since what is the same for one may be of none. */
async function layersOf(network: OnnxNetwork, reading: OnnxReading): Promise<readonly OnnxLayer[]> {
  const further = furtherOutputs(network, reading.output);
  if (further.length === 0) return [];
  const outputs = [reading.output, ...further];
  const count = reading.isFixed ? reading.batch : 2;
  const given = await network.run(reading, outputs, blank(reading, count), [count, ...exampleSizes(reading)]);
  return layersIn(given, count, reading);
}

/** Pixels of so many empty images. */
const blank = ({ channels, size: [height, width] }: Port, count: number): Float32Array =>
  new Float32Array(count * channels * height * width);

/** How many numbers it gives for an image, and how many images it takes at a time: some files say
 * that any number goes, and cannot. */
async function sizesOf(network: OnnxNetwork, port: Port, output: string): Promise<Sizes> {
  const batch = batchOf(network);
  const show = (count: number, how: Pick<OnnxReading, 'batch' | 'isFixed'>) =>
    rowsOf(network, { ...port, ...how, output }, blank(port, count), count);
  try {
    const outputs = (await show(1, batch)).length;
    const takesMore =
      batch.isFixed ||
      (await show(2, batch).then(
        ({ length }) => length === 2 * outputs,
        () => false,
      ));
    return { outputs, ...(takesMore ? batch : { batch: 1, isFixed: true }) };
  } catch (error) {
    if (error instanceof WorkbenchError) throw error;
    const size = port.size.join(' x ');
    const message = `file: ONNX Runtime fails on an example of ${size} (${messageOf(error)}): export it again.`;
    throw new WorkbenchError('usage.invalid', message, { field: 'file' }, { cause: error });
  }
}

interface Copied {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Weights that the model keeps in another file of its folder. */
async function copyBeside(model: string, location: string, directory: string): Promise<Copied> {
  const isPlain = fileName.safeParse(location).success && location !== MODEL_FILE && location !== CARD_FILE;
  if (isPlain) return copyHashed(join(dirname(model), location), join(directory, location));
  const message = `file: ${basename(model)} keeps weights in "${location}": export it into one file, or one folder.`;
  throw new WorkbenchError('usage.invalid', message, { file: model, field: 'file' });
}

async function copyHashed(from: string, to: string): Promise<Copied> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    await pipeline(
      createReadStream(from),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          bytes += chunk.length;
          yield chunk;
        }
      },
      createWriteStream(to),
    );
  } catch (error) {
    const full = noRoom(to, bytes, error);
    if (full !== error) throw full;
    const message = `file: ${from} cannot be read (${messageOf(error)}): it belongs to the teacher.`;
    throw new WorkbenchError('usage.invalid', message, { file: from, field: 'file' }, { cause: error });
  }
  return { file: basename(to), bytes, sha256: hash.digest('hex') };
}

/** Files of strangers may have any number of them. */
const MOST_TOLD = 20;
const LONGEST_TOLD = 200;
const wordsOf = (values: OnnxNetwork['inputs']): readonly string[] =>
  values.slice(0, MOST_TOLD).map((value) => shapeWords(value).slice(0, LONGEST_TOLD));

/** What is uncommon in how it is run. `saysAny`: by its own word it takes any number of images. */
function waysOf({ type, batch, isFixed }: OnnxReading, saysAny: boolean): readonly string[] {
  return [
    ...(type === 'float16'
      ? ['Its input is in half precision (fp16): answers are as exact as that, and large numbers may overflow.']
      : []),
    ...(isFixed && saysAny
      ? ['Its file says that it takes any number of {many}, and it fails on two: it is shown one at a time.']
      : []),
    ...(isFixed && !saysAny
      ? [
          batch === 1
            ? 'It takes one {one} at a time (a fixed batch).'
            : `It takes exactly ${batch} {many} at a time (a fixed batch): empty ones fill up the last.`,
        ]
      : []),
  ];
}

function layersWords(layers: readonly OnnxLayer[]): readonly string[] {
  const words = layers.slice(0, MOST_TOLD).map((layer) => layerWords(layer).slice(0, LONGEST_TOLD));
  return words.length > 0 ? [`Losses on features can compare students with its ${words.join(', ')}.`] : [];
}

const answerWords = ({ gives }: OnnxReading): readonly string[] =>
  gives === 'probabilities'
    ? ['It gives probabilities (a softmax is its last step): their logarithms are taken for logits.']
    : [];

const oneWords = ({ gives, places }: OnnxReading, classes: readonly string[]): string =>
  `It gives one ${gives === 'logits' ? 'number: above 0' : 'probability: above a half'} it says ` +
  `"${classes[places.indexOf(1)]}".`;

function doubtsOf({ guess }: Judged, accuracy: number, classes: number): readonly string[] {
  return [
    ...weakWords(
      accuracy,
      classes,
      'validation',
      'look whether its classes and its preprocessing are those of this data set',
    ),
    ...(guess.classes === 'matched'
      ? ['Its outputs stand in another order than the classes of the data set: the order was found by its answers.']
      : []),
  ];
}
