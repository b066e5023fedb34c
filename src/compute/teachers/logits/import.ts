/** Answers that a teacher gave elsewhere become a teacher's folder, whole or not at all: rows of
 * the data set's images, in its order or by the names of their files. */
import { basename, join } from 'node:path';
import { messageOf, WorkbenchError } from '../../../core/errors.ts';
import { SPLITS } from '../../../core/records/sources.ts';
import type { SplitName } from '../../../core/records/sources.ts';
import type { Judged, LogitsCard } from '../../../core/records/teacher-card.ts';
import { SPLIT_WORDS } from '../../../core/sources.ts';
import { headline } from '../../../core/teacher.ts';
import type { Dataset } from '../../data/dataset.ts';
import { writeAtomically } from '../../files/atomic-file.ts';
import { encodeSealed } from '../../files/safetensors.ts';
import type { ImportedTeacher, ImportOrder } from '../../tasks/import-teacher/task.ts';
import { evaluationOf } from '../../training/evaluate.ts';
import type { YieldToEvents } from '../../training/evaluate.ts';
import { areProbabilities, bothClasses, inWordsOf, kindOfOne, logitOf, placesOf, weakWords } from '../answers.ts';
import { writeTeacherCard } from '../card.ts';
import { readArrays } from './arrays.ts';
import { dealtByName } from './by-name.ts';
import type { Dealt } from './by-name.ts';
import type { NumberArray } from './npy.ts';

const LOGITS_FILE = 'logits.safetensors';
/** What soft targets are kept in half precision up to. */
const LARGEST = 65_504;
/** As people call them in a file. */
const NAMES: Readonly<Record<string, SplitName>> = { train: 'train', validation: 'val', val: 'val', test: 'test' };
const NAMES_WORDS = 'train, validation and test';

type Stage = (words: string) => (done: number, total: number) => void;

/** Throws `usage.invalid` for what are no answers of these images. */
export async function importLogits(
  { source, name, title, date, dataset: { known } }: ImportOrder<'logits'>,
  dataset: Dataset,
  directory: string,
  yieldToEvents: YieldToEvents,
  stage: Stage,
): Promise<Omit<ImportedTeacher, 'directory' | 'card'> & { readonly card: LogitsCard }> {
  const { file, said } = source;
  const { id, title: dataTitle, shape, classes } = dataset.card;
  if (known === undefined) throw new Error('Answers are of a data set that is known');
  stage('reading the answers')(0, 1);
  const read = await readAnswers(file, dataset);
  const arrays = classes.length === 2 ? ofBothClasses(read.arrays, said.gives) : read.arrays;
  for (const [split, array] of arrays) assertRows(split, array, dataset, file);
  const gives = said.gives ?? ([...arrays.values()].every(isOfProbabilities) ? 'probabilities' : 'logits');
  const rows = new Map<SplitName, Float32Array>();
  const judged: (readonly [keyof Judged, number])[] = [];
  const progress = stage('comparing the answers with the labels');
  for (const [split, array] of arrays) {
    progress(rows.size, arrays.size);
    await yieldToEvents();
    const places = placesOf(said.classes, classes, array.shape[1] ?? 0);
    assertNumbers(array, gives, file, read.placeIn(split));
    const logits = inOrder(array, places, gives);
    rows.set(split, logits);
    const { accuracy } = evaluationOf(logits, dataset.split(split).labels, classes.length);
    judged.push([split === 'val' ? 'validation' : split, accuracy]);
  }
  const tensors = [...rows].map(([split, values]) => {
    return { name: split, shape: [values.length / classes.length, classes.length], values };
  });
  const place = join(directory, LOGITS_FILE);
  const { bytes, sha256 } = writeAtomically(place, encodeSealed(tensors, { dataset: id }));
  const count = (split: SplitName): number => (rows.get(split)?.length ?? 0) / classes.length;
  const card: LogitsCard = {
    ...{
      kind: 'logits',
      name,
      title,
      date,
      accuracy: Object.fromEntries(judged),
      weights: { file: LOGITS_FILE, bytes, sha256 },
    },
    ...{ inputShape: shape, classes: classes.length, gives },
    dataset: { id, title: dataTitle, sources: known },
    rows: {
      train: count('train'),
      ...(rows.has('val') && { val: count('val') }),
      ...(rows.has('test') && { test: count('test') }),
    },
  };
  writeTeacherCard(directory, card);
  const inputs = [...arrays].map(([split, array]) => `"${wordOf(split)}" [${array.shape.join(', ')}]`);
  return { card, inputs, outputs: [], notes: inWordsOf(dataset.card, [...notesOf(card, read.isNamed), ...read.notes]) };
}

interface Answers extends Dealt {
  readonly isNamed: boolean;
  /** Where a row stands, in words. */
  readonly placeIn: (split: SplitName) => (row: number) => string;
}

async function readAnswers(file: string, dataset: Dataset): Promise<Answers> {
  const { arrays, names } = await readArrays(file);
  if (names === undefined) {
    const placeIn = (split: SplitName) => (row: number) => `array "${wordOf(split)}", row ${row + 1}`;
    return { arrays: splitsOf(arrays, file), notes: [], isNamed: false, placeIn };
  }
  try {
    const placeIn = (split: SplitName) => (row: number) => `the row of "${dataset.names(split)?.[row]}"`;
    return { ...dealtByName(arrays, names, dataset), isNamed: true, placeIn };
  } catch (error) {
    if (error instanceof WorkbenchError) throw error;
    throw refused(file, messageOf(error));
  }
}

/** By split, training first; the only array of a file is of the training images, whatever its
 * name. */
function splitsOf(arrays: ReadonlyMap<string, NumberArray>, file: string): ReadonlyMap<SplitName, NumberArray> {
  const [only, second] = arrays.values();
  if (only !== undefined && second === undefined && !arrays.has('validation') && !arrays.has('test')) {
    return new Map([['train', only]]);
  }
  const found = new Map<SplitName, NumberArray>();
  for (const [name, array] of arrays) {
    const split = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
    if (split === undefined) throw refused(file, `it has an array "${name}": ${NAMES_WORDS} are the names`);
    if (found.has(split)) throw refused(file, `it has two arrays of the ${SPLIT_WORDS[split]} examples`);
    found.set(split, array);
  }
  if (found.has('train')) return new Map(SPLITS.flatMap((name) => pairOf(name, found.get(name))));
  throw refused(file, 'it has no array "train": students learn from the answers to training examples');
}

/** Columns of both classes from the one that may be given for two, `[rows]` or `[rows][1]`: what
 * speaks for the second. Others as they are. */
function ofBothClasses(
  arrays: ReadonlyMap<SplitName, NumberArray>,
  said: LogitsCard['gives'] | undefined,
): ReadonlyMap<SplitName, NumberArray> {
  const all = [...arrays.values()];
  if (!all.every(({ shape: [, width = 1], values, shape }) => width === 1 && shape[0] === values.length)) return arrays;
  const areShares = all.every(({ values }) => kindOfOne(values) === 'probabilities');
  const gives = said ?? (areShares ? 'probabilities' : 'logits');
  return new Map(
    [...arrays].map(([split, { values }]) => [
      split,
      { shape: [values.length, 2], values: bothClasses(values, gives) },
    ]),
  );
}

const pairOf = <K, V>(key: K, value: V | undefined): readonly (readonly [K, V])[] =>
  value === undefined ? [] : [[key, value]];

function assertRows(split: SplitName, { shape }: NumberArray, { card }: Dataset, file: string): void {
  const sizes = `[${shape.join(', ')}]`;
  if (shape.length !== 2) {
    throw refused(file, `array "${wordOf(split)}" is ${sizes}: a row an example and a column a class are expected`);
  }
  const { count } = card.splits[split];
  if (shape[0] === count) return;
  throw refused(
    file,
    `array "${wordOf(split)}" has ${shape[0]} rows, and ${card.title} has ${count} ${SPLIT_WORDS[split]} examples. ` +
      'A row an example is needed, in the order of the data set, or names of files beside the rows',
  );
}

function assertNumbers(
  { shape, values }: NumberArray,
  gives: LogitsCard['gives'],
  file: string,
  placeOf: (row: number) => string,
): void {
  const width = shape[1] ?? 1;
  const isBad = (value: number): boolean =>
    !(Math.abs(value) <= LARGEST) || (gives === 'probabilities' && (value < -1e-3 || value > 1.001));
  const place = values.findIndex(isBad);
  if (place < 0) return;
  const value = values[place] ?? NaN;
  const why = Number.isFinite(value)
    ? gives === 'probabilities'
      ? 'no probability (--gives logits, if they are logits)'
      : `beyond ${LARGEST}, which half precision does not keep`
    : 'no number';
  const where = `${placeOf(Math.floor(place / width))}, column ${(place % width) + 1}`;
  throw refused(file, `${where} is ${value}: ${why}`);
}

function inOrder(
  { shape: [count = 0, width = 0], values }: NumberArray,
  places: readonly number[],
  gives: LogitsCard['gives'],
): Float32Array {
  const logits = new Float32Array(count * places.length);
  for (let row = 0; row < count; row += 1) {
    places.forEach((place, label) => {
      logits[row * places.length + label] = logitOf(values[row * width + place] ?? NaN, gives);
    });
  }
  return logits;
}

const isOfProbabilities = ({ shape, values }: NumberArray): boolean => areProbabilities(values, shape[1] ?? 1);
const wordOf = (split: SplitName): string => (split === 'val' ? 'validation' : split);

const refused = (file: string, problem: string): WorkbenchError =>
  new WorkbenchError('usage.invalid', `file: ${basename(file)}: ${problem}.`, { file, field: 'file' });

function notesOf({ accuracy: judged, rows, classes }: LogitsCard, isNamed: boolean): readonly string[] {
  const { accuracy, split } = headline(judged);
  const lacking = (['val', 'test'] as const)
    .filter((name) => rows[name] === undefined)
    .map((name) => SPLIT_WORDS[name]);
  return [
    ...weakWords(
      accuracy,
      classes,
      split,
      isNamed
        ? 'look whether its columns stand in the order of the classes'
        : 'look whether its rows stand in the order of the data set, and its columns in that of the classes',
    ),
    ...(lacking.length > 0
      ? [`It has no answers to ${lacking.join(' and ')} {many}: it is judged, and can be compared, without them.`]
      : []),
    'There is one row for {a one}, whatever its view: where a recipe augments, students learn the same answer for ' +
      'every view.',
  ];
}
