/** What kinds of examples there are: what a window shows of each, what is measured beside accuracy,
 * and what may be done to them. Views and host ask this table and name no kind. */
import type { MeasureName } from './measures.ts';
import type { DatasetCard } from './records/dataset-card.ts';
import type { Example } from './records/example.ts';
import type { Recipe } from './records/recipe.ts';

export type DataKindName = 'image' | Example['kind'];

export interface DataKind {
  readonly title: string;
  /** What one example is called, and several are. */
  readonly noun: { readonly one: string; readonly many: string };
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
    augmentations: ['mixup'],
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
