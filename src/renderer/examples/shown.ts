/** How an example is shown, by its kind: a component, the room that it takes, and what a report
 * holds in its place. A new way to show examples is a component and a line here. */
import type { Component } from 'vue';
import type { DataKind } from '../../core/data-kinds.ts';
import type { DatasetView } from '../../bridge/schemas/records.ts';
import type { ShownExample, ToldExample } from './example.ts';
import PictureExample from './PictureExample.vue';
import { pictureAt, pngAddress } from './picture.ts';
import { soundLegend, soundPicture } from './sound.ts';
import SpectrogramExample from './SpectrogramExample.vue';
import { legendOf, stepsOf, stepWords } from './steps.ts';
import StepsExample from './StepsExample.vue';

interface Shown {
  readonly component: Component;
  /** Pixels of width, at least, among others of its page, and beside what networks say of it. */
  readonly among: number;
  readonly beside: number;
  /** Above many of them: how they are read. */
  readonly legend?: (dataset: DatasetView) => string;
  readonly told: (example: Pick<ShownExample, 'dataset' | 'bytes'>) => ToldExample;
}

const asPicture = ({ dataset, bytes }: Pick<ShownExample, 'dataset' | 'bytes'>): ToldExample => ({
  address: pngAddress(pictureAt(bytes, dataset.shape)),
});

export const SHOWN: Readonly<Record<DataKind['shown'], Shown>> = {
  picture: { component: PictureExample, among: 74, beside: 84, told: asPicture },
  spectrogram: {
    ...{ component: SpectrogramExample, among: 170, beside: 170, legend: soundLegend },
    told: ({ dataset, bytes }) => ({ address: pngAddress(soundPicture(bytes, dataset.shape)) }),
  },
  steps: {
    ...{ component: StepsExample, among: 320, beside: 190, legend: legendOf },
    told: (example) => ({ lines: [stepWords(stepsOf(example))] }),
  },
};
