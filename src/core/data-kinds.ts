/** What kinds of examples there are: what a window shows of each, what is measured beside accuracy,
 * and what may be done to them. Views and host ask this table and name no kind. */
import type { MeasureName } from './measures.ts';
import type { DatasetCard } from './records/dataset-card.ts';
import type { Example } from './records/example.ts';
import type { Recipe } from './records/recipe.ts';

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
  },
  sequence: {
    title: 'Sequences',
    noun: { one: 'answer', many: 'answers' },
    gives: 'steps',
    shown: 'steps',
    review: 'roc',
    measures: ['auc', 'weightedAuc'],
    augmentations: [],
  },
};

export const dataKindOf = ({ example }: Pick<DatasetCard, 'example'>): DataKind => DATA_KINDS[example?.kind ?? 'image'];

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

/** Sentences stand in the code as they are of images: `an image`, `Training images`. This says them
 * of another kind's examples. Names that people gave are put in afterwards, never before. */
export function saidOf({ one, many }: Noun, text: string): string {
  return text.replace(/\b(an )?(images?)\b/gi, (_, article: string | undefined, word: string) => {
    const noun = /s$/i.test(word) ? many : one;
    const lead = article === undefined ? '' : /^[aeiou]/.test(one) ? article : article.replace(/n /i, ' ');
    return lead === '' && word.startsWith('I') ? capital(noun) : `${lead}${noun}`;
  });
}

const capital = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
