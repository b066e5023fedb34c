/** What kinds of examples there are: what a window shows of each, what is measured beside accuracy,
 * and what may be done to them. Views and host ask this table and name no kind. */
import type { MeasureName } from './measures.ts';
import type { DatasetCard } from './records/dataset-card.ts';
import type { Example } from './records/example.ts';
import type { AskedRecipe, Recipe } from './records/recipe.ts';
import { recipeInput } from './records/recipe.ts';
import type { z } from './records/zod.ts';

export type DataKindName = 'image' | Example['kind'];

/** What one example is called, and several are. */
export interface Noun {
  readonly one: string;
  readonly many: string;
}

export interface DataKind {
  readonly title: string;
  readonly noun: Noun;
  /** What networks are given: maps of numbers, or steps of whole numbers. */
  readonly gives: 'map' | 'steps';
  /** How one example is shown. */
  readonly shown: 'picture' | 'spectrogram' | 'steps';
  /** Whether classes are shown by a matrix of confusions, or, of two, by a ROC curve. */
  readonly review: 'confusion' | 'roc';
  /** Told beside accuracy. */
  readonly measures: readonly MeasureName[];
  /** That a recipe may ask for. */
  readonly augmentations: readonly (keyof Recipe['augmentation'])[];
  /** Peak of AdamW for students, where nobody says one: studies found them (docs/benchmarks.md). */
  readonly learningRate: number;
}

export const DATA_KINDS: Readonly<Record<DataKindName, DataKind>> = {
  image: {
    title: 'Images',
    noun: { one: 'image', many: 'images' },
    gives: 'map',
    shown: 'picture',
    review: 'confusion',
    measures: [],
    augmentations: ['flip', 'shift', 'cutout', 'mixup'],
    learningRate: 0.03,
  },
  spectrogram: {
    title: 'Sound',
    noun: { one: 'recording', many: 'recordings' },
    gives: 'map',
    shown: 'spectrogram',
    review: 'confusion',
    measures: ['balancedAccuracy'],
    // A mirrored or sunken spectrogram is another sound; one moved in time is not.
    augmentations: ['timeMask', 'bandMask', 'mixup'],
    learningRate: 0.03,
  },
  sequence: {
    title: 'Sequences',
    noun: { one: 'answer', many: 'answers' },
    gives: 'steps',
    shown: 'steps',
    review: 'roc',
    measures: ['auc', 'weightedAuc'],
    augmentations: [],
    learningRate: 0.01,
  },
};

/** Of a data set that is not there any more, or not known yet: it may have been of any kind. */
const UNKNOWN_KIND: DataKind = {
  ...DATA_KINDS.image,
  ...{ title: 'Unknown', noun: { one: 'example', many: 'examples' } },
};

/** Undefined: there is no such data set here. */
export const kindOfFound = (dataset: Pick<DatasetCard, 'example'> | undefined): DataKind =>
  dataset === undefined ? UNKNOWN_KIND : dataKindOf(dataset);

export const dataKindOf = ({ example }: Pick<DatasetCard, 'example'>): DataKind => DATA_KINDS[example?.kind ?? 'image'];

/** The recipe with every setting said. */
export const recipeFor = ({ learningRate }: DataKind, asked: AskedRecipe): Recipe => ({
  ...asked,
  learningRate: asked.learningRate ?? learningRate,
});

/** The same for images, of what people write. */
export const imageRecipe = (asked: z.input<typeof recipeInput>): Recipe =>
  recipeFor(DATA_KINDS.image, recipeInput.parse(asked));

type Augmentation = Recipe['augmentation'];
export type AugmentationName = keyof Augmentation;

/** Of a recipe, those that ask for something and that examples of this kind do not take. */
export function strangeAugmentations({ augmentations }: DataKind, asked: Augmentation): readonly AugmentationName[] {
  // Sound: the record's own names.
  const names = Object.keys(asked) as readonly AugmentationName[];
  return names.filter((name) => Boolean(asked[name]) && !augmentations.includes(name));
}

/** The same without what examples of this kind do not take. */
export function fittingAugmentation(kind: DataKind, asked: Augmentation): Augmentation {
  const strange = strangeAugmentations(kind, asked);
  return { ...asked, ...Object.fromEntries(strange.map((name) => [name, name === 'flip' ? false : 0])) };
}

/** Where nothing is known of the data. */
export const IMAGE_NOUN = DATA_KINDS.image.noun;

/** Where a sentence names its examples: `{one}`, `{many}`, at its beginning `{One}` and `{Many}`,
 * and `{a one}` with the article that it takes. */
const PLACE = /\{(a one|one|many|One|Many)\}/g;

/** A sentence said of examples of some kind: `Training {many}`, `Shape of {a one}`. */
export function saidOf({ one, many }: Noun, sentence: string): string {
  const words: Readonly<Record<string, string>> = {
    ...{ one, many, One: capital(one), Many: capital(many) },
    'a one': `${/^[aeiou]/.test(one) ? 'an' : 'a'} ${one}`,
  };
  return sentence.replace(PLACE, (place, name: string) => words[name] ?? place);
}

const capital = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
