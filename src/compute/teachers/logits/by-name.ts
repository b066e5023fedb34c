/**
 * Rows of answers that bear names of files, dealt to the examples of a data set.
 *
 * A row is an example's where its name is that of the example's file, or the one ends with the
 * other from a folder on: `/home/me/photos/train/cat/1.jpg`, `train/cat/1.jpg` and `1.jpg` may all
 * be the same.
 */
import { SPLITS } from '../../../core/records/sources.ts';
import type { SplitName } from '../../../core/records/sources.ts';
import { SPLIT_WORDS } from '../../../core/sources.ts';
import type { Dataset } from '../../data/dataset.ts';
import type { NumberArray } from './npy.ts';

export interface Dealt {
  /** Of the splits all of whose examples have a row, in the order of the data set. */
  readonly arrays: ReadonlyMap<SplitName, NumberArray>;
  /** What was left out, in words, with places for the noun. */
  readonly notes: readonly string[];
}

/** Throws an Error that says what is wrong: several arrays, a name that may be several files, two
 * rows of one, a training example without any. Callers name the file. */
export function dealtByName(
  arrays: ReadonlyMap<string, NumberArray>,
  names: readonly string[],
  dataset: Pick<Dataset, 'card' | 'names'>,
): Dealt {
  const [array, second] = arrays.values();
  if (array === undefined || second !== undefined) {
    throw new Error(`it has names of files and ${arrays.size} arrays: one of a row a name is expected`);
  }
  const count = array.shape[0] ?? 0;
  if (count !== names.length) throw new Error(`it has ${names.length} names of files for ${count} rows`);
  const examples = examplesOf(dataset);
  const { rows, strays } = rowsOf(examples, names);
  const dealt = new Map<SplitName, NumberArray>();
  const notes = strays.length > 0 ? [strayWords(strays)] : [];
  for (const split of SPLITS) {
    const places = [...examples.keys()].filter((place) => examples[place]?.split === split);
    const found = places.flatMap((place) => rows.get(place) ?? []);
    if (found.length === places.length) {
      dealt.set(split, gathered(array, found));
    } else if (split === 'train') {
      const first = places.find((place) => !rows.has(place)) ?? 0;
      const more = places.length - found.length - 1;
      const which = `"${examples[first]?.name}"${more > 0 ? ` and ${more} more` : ''}`;
      throw new Error(`it has no row for ${which}, of the examples that students learn from`);
    } else if (found.length > 0) {
      const answered = `${found.length} of ${places.length} ${SPLIT_WORDS[split]} {many}`;
      notes.push(`It has answers to ${answered}: they were left out, for a split is judged as a whole.`);
    }
  }
  return { arrays: dealt, notes };
}

/** The row of each example, by its place, and names of none. */
function rowsOf(examples: readonly Named[], names: readonly string[]) {
  const find = finderIn(examples.map(({ name }) => name));
  const rows = new Map<number, number>();
  const strays: string[] = [];
  for (const [row, name] of names.entries()) {
    const place = find(name);
    if (place === undefined) {
      strays.push(name);
      continue;
    }
    const earlier = rows.get(place);
    if (earlier !== undefined) {
      const both = `rows ${earlier + 1} ("${names[earlier]}") and ${row + 1} ("${name}")`;
      throw new Error(`${both} are both of "${examples[place]?.name}": one row a file is expected`);
    }
    rows.set(place, row);
  }
  if (rows.size > 0) return { rows, strays };
  const [own, theirs] = [examples[0]?.name ?? '', strays[0] ?? ''];
  throw new Error(`none of its names is of a file of the data set: it has "${theirs}", and that has "${own}"`);
}

interface Named {
  readonly name: string;
  readonly split: SplitName;
}

function examplesOf({ card, names }: Pick<Dataset, 'card' | 'names'>): readonly Named[] {
  return SPLITS.flatMap((split) => {
    const known = names(split);
    if (known !== undefined) return known.map((name) => ({ name, split }));
    throw new Error(
      `it has names of files, and ${card.title} keeps none: import the data set again, from a folder or a CSV file ` +
        'of such files, or save the rows in its order, without names',
    );
  });
}

/** Several files may be meant. */
const SEVERAL = -1;

/** Gives the place of the one that is meant. */
function finderIn(names: readonly string[]): (name: string) => number | undefined {
  const whole = placesBy(names.map(plain));
  /** By how many folders and file names from the end on. */
  const ends = new Map<number, ReadonlyMap<string, number>>();
  const endsOf = (length: number): ReadonlyMap<string, number> => {
    const known = ends.get(length) ?? placesBy(names.map((name) => endOf(plain(name).split('/'), length)));
    ends.set(length, known);
    return known;
  };
  return (name) => {
    const parts = plain(name).split('/');
    // What is longer than ours lies in a folder that we do not know.
    for (let length = parts.length; length > 0; length -= 1) {
      const place = whole.get(endOf(parts, length));
      if (place !== undefined) return one(name, place, names);
    }
    const place = endsOf(parts.length).get(parts.join('/'));
    return place === undefined ? undefined : one(name, place, names);
  };
}

function one(name: string, place: number, names: readonly string[]): number {
  if (place !== SEVERAL) return place;
  const meant = names.filter((known) => `/${plain(known)}`.endsWith(`/${plain(name)}`));
  throw new Error(`"${name}" may be ${meant.slice(0, 2).join(' or ')}: give names with their folders`);
}

const endOf = (parts: readonly string[], length: number): string => parts.slice(-length).join('/');

/** Whatever parts folders, and however accents are written there. */
const plain = (name: string): string =>
  name
    .replaceAll('\\', '/')
    .replace(/^(?:\.\/)+/, '')
    .normalize('NFC');

function placesBy(names: readonly string[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  names.forEach((name, place) => places.set(name, places.has(name) ? SEVERAL : place));
  return places;
}

/** Some rows `[...][width]` of an array. */
function gathered({ shape, values }: NumberArray, rows: readonly number[]): NumberArray {
  const width = values.length / (shape[0] ?? 1);
  const chosen = new Float32Array(rows.length * width);
  rows.forEach((row, place) => chosen.set(values.subarray(row * width, (row + 1) * width), place * width));
  return { shape: [rows.length, ...shape.slice(1)], values: chosen };
}

function strayWords(strays: readonly string[]): string {
  const many = strays.length > 1 ? `${strays.length} rows are` : 'One row is';
  return `${many} of no file of the data set, such as "${strays[0]}": left out.`;
}
