/** What a trainer process keeps between jobs, so that a trial starts at once: data sets, resident
 * images, soft targets. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { openImages } from './data/augment.ts';
import type { Images } from './data/augment.ts';
import { loadDataset, openDataset } from './data/dataset.ts';
import type { Dataset, OpeningHooks } from './data/dataset.ts';
import { datasetChanges } from '../core/sources.ts';
import type { DatasetSources, Recorded } from '../core/records/sources.ts';
import type { SplitName } from '../core/records/sources.ts';
import type { DatasetRef } from './tasks/inputs.ts';
import { disposeTargets } from './teachers/targets.ts';
import type { TeacherTargets } from './teachers/targets.ts';

export interface TrainerCache {
  /** `known`: what has to be there; what was read before it was known is read again. Throws
   * `dataset.*`. */
  readonly dataset: (ref: Pick<DatasetRef, 'directory' | 'known'>) => Dataset;
  /** The same, while others get their turns: a large one is hashed in pieces. Throws what
   * `yieldToEvents` throws, too. */
  readonly open: (ref: Pick<DatasetRef, 'directory' | 'known'>, hooks: OpeningHooks) => Promise<Dataset>;
  /** Normalised as the data set says; the cache owns them. */
  readonly images: (
    directory: string,
    split: SplitName,
    options: { readonly shift: number; readonly count?: number },
  ) => Images;
  /** `key` says everything that the targets depend on beside the data set. */
  readonly targets: (directory: string, key: string, compute: () => Promise<TeacherTargets>) => Promise<TeacherTargets>;
}

/** Losses on features want other maps for other students, each set up to some hundred megabytes. */
const MOST_TARGETS = 2;

interface Shelf {
  readonly directory: string;
  readonly version: number;
  readonly known: Recorded<DatasetSources> | undefined;
  readonly dataset: Dataset;
  readonly images: Map<string, Images>;
  readonly targets: Map<string, TeacherTargets>;
}

/** Holds one data set at a time: another one, or a changed one, takes its place. */
export function createTrainerCache(): TrainerCache {
  let shelf: Shelf | undefined;

  type Known = Recorded<DatasetSources> | undefined;

  /** What lies here where it is what is asked for; else room for that. */
  function kept(directory: string, version: number, known: Known): Shelf | undefined {
    if (shelf?.directory === directory && shelf.version === version && isChecked(shelf, known)) return shelf;
    if (shelf) clear(shelf);
    return (shelf = undefined);
  }

  function put(directory: string, version: number, known: Known, dataset: Dataset): Shelf {
    return (shelf = { directory, version, known, dataset, images: new Map(), targets: new Map() });
  }

  function shelfOf(directory: string, known?: Known): Shelf {
    const version = versionOf(directory);
    return kept(directory, version, known) ?? put(directory, version, known, loadDataset(directory, known));
  }

  return {
    dataset: ({ directory, known }) => shelfOf(directory, known).dataset,
    open: async ({ directory, known }, hooks) => {
      const version = versionOf(directory);
      const here = kept(directory, version, known);
      return here?.dataset ?? put(directory, version, known, await openDataset(directory, known, hooks)).dataset;
    },
    images: (directory, split, { shift, count }) => {
      const { dataset, images } = shelfOf(directory);
      const key = [split, shift, count].join();
      const { shape } = dataset.card;
      const options = count === undefined ? { shift } : { shift, count };
      const known = images.get(key) ?? openImages(dataset.split(split), shape, dataset.normalisation, options);
      images.set(key, known);
      return known;
    },
    targets: async (directory, key, compute) => {
      const { targets } = shelfOf(directory);
      const known = targets.get(key) ?? (await compute());
      // Last in, last out: a map keeps its keys in the order in which they were set.
      targets.delete(key);
      targets.set(key, known);
      for (const [old, unused] of [...targets].slice(0, -MOST_TARGETS)) {
        disposeTargets(unused);
        targets.delete(old);
      }
      return known;
    },
  };
}

/** What was read is what has to be there. */
function isChecked(shelf: Shelf, known: Recorded<DatasetSources> | undefined): boolean {
  if (known === undefined) return true;
  return shelf.known !== undefined && datasetChanges(shelf.known, known).length === 0;
}

function clear({ dataset, images, targets }: Shelf): void {
  for (const one of images.values()) one.dispose();
  for (const one of targets.values()) disposeTargets(one);
  dataset.close();
}

/** When its card was written; 0 where there is none, and reading it then says what is wrong. */
function versionOf(directory: string): number {
  return statSync(join(directory, 'dataset.json'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
